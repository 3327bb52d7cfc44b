"""A consent that speaks of its own file alone; a minor or a court may give one."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("sharing", "0091_stops_told_once"),
    ]

    operations = [
        migrations.AddField(
            model_name="consent",
            name="is_to_take_part",
            field=models.BooleanField(db_default=True, default=True),
        ),
        migrations.AlterField(
            model_name="consent",
            name="given_by",
            field=models.CharField(
                choices=[
                    ("self", "The person"),
                    ("minor", "The person, a minor who may decide this alone"),
                    ("guardian", "A parent or guardian"),
                    ("tribunal", "A court, for the person"),
                ],
                default="self",
                max_length=10,
            ),
        ),
    ]
