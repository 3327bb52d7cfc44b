"""Secret addresses of calendars, of which only a keyed digest is kept."""

import django.db.models.deletion
from django.db import migrations, models

import egide.common.ids


class Migration(migrations.Migration):
    dependencies = [
        ("cases", "0325_supervisions"),
        ("partners", "0013_mails_of_conferences"),
    ]

    operations = [
        migrations.CreateModel(
            name="CalendarFeed",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=egide.common.ids.new_id, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("digest", models.BinaryField(max_length=32, unique=True)),
                ("made_at", models.DateTimeField()),
                ("read_on", models.DateField(blank=True, null=True)),
                (
                    "membership",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="partners.membership",
                    ),
                ),
            ],
        ),
    ]
