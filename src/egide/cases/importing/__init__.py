"""Referrals from a partner's file: read, mapped, checked; nothing is written here.

`read` then `check`, then `cases.services.importing.import_referrals`: the page and the command do the same.
"""

from egide.cases.importing.mapping import Checked, RowError, check
from egide.cases.importing.reading import ReadError, Row, Table, read

__all__ = ["Checked", "ReadError", "Row", "RowError", "Table", "check", "read"]
