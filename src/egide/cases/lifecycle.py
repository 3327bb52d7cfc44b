"""The states of a case, of a conference, of a plan and of what somebody has to do."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from egide.common.lifecycle import Lifecycle, Transition


class State(models.TextChoices):
    """Where a case stands."""

    RECEIVED = "received", _("Received, to be triaged")
    NO_ACTION_PROPOSED = "no_action_proposed", _("No further action proposed, second reader needed")
    NOT_TAKEN = "not_taken", _("Not taken")
    ACCEPTED = "accepted", _("Accepted: contact and consent")
    CONSENT_REFUSED = "consent_refused", _("Consent refused")
    ACTIVE = "active", _("Active")
    CLOSED = "closed", _("Closed")


OPEN_STATES = (
    State.RECEIVED,
    State.NO_ACTION_PROPOSED,
    State.ACCEPTED,
    State.CONSENT_REFUSED,
    State.ACTIVE,
)

CASE = Lifecycle(
    initial=State.RECEIVED,
    transitions=[
        Transition("accept", (State.RECEIVED,), State.ACCEPTED),
        Transition("propose_no_action", (State.RECEIVED,), State.NO_ACTION_PROPOSED),
        Transition("confirm_no_action", (State.NO_ACTION_PROPOSED,), State.NOT_TAKEN),
        Transition("return_to_triage", (State.NO_ACTION_PROPOSED, State.NOT_TAKEN), State.RECEIVED),
        Transition("enrol", (State.ACCEPTED, State.CONSENT_REFUSED), State.ACTIVE),
        Transition("record_refusal", (State.ACCEPTED, State.ACTIVE), State.CONSENT_REFUSED),
        Transition("close", (State.ACCEPTED, State.CONSENT_REFUSED, State.ACTIVE), State.CLOSED),
        Transition("reopen", (State.CLOSED,), State.ACCEPTED),
    ],
)


class ConferenceState(models.TextChoices):
    PLANNED = "planned", _("Planned")
    OPEN = "open", _("In session")
    HELD = "held", _("Held, minutes locked")
    CANCELLED = "cancelled", _("Cancelled")


CONFERENCE = Lifecycle(
    initial=ConferenceState.PLANNED,
    transitions=[
        Transition("open", (ConferenceState.PLANNED,), ConferenceState.OPEN),
        Transition("lock", (ConferenceState.OPEN,), ConferenceState.HELD),
        Transition("cancel", (ConferenceState.PLANNED,), ConferenceState.CANCELLED),
    ],
)


class PlanState(models.TextChoices):
    DRAFT = "draft", _("Being written")
    CURRENT = "current", _("Current")
    REPLACED = "replaced", _("Replaced")


PLAN = Lifecycle(
    initial=PlanState.DRAFT,
    transitions=[
        Transition("agree", (PlanState.DRAFT,), PlanState.CURRENT),
        Transition("replace", (PlanState.CURRENT,), PlanState.REPLACED),
    ],
)


class TaskState(models.TextChoices):
    """Where something somebody has to do stands; lateness is no state: what is late is still to do."""

    TO_DO = "to_do", _("To do")
    BLOCKED = "blocked", _("Cannot go on for now")
    DONE = "done", _("Done")
    NOT_NEEDED = "not_needed", _("No longer needed")
    NOT_DONE = "not_done", _("Not done")


_TO_END = (TaskState.TO_DO, TaskState.BLOCKED)

TASK = Lifecycle(
    initial=TaskState.TO_DO,
    transitions=[
        Transition("block", (TaskState.TO_DO,), TaskState.BLOCKED),
        Transition("resume", (TaskState.BLOCKED,), TaskState.TO_DO),
        Transition("do", _TO_END, TaskState.DONE),
        Transition("drop", _TO_END, TaskState.NOT_NEEDED),
        Transition("give_up", _TO_END, TaskState.NOT_DONE),
    ],
)


class ReleaseState(models.TextChoices):
    """Where the release of somebody of concern stands."""

    AWAITED = "awaited", _("Awaited")
    TOOK_PLACE = "took_place", _("Took place")
    CALLED_OFF = "called_off", _("Does not take place")


RELEASE = Lifecycle(
    initial=ReleaseState.AWAITED,
    transitions=[
        Transition("take_place", (ReleaseState.AWAITED,), ReleaseState.TOOK_PLACE),
        Transition("call_off", (ReleaseState.AWAITED,), ReleaseState.CALLED_OFF),
    ],
)


class AccessState(models.TextChoices):
    """Where the answer to a person who asks for their own file stands."""

    RECEIVED = "received", _("Received, to be put together")
    SECOND_READING = "second_reading", _("Waits for a second reader")
    RETURNED = "returned", _("Sent back to the first reader")
    READY = "ready", _("Ready to hand over")
    HANDED_OVER = "handed_over", _("Handed over")
    WITHDRAWN = "withdrawn", _("Withdrawn by the person")


ACCESS_WORKING = (AccessState.RECEIVED, AccessState.RETURNED)
ACCESS_WAITING = (*ACCESS_WORKING, AccessState.SECOND_READING, AccessState.READY)

ACCESS = Lifecycle(
    initial=AccessState.RECEIVED,
    transitions=[
        Transition("put_together", ACCESS_WORKING, AccessState.SECOND_READING),
        Transition("send_back", (AccessState.SECOND_READING, AccessState.READY), AccessState.RETURNED),
        Transition("approve", (AccessState.SECOND_READING,), AccessState.READY),
        Transition("hand_over", (AccessState.READY,), AccessState.HANDED_OVER),
        Transition("withdraw", ACCESS_WAITING, AccessState.WITHDRAWN),
    ],
)


class SignalState(models.TextChoices):
    """Where a report of a health professional to the prosecutor stands."""

    WRITTEN = "written", _("Written, has not left")
    LEFT = "left", _("Left for the prosecutor")
    DROPPED = "dropped", _("Did not leave")


SIGNAL = Lifecycle(
    initial=SignalState.WRITTEN,
    transitions=[
        Transition("leave", (SignalState.WRITTEN,), SignalState.LEFT),
        Transition("drop", (SignalState.WRITTEN,), SignalState.DROPPED),
    ],
)


class LeadChangeState(models.TextChoices):
    """Where a proposal that another agency lead a case stands."""

    PROPOSED = "proposed", _("Waits for the other agency")
    ACCEPTED = "accepted", _("Accepted: the other agency leads")
    REFUSED = "refused", _("Refused by the other agency")
    WITHDRAWN = "withdrawn", _("Withdrawn")


LEAD_CHANGE = Lifecycle(
    initial=LeadChangeState.PROPOSED,
    transitions=[
        Transition("accept", (LeadChangeState.PROPOSED,), LeadChangeState.ACCEPTED),
        Transition("refuse", (LeadChangeState.PROPOSED,), LeadChangeState.REFUSED),
        Transition("withdraw", (LeadChangeState.PROPOSED,), LeadChangeState.WITHDRAWN),
    ],
)


class TransferState(models.TextChoices):
    """Where a proposal that another area take over a case stands."""

    PROPOSED = "proposed", _("Waits for the other area")
    ACCEPTED = "accepted", _("Done: the other area leads")
    REFUSED = "refused", _("Refused by the other area")
    WITHDRAWN = "withdrawn", _("Withdrawn")
    RETURNED = "returned", _("Returned to where it came from")


TRANSFER = Lifecycle(
    initial=TransferState.PROPOSED,
    transitions=[
        Transition("accept", (TransferState.PROPOSED,), TransferState.ACCEPTED),
        Transition("refuse", (TransferState.PROPOSED,), TransferState.REFUSED),
        Transition("withdraw", (TransferState.PROPOSED,), TransferState.WITHDRAWN),
        Transition("give_back", (TransferState.ACCEPTED,), TransferState.RETURNED),
    ],
)


class SupervisionState(models.TextChoices):
    """Where a piece of finished work that a supervisor returned stands."""

    WAITING = "waiting", _("Waits for who did it")
    ANSWERED = "answered", _("Answered, to be read")
    ACCEPTED = "accepted", _("Answer accepted")
    AGAIN = "again", _("Returned again")
    TAKEN_BACK = "taken_back", _("Taken back")


SUPERVISION = Lifecycle(
    initial=SupervisionState.WAITING,
    transitions=[
        Transition("answer", (SupervisionState.WAITING,), SupervisionState.ANSWERED),
        Transition("accept", (SupervisionState.ANSWERED,), SupervisionState.ACCEPTED),
        Transition("return_again", (SupervisionState.ANSWERED,), SupervisionState.AGAIN),
        Transition("take_back", (SupervisionState.WAITING,), SupervisionState.TAKEN_BACK),
    ],
)


class Level(models.TextChoices):
    """The level of concern people set, with their reasons. "Not yet known" is a level of its own."""

    NOT_KNOWN = "not_known", _("Not yet known")
    LOWER = "lower", _("Lower")
    RAISED = "raised", _("Raised")
    HIGH = "high", _("High")
    EXTREME = "extreme", _("Extreme")
