"""How something somebody has to do goes, and what a person needs."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from egide.cases.forms.fields import LANGUAGES, SPECIAL_NEEDS, choice, words
from egide.cases.models import Task
from egide.cases.models.work import BLOCKABLE, TaskKind

#: Who will speak for the person; a child never.
INTERPRETERS = [
    ("professional", _("A professional interpreter, there in person")),
    ("by_phone", _("A professional interpreter, by phone or video")),
    ("trained", _("A trained volunteer, of no family or circle of the people concerned")),
    ("colleague", _("A colleague who speaks the language")),
    ("relative", _("A relative: only with a written reason")),
]
SAID_BY = [
    ("person", _("The person")),
    ("seen", _("I saw it")),
    ("referrer", _("Who referred")),
    ("other", _("Somebody else")),
]


class TaskEndForm(forms.Form):
    """How a task goes: done, unable to go on, no longer needed, not done; with what shows it, or why."""

    outcome = choice(_("How does it go?"), [], error=_("Say how it goes."))
    interpreter = choice(
        _("Who will interpret?"),
        INTERPRETERS,
        hint=_("Once it is booked. A child never interprets."),
        required=False,
    )
    words = words(
        _("What shows it, or why"),
        hint=_("The date, a file number, who confirmed it; or what stands in the way."),
        rows=3,
        required=False,
    )

    def __init__(self, *args: Any, task: Task, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        outcomes = [("done", _("Done"))]
        if task.kind in BLOCKABLE and task.blocked_at is None:
            outcomes.append(
                ("blocked", _("Cannot go on for now: who leads the case is asked to find another way"))
            )
        if task.blocked_at is not None:
            outcomes.append(("resumed", _("Can go on again")))
        outcomes += [("not_needed", _("No longer needed")), ("not_done", _("Not done"))]
        self.fields["outcome"].choices = outcomes  # type: ignore[attr-defined]
        if task.kind != TaskKind.INTERPRETER:
            del self.fields["interpreter"]

    def clean(self) -> dict[str, Any]:
        """What is not done says why; who interprets is named, and is no relative without a reason."""
        data = super().clean() or {}
        said, outcome = data.get("words", "").strip(), data.get("outcome")
        if outcome in ("blocked", "not_needed", "not_done") and not said:
            self.add_error("words", _("Write why, in a few words: the next person will want to know."))
        if outcome == "done" and "interpreter" in self.fields:
            if not data.get("interpreter"):
                self.add_error("interpreter", _("Say who will interpret."))
            elif data["interpreter"] == "relative" and not said:
                self.add_error(
                    "words",
                    _(
                        "A relative does not interpret by default. Write why nobody else can, and what the person "
                        "says of it."
                    ),
                )
        return data


class NeedForm(forms.Form):
    """What somebody of the case needs. Asked or seen, never guessed."""

    about = choice(_("About whom"), [], error=_("Say about whom."))
    need = choice(_("What the person needs"), SPECIAL_NEEDS, error=_("Choose what the person needs."))
    language = forms.ChoiceField(
        label=_("Language, for an interpreter"),
        choices=[("", _("Another need")), *LANGUAGES],
        required=False,
    )
    said_by = choice(_("Who says so?"), SAID_BY, error=_("Say who says so: a need is never guessed."))
    words = words(
        _("What helps, in the person’s words"),
        hint=_("What to arrange, what to avoid. No diagnosis: it is not needed."),
        rows=3,
        required=False,
    )

    def __init__(self, *args: Any, files: list[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["about"].choices = files  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        """An interpreter interprets a language."""
        data = super().clean() or {}
        if data.get("need") == "interpreter" and not data.get("language"):
            self.add_error("language", _("Say which language is to be interpreted."))
        return data


class NeedEndedForm(forms.Form):
    """Why something is no longer needed."""

    reason = words(_("Why it is no longer needed"), rows=2, error=_("Write why it is no longer needed."))
