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


class ImportState(models.TextChoices):
    PROPOSED = "proposed", _("Waiting for a second person")
    APPROVED = "approved", _("Approved")
    REFUSED = "refused", _("Refused")
    WITHDRAWN = "withdrawn", _("Withdrawn")


IMPORT = Lifecycle(
    initial=ImportState.PROPOSED,
    transitions=[
        Transition("approve", (ImportState.PROPOSED,), ImportState.APPROVED),
        Transition("refuse", (ImportState.PROPOSED,), ImportState.REFUSED),
        Transition("withdraw", (ImportState.PROPOSED,), ImportState.WITHDRAWN),
    ],
)


class Certificate(models.TextChoices):
    """What the records of training say of an assessor, the day they assessed."""

    VALID = "valid", _("Certificate recorded and valid")
    LAPSED = "lapsed", _("Certificate lapsed")
    NONE = "none", _("No certificate recorded")


class Difference(models.TextChoices):
    """Where a judgement stands beside the score, as the assessor says."""

    SAME = "same", _("About the same")
    HIGHER = "higher", _("Higher than the score suggests")
    LOWER = "lower", _("Lower than the score suggests")
    APART = "apart", _("Not to be compared")


class Population(models.TextChoices):
    """Whether the person belongs to those the tool was made for."""

    WITHIN = "within", _("Yes")
    OUTSIDE = "outside", _("No")
    UNKNOWN = "unknown", _("Not known")


class Nature(models.TextChoices):
    """What stands beside one answer: what was seen or recorded, or what somebody thinks of it."""

    FACT = "fact", _("Fact")
    OPINION = "opinion", _("Opinion")
