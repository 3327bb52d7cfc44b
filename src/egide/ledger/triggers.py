"""The triggers that keep the ledger append-only, for both databases; applied by the first migration."""

from typing import Any

APPEND_ONLY = ("ledger_entry", "ledger_leaf", "ledger_checkpoint")

_PG_REFUSE = """
CREATE OR REPLACE FUNCTION ledger_refuse() RETURNS trigger LANGUAGE plpgsql AS
$$ BEGIN RAISE EXCEPTION 'the ledger is append-only' USING ERRCODE = 'restrict_violation'; END $$;
"""
_PG_TABLE = """
CREATE TRIGGER {table}_append_only BEFORE UPDATE OR DELETE ON {table}
  FOR EACH ROW EXECUTE FUNCTION ledger_refuse();
CREATE TRIGGER {table}_no_truncate BEFORE TRUNCATE ON {table}
  FOR EACH STATEMENT EXECUTE FUNCTION ledger_refuse();
"""
_SQLITE_TABLE = """CREATE TRIGGER {table}_no_{event} BEFORE {event} ON {table}
BEGIN SELECT RAISE(ABORT, 'the ledger is append-only'); END"""


def install(apps: Any, schema_editor: Any) -> None:
    """Create the triggers of the database in use."""
    vendor = schema_editor.connection.vendor
    if vendor == "postgresql":
        schema_editor.execute(_PG_REFUSE)
        for table in APPEND_ONLY:
            schema_editor.execute(_PG_TABLE.format(table=table))
    elif vendor == "sqlite":
        for table in APPEND_ONLY:
            for event in ("update", "delete"):
                schema_editor.execute(_SQLITE_TABLE.format(table=table, event=event))
    else:
        raise NotImplementedError(f"no append-only triggers for {vendor}")


def remove(apps: Any, schema_editor: Any) -> None:
    """Drop them, to undo the migration on an empty ledger."""
    vendor = schema_editor.connection.vendor
    for table in APPEND_ONLY:
        names = [f"{table}_no_update", f"{table}_no_delete"]
        if vendor == "postgresql":
            names = [f"{table}_append_only", f"{table}_no_truncate"]
        for name in names:
            on = f" ON {table}" if vendor == "postgresql" else ""
            schema_editor.execute(f"DROP TRIGGER IF EXISTS {name}{on}")
