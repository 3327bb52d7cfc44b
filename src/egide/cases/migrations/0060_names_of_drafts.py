"""A draft of a sheet says which tool, and which sheet is scored again: longer names."""

from django.db import migrations, models


def _forget_unnamed(apps, _editor):
    """Forget drafts of sheets that do not say of which tool, with their keys."""
    drafts = apps.get_model("cases", "Draft").objects.filter(form="assessment")
    keys = apps.get_model("vault", "FileKeys").objects
    keys.filter(pk__in=list(drafts.values_list("pk", flat=True))).delete()
    drafts.delete()


class Migration(migrations.Migration):
    dependencies = [("cases", "0007_danger_reports"), ("vault", "0001_initial")]

    operations = [
        migrations.AlterField(model_name="draft", name="form", field=models.CharField(max_length=80)),
        # Which tool a draft of before was for is not known: given back in another, it answers what nobody did.
        migrations.RunPython(_forget_unnamed, migrations.RunPython.noop),
    ]
