"""What the templates of a case need, from what was opened. Decides nothing: what is not opened is not here."""

from egide.cases.presentation.case import case_context, entry_lines, entry_text, identity_lines
from egide.cases.presentation.contact import attempt_line, contact_context
from egide.cases.presentation.deciding import consent_card, door_lines, how_it_ended, known_files

__all__ = [
    "attempt_line",
    "case_context",
    "consent_card",
    "contact_context",
    "door_lines",
    "entry_lines",
    "entry_text",
    "how_it_ended",
    "identity_lines",
    "known_files",
]
