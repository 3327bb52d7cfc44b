"""The states of an assessment, and the words people choose among."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from egide.common.lifecycle import Lifecycle, Transition


class State(models.TextChoices):
    DRAFT = "draft", _("Draft")
    COMPLETED = "completed", _("Completed")
    REPLACED = "replaced", _("Replaced by a corrected one")


ASSESSMENT = Lifecycle(
    initial=State.DRAFT,
    transitions=[
        Transition("complete", (State.DRAFT,), State.COMPLETED),
        Transition("replace", (State.COMPLETED,), State.REPLACED),
    ],
)


class Judgement(models.TextChoices):
    """What the assessor thinks, whatever the score: the same words as a case's level."""

    NOT_KNOWN = "not_known", _("Not yet known")
    LOWER = "lower", _("Lower")
    RAISED = "raised", _("Raised")
    HIGH = "high", _("High")
    EXTREME = "extreme", _("Extreme")


class Source(models.TextChoices):
    """Where one answer comes from."""

    PERSON = "person", _("The person said so")
    RECORDS = "records", _("Police or court records")
    PARTNER = "partner", _("A partner agency")
    OBSERVED = "observed", _("Seen by the assessor")
    OTHER = "other", _("Other")
