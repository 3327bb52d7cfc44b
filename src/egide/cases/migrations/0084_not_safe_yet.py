"""Why the person is not told yet of a report to the prosecutor, until when, and when that was reminded of."""

from django.db import migrations, models
from django.db.models import Q

import egide.vault.fields


class Migration(migrations.Migration):
    dependencies = [
        ("cases", "0083_training_changes"),
        ("partners", "0012_mails_of_what_is_owed"),
    ]

    operations = [
        migrations.AddField(
            model_name="prosecutorreport",
            name="not_yet",
            field=egide.vault.fields.SealedField(null=True),
        ),
        migrations.AddField(
            model_name="prosecutorreport",
            name="reminded_at",
            field=models.DateTimeField(blank=True, null=True),
        ),
        migrations.AddIndex(
            model_name="prosecutorreport",
            index=models.Index(
                condition=Q(
                    ("reminded_at__isnull", True), ("tell_by__isnull", False), ("told_at__isnull", True)
                ),
                fields=["tell_by", "id"],
                name="cases_signal_to_remind",
            ),
        ),
    ]
