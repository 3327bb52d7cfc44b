"""A consent says how it ended; of those that ended before, as far as the rows and the ledger tell."""

import json
from datetime import UTC

import django.db.models.deletion
from django.db import migrations, models

_HOW = [
    ("withdrawn", "Withdrawn"),
    ("narrowed", "Withdrawn in part"),
    ("replaced", "Replaced by another"),
    ("refused", "Ended: the person said no"),
    ("closed", "Ended with the case"),
    ("expired", "Expired"),
    ("unrecorded", "Ended; how was not written down then"),
]
#: What the ledger calls the deed that ended it, recorded in the same moment about the same file.
_DEEDS = {"cases.consent_withdrawn": "withdrawn", "sharing.consent_refused": "refused"}


def _say_how(apps, _editor):
    """Fill in how each consent ended: replaced when another of the file was given in that very moment."""
    consents = apps.get_model("sharing", "Consent").objects
    lines = apps.get_model("ledger", "Entry").objects
    consents.filter(withdrawn_at__isnull=True, lapse_recorded_at__isnull=False).update(ended_how="expired")
    for row in consents.filter(withdrawn_at__isnull=False).order_by("pk").iterator():
        if consents.filter(file_id=row.file_id, given_at=row.withdrawn_at).exclude(pk=row.pk).exists():
            how = "replaced"
        else:
            how = _told(lines.filter(subject=row.file_id), row.withdrawn_at)
        consents.filter(pk=row.pk).update(ended_how=how)


def _told(lines, moment):
    for body in lines.order_by("pk").values_list("body", flat=True):
        said = json.loads(body)
        if said.get("action") in _DEEDS and said.get("at") == _as_told(moment):
            return _DEEDS[said["action"]]
    return "unrecorded"


def _as_told(moment):
    return moment.astimezone(UTC).isoformat(timespec="microseconds")


class Migration(migrations.Migration):
    dependencies = [
        ("ledger", "0050_waiting_entries_bear_a_mark"),
        ("sharing", "0071_emergency_misses"),
    ]

    operations = [
        migrations.AddField(
            model_name="consent",
            name="ended_how",
            field=models.CharField(blank=True, choices=_HOW, default="", max_length=10),
            preserve_default=False,
        ),
        migrations.AddField(
            model_name="consent",
            name="continues",
            field=models.OneToOneField(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="continued_by",
                to="sharing.consent",
            ),
        ),
        migrations.RunPython(_say_how, migrations.RunPython.noop),
    ]
