"""The append-only ledger: what was done, read and refused, in a tree anyone can check."""
