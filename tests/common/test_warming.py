"""What a process does before its first page."""

import gc

from egide.common.warming import warm


def test_every_template_of_ours_compiles(monkeypatch):
    """A template nobody asks for in a test would stop the process that serves."""
    monkeypatch.setattr(gc, "freeze", lambda: None)

    warm()
