"""Words the pages about disclosures share."""

from django.utils.translation import gettext as _

from egide.sharing.disclosures import UNNAMED_DANGER
from egide.sharing.models import Ground


def basis_of(code: str) -> str:
    """Answer on what basis something left, in words."""
    known = {
        "": _("As a law allows"),
        "none": _("Theirs already"),
        "consent": _("With consent"),
        "self": _("To the person"),
        UNNAMED_DANGER: _("Danger told without naming anyone"),
        **dict(Ground._meta.get_field("kind").flatchoices),
    }
    return str(known.get(code, code))
