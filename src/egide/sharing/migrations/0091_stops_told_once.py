from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("sharing", "0090_received_by_day")]

    operations = [
        migrations.AddField(
            model_name="emergencymiss", name="told_at", field=models.DateTimeField(blank=True, null=True)
        ),
    ]
