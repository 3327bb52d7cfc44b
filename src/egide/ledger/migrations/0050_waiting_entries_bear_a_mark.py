"""Entries that wait for their place bear a keyed mark, written with them; no trigger notes them any more."""

from typing import Any

from django.db import migrations, models
from django.db.models.functions import Now


def drop_trigger(apps: Any, schema_editor: Any) -> None:
    """Drop the trigger that earlier releases made."""
    if schema_editor.connection.vendor == "postgresql":
        schema_editor.execute("DROP TRIGGER IF EXISTS ledger_entry_pending ON ledger_entry")
        schema_editor.execute("DROP FUNCTION IF EXISTS ledger_note_pending()")
    else:
        schema_editor.execute("DROP TRIGGER IF EXISTS ledger_entry_pending")


def mark_waiting(apps: Any, schema_editor: Any) -> None:
    """Mark what waits as it stands. With nothing waiting, no key is asked for."""
    from egide.ledger import waiting
    from egide.vault.deployment_secrets import secret

    pending, entry = apps.get_model("ledger", "Pending"), apps.get_model("ledger", "Entry")
    for row in pending.objects.order_by("entry_id"):
        body = entry.objects.filter(pk=row.entry_id).order_by().values_list("body", flat=True).first()
        if body is not None:
            row.mark = waiting.mark_of(secret(waiting.MAC), row.entry_id, body)
            row.save(update_fields=["mark"])


class Migration(migrations.Migration):
    dependencies = [("ledger", "0002_append_only"), ("vault", "0001_initial")]
    operations = [
        migrations.RunPython(drop_trigger, migrations.RunPython.noop),
        migrations.AddField(
            "pending", "mark", models.BinaryField(max_length=16, default=b""), preserve_default=False
        ),
        migrations.AddField("pending", "noted_at", models.DateTimeField(db_default=Now())),
        migrations.RunPython(mark_waiting, migrations.RunPython.noop),
    ]
