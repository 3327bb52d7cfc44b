from django.db import migrations


def name(apps, _editor):
    """A draft of a referral says by which form it comes."""
    apps.get_model("cases", "Draft").objects.filter(form="refer").update(form="refer-harm")


class Migration(migrations.Migration):
    dependencies = [("cases", "0103_dates_and_reasons_of_other_programmes")]

    operations = [migrations.RunPython(name, migrations.RunPython.noop)]
