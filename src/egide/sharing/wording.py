"""The decision table in words: bases, rows, sectors, levels, and why a level may not stand somewhere."""

from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from egide.common.text import localized
from egide.partners.models import Sector
from egide.sharing.rules.categories import CATEGORIES
from egide.sharing.rules.editing import Change
from egide.sharing.rules.levels import Level
from egide.sharing.rules.table import ROLE_MARK

BASES = {
    "consent": gettext_lazy("Consent"),
    "serious_imminent_threat": gettext_lazy("Serious and imminent threat"),
    "serious_harm_reduction": gettext_lazy("Risk of serious harm"),
    "legal_mandate": gettext_lazy("Statute, court order or warrant"),
    "medical_emergency": gettext_lazy("Medical emergency"),
    "common_programme": gettext_lazy("Common programme"),
    "none": gettext_lazy("No basis at all"),
    "self": gettext_lazy("The person asks for their own file"),
    "deidentified": gettext_lazy("Totals without names"),
}
#: When each basis is the one that counts, for those who are not lawyers.
WHEN = {
    "consent": gettext_lazy("The person agreed, and named the agency and the kind of information."),
    "serious_imminent_threat": gettext_lazy(
        "Somebody may be badly hurt very soon; it was written down and approved, for 72 hours."
    ),
    "serious_harm_reduction": gettext_lazy(
        "A serious harm that is not about to happen can be made smaller; written down and approved."
    ),
    "legal_mandate": gettext_lazy("A law, an order or a warrant obliges, and counsel has read it."),
    "medical_emergency": gettext_lazy("Medical staff need it to treat somebody now."),
    "common_programme": gettext_lazy(
        "A programme several agencies carry out together, whose law needs no consent."
    ),
    "none": gettext_lazy(
        "Nobody agreed and nothing obliges: what those who work on the case may know anyway."
    ),
    "self": gettext_lazy("The person, or whoever lawfully speaks for them, asks to see what is held."),
    "deidentified": gettext_lazy("Figures in which nobody can be recognised."),
}
LEVELS = {
    Level.NONE: gettext_lazy("Nothing"),
    Level.FLAG: gettext_lazy("That it exists"),
    Level.VIEW: gettext_lazy("Reading, no copy"),
    Level.SHARE: gettext_lazy("Sharing under notice"),
}
#: As the table is drawn.
LETTERS = {Level.NONE: "—", Level.FLAG: "F", Level.VIEW: "V", Level.SHARE: "S"}
#: By the answer of `rules.editing.why_not`.
WHY_NOT = {
    "sealed": gettext_lazy("Nobody reads this here, whatever the table says: it is sealed, or never kept."),
    "none": gettext_lazy("Without any basis, nothing may be opened beyond what this platform ships with."),
    "outside": gettext_lazy("Evaluators and the public get totals, never anything about a person."),
    "medical": gettext_lazy("A medical emergency opens to medical staff alone."),
}
_ROLES = {
    "person_of_concern": gettext_lazy("person of concern"),
    "victim": gettext_lazy("victim"),
}


def row_title(name: str) -> str:
    """Answer the name of a row: a kind of information, and whose file when it is of one role alone."""
    slug, _mark, role = name.partition(ROLE_MARK)
    title = localized(CATEGORIES[slug], "title")
    return f"{title} ({_ROLES[role]})" if role else title


def sector_title(code: str) -> str:
    """Answer the name of a sector."""
    return str(Sector(code).label)


@dataclass(frozen=True)
class ChangeLine:
    """One cell that changes, in words."""

    change: Change

    @property
    def basis(self) -> str:
        return str(BASES[self.change.basis])

    @property
    def row(self) -> str:
        return row_title(self.change.row)

    @property
    def sector(self) -> str:
        return sector_title(self.change.sector)

    @property
    def before(self) -> Any:
        return LEVELS[self.change.before]

    @property
    def after(self) -> Any:
        return LEVELS[self.change.after]

    @property
    def opens_more(self) -> bool:
        return self.change.after > self.change.before

    @property
    def text(self) -> str:
        """The whole of it in one line."""
        return _("%(basis)s, %(row)s: %(sector)s, from “%(before)s” to “%(after)s”") % {
            "basis": self.basis,
            "row": self.row,
            "sector": self.sector,
            "before": self.before,
            "after": self.after,
        }
