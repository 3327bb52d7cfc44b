"""What a note of the file came from, in words: a reason nobody can place is a reason nobody can weigh."""

from django.utils.translation import gettext_lazy as _

#: By the form that wrote it, without its version. What a referral says, or somebody adds by hand, needs no word more.
ORIGINS = {
    "triage": _("Triage, the reason"),
    "eligibility": _("Eligibility, the reason"),
    "level": _("Level of concern, the reason"),
    "team": _("Why an agency works on the case"),
    "review": _("Review"),
    "wishes": _("The person’s wishes"),
    "contribution": _("Brought to a conference"),
    "decision": _("Agreed at a conference"),
    "consent-refusal": _("Refusal of consent"),
    "contact-override": _("Why the person was reached outside what is safe"),
    "lead-change": _("Why another agency is asked to lead"),
    "closure": _("Closing of the case"),
    "victim-view": _("The person’s own view, when the case closed"),
    "reopening": _("Why the case was reopened"),
}


def origin_of(form: str) -> str:
    """Answer what a form is called where its words are read again; empty for a note, which speaks for itself."""
    return str(ORIGINS.get(form.split(":")[0], ""))
