"""A mail says that something owed to somebody waits."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("partners", "0011_mails_of_lead_changes"),
    ]

    operations = [
        migrations.AlterField(
            model_name="notice",
            name="kind",
            field=models.CharField(
                choices=[
                    ("emergency_opened", "An emergency access was opened"),
                    ("emergency_missed", "Emergency access was asked for in vain, many times"),
                    ("change_proposed", "A change waits for a second person"),
                    ("lead_change", "Who leads a case waits for an answer, or was answered"),
                    ("tell_person", "Something owed to somebody waits"),
                    ("training_ends", "A training lapses soon"),
                ],
                max_length=24,
            ),
        ),
    ]
