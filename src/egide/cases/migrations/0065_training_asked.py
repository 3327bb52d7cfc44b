"""Which training a programme asks, when it is not what its protocol says."""

from django.db import migrations, models


def keep_as_it_was(apps, schema_editor):
    """Programmes that ran without asking go on so until the deployment says otherwise: nobody loses a case overnight."""
    apps.get_model("cases", "Programme").objects.update(training=[])


class Migration(migrations.Migration):
    dependencies = [("cases", "0064_whose_draft")]

    operations = [
        migrations.AddField(
            model_name="programme", name="training", field=models.JSONField(blank=True, null=True)
        ),
        migrations.RunPython(keep_as_it_was, migrations.RunPython.noop),
    ]
