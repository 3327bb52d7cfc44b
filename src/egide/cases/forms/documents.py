"""Documents: what is said of one, the file itself, why one is withdrawn."""

from typing import Any

from django import forms
from django.conf import settings
from django.utils.translation import gettext_lazy as _

from egide.cases.forms.casework import KnownForm
from egide.cases.forms.fields import day, words
from egide.cases.services.documents import LONGEST_TITLE
from egide.uploads.kinds import KINDS
from egide.uploads.wording import largest, sentence

_ACCEPTED = ",".join(f".{end}" for kind in KINDS.values() for end in kind.extensions)


class _FileForm(forms.Form):
    """What every document needs; the file stands last, so that the rest has arrived when it is too large."""

    title = forms.CharField(
        label=_("What it is"),
        help_text=_("In a few words, without names: “Photo of the broken door”."),
        max_length=LONGEST_TITLE,
        error_messages={"required": _("Say what the document is.")},
    )
    text = words(
        _("What it shows"),
        hint=_("For who cannot see it, and for who may read about it only."),
        error=_("Write what the document shows."),
    )
    observed_on = day(_("Date of the document"), required=False)
    paper = forms.FileField(
        label=_("The file"),
        widget=forms.FileInput(attrs={"accept": _ACCEPTED}),
        error_messages={
            "required": _("Choose the file."),
            "invalid": _("Choose the file."),
            "missing": _("Choose the file."),
            "empty": _("This file is empty."),
        },
    )

    def __init__(self, *args: Any, given_up: str = "", **kwargs: Any) -> None:
        """Make the form.

        Args:
            given_up: why the file was given up while it arrived, by its code.
        """
        super().__init__(*args, **kwargs)
        paper = self.fields["paper"]
        paper.help_text = _(
            "A JPEG, PNG or WebP picture, a PDF, or a plain text; at most %(most)s. What it says of who made "
            "it, when and where is taken out, and told to you first."
        ) % {"most": largest()}
        paper.widget.attrs |= {
            "data-largest": settings.EGIDE_LARGEST_DOCUMENT,
            "data-largest-said": "too-large",
        }
        if given_up:
            paper.error_messages = {**paper.error_messages, "required": sentence(given_up)}


class DocumentForm(_FileForm, KnownForm):
    """A document to add: about whom, what kind, what it is."""

    field_order = ("about", "category", "is_unserved", "title", "text", "observed_on", "paper")


class VersionForm(_FileForm):
    """A new version of a document: whose file and what kind of information stay."""


class WithdrawalForm(forms.Form):
    """Why a document is withdrawn."""

    reason = words(
        _("Why it is withdrawn"),
        hint=_("Who could read the document reads this in its place."),
        error=_("Write why it is withdrawn."),
    )
