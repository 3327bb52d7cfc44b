from django.db import migrations


def mark(apps, _editor):
    """Until now every case was about a victim."""
    apps.get_model("cases", "File").objects.filter(role="victim").update(is_subject=True)


class Migration(migrations.Migration):
    dependencies = [("cases", "0100_subject_of_a_case")]

    operations = [migrations.RunPython(mark, migrations.RunPython.noop)]
