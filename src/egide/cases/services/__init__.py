"""Writes: one verb per function, one transaction, one ledger entry."""
