"""Bring a definition in, answer it, record a right."""

from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from egide.assessments.rules.reading import LARGEST_FILE
from egide.assessments.services.importing import LONGEST_REASON, LONGEST_RIGHTS, read
from egide.common.errors import Refused


class ImportForm(forms.Form):
    """A definition file or its text, and what gives the right to use it. `record` is what the service takes."""

    file = forms.FileField(
        label=gettext_lazy("Definition file (YAML or JSON)"),
        required=False,
        max_length=200,
        help_text=gettext_lazy("At most 256 KB. Its shape is described in the documentation."),
        error_messages={"empty": gettext_lazy("This file is empty.")},
    )
    content = forms.CharField(
        label=gettext_lazy("Or its text"),
        required=False,
        max_length=LARGEST_FILE,
        strip=False,
        widget=forms.Textarea(attrs={"rows": 12, "spellcheck": "false"}),
    )
    rights = forms.CharField(
        label=gettext_lazy("What gives the right to use it"),
        max_length=LONGEST_RIGHTS,
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text=gettext_lazy(
            "The licence or permission, who gave it, its date, for which agencies. It is sealed with the file."
        ),
        error_messages={
            "required": gettext_lazy("Say what gives the right to use it: a licence, a permission, its date.")
        },
    )

    def clean(self) -> dict[str, Any]:
        """Read the definition whole: what is wrong is said beside the field, with its place."""
        super().clean()
        file, text = self.cleaned_data.get("file"), self.cleaned_data.get("content", "")
        if not self.has_error("file") and bool(file) == bool(text.strip()):
            self.add_error("file", _("Give the file, or its text: one of the two."))
        elif file and file.size > LARGEST_FILE:
            self.add_error("file", _("This file is too large: at most 256 KB."))
        elif not self.errors:
            self.cleaned_data["definition"] = file.read() if file else text
            try:
                read(self.cleaned_data["definition"])
            except Refused as refusal:
                self.add_error("file" if file else "content", str(refusal.message))
        return self.cleaned_data

    @property
    def record(self) -> dict[str, Any]:
        """The arguments of `services.propose_import` that come from the form."""
        return {"content": self.cleaned_data["definition"], "rights": self.cleaned_data["rights"]}


class RefuseForm(forms.Form):
    """Why an import is refused."""

    reason = forms.CharField(
        label=gettext_lazy("Why you refuse it"),
        max_length=LONGEST_REASON,
        widget=forms.Textarea(attrs={"rows": 3}),
        error_messages={"required": gettext_lazy("Say why, in a few sentences.")},
    )


class RightForm(forms.Form):
    """What gives the right to use a sheet that ships, or who proof-read it."""

    note = forms.CharField(
        label=gettext_lazy("What gives the right to use it, or who proof-read it and when"),
        max_length=LONGEST_RIGHTS,
        widget=forms.Textarea(attrs={"rows": 4}),
        error_messages={
            "required": gettext_lazy("Say what gives the right to use it: a licence, a permission, its date.")
        },
    )
