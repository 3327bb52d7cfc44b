"""From now on a consent that ended says how."""

from django.db import migrations, models

_BY_SOMEBODY = ("withdrawn", "narrowed", "replaced", "refused", "closed", "unrecorded")


class Migration(migrations.Migration):
    dependencies = [("sharing", "0080_how_consents_end")]

    operations = [
        migrations.AddConstraint(
            model_name="consent",
            constraint=models.CheckConstraint(
                name="sharing_consent_says_how_it_ended",
                condition=models.Q(
                    ("ended_how", ""), ("lapse_recorded_at__isnull", True), ("withdrawn_at__isnull", True)
                )
                | models.Q(
                    ("ended_how", "expired"),
                    ("lapse_recorded_at__isnull", False),
                    ("withdrawn_at__isnull", True),
                )
                | models.Q(("ended_how__in", _BY_SOMEBODY), ("withdrawn_at__isnull", False)),
            ),
        ),
    ]
