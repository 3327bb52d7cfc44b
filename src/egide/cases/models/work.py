"""What people decide, do and promise in a case."""

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from egide.cases.lifecycle import Level, PlanState, TaskState
from egide.cases.models.case import Case
from egide.cases.models.file import RETENTION, Entry, File
from egide.common.ids import new_id
from egide.common.personal import personal
from egide.partners.models import Agency, Membership
from egide.vault.fields import SealedField


class TaskKind(models.TextChoices):
    """What a date is for. Those of the protocol are made by the protocol; `action` by a conference."""

    TRIAGE = "triage", _("Triage decision")
    SECOND_READER = "second_reader", _("Second reader")
    FIRST_CONTACT = "first_contact", _("First safe contact")
    CONSENT = "consent", _("Informed consent")
    ASSESSMENT = "assessment", _("Assessment")
    SAFETY_PLAN = "safety_plan", _("Safety plan, in person")
    MANAGEMENT_PLAN = "management_plan", _("Management plan")
    SUPPORT = "support", _("Support offered")
    EXPRESSION_APPROVAL = "expression_approval", _("Second person for words that came with a threat")
    CONFERENCE = "conference", _("Case conference")
    PART = "part", _("What an agency brings to the conference")
    LEVEL_CONFIRMATION = "level_confirmation", _("Second person for a lowered level")
    REVIEW = "review", _("Review")
    DEVELOPMENT = "development", _("Review after a critical development")
    ACKNOWLEDGEMENTS = "acknowledgements", _("Answers of agencies that must stop using what they received")
    CONSENT_CHECK = "consent_check", _("Check consent: an agency it names no longer takes part")
    LOG_REVIEW = "log_review", _("Review of what a colleague read before being kept out")
    ACCESS_REQUEST = "access_request", _("Answer to a person who asks for their own file")
    LEAD_CHANGE = "lead_change", _("Change of lead agency")
    LEAD_CONSENTS = "lead_consents", _("Consents, after a change of lead agency")
    TRANSFER = "transfer", _("Transfer to another area")
    TELL_PERSON = "tell_person", _("Telling the person what was shared without their agreement")
    INTERPRETER = "interpreter", _("Interpreter, before the first contact")
    NEED = "need", _("What the person needs")
    BLOCKED = "blocked", _("An action that cannot go on")
    RELEASE = "release", _("Warning before a release")
    RELEASE_DAY = "release_day", _("Finding out whether a release took place")
    OWN_CONSENT = "own_consent", _("Consent of a child or another person at risk")
    COMES_OF_AGE = "comes_of_age", _("Asking a person themselves: they come of age")
    WORK_RETURNED = "work_returned", _("Work returned to you, with reasons")
    WORK_ANSWERED = "work_answered", _("Answer about work you returned")
    ACTION = "action", _("Agreed action")
    TASK = "task", _("Task")


class TaskWords(models.TextChoices):
    """What the application itself asks of somebody: kept as a code, so that each reads it in their own language."""

    EMERGENCY_OPENED = (
        "emergency_opened",
        _("Emergency access was opened. See who, and tell the privacy officer what you know."),
    )
    TELL_PERSON = (
        "tell_person",
        _("Tell the person what was shared without their agreement, or write why it is not yet safe."),
    )
    LEFT_AGAINST_RULES = (
        "left_against_rules",
        _("Something left that the rules keep: look at it with the privacy officer."),
    )
    ACTION_BLOCKED = (
        "action_blocked",
        _("Something agreed cannot go on: see why, and find another way."),
    )
    RELEASE_NEAR = (
        "release_near",
        _("Warn who is in danger before the release, in a safe way, and look at the safety plan together."),
    )
    RELEASE_DAY = (
        "release_day",
        _("Find out whether the release took place, and record it: a day that passes is no answer."),
    )
    # What a need makes somebody do: `rules.needs.NEED_TASKS`.
    BOOK_INTERPRETER = (
        "book_interpreter",
        _(
            "Book an interpreter before anybody reaches the person: a professional, never a relative by default."
        ),
    )
    BOOK_SIGN = (
        "book_sign",
        _("Book a sign-language interpreter before anybody reaches the person: never a relative by default."),
    )
    ARRANGE_ACCESS = (
        "arrange_access",
        _("Arrange what the person needs to come, to read and to be heard: place, transport, form, time."),
    )
    SUPPORT_AGE = "support_age", _("Bring in support that fits the person’s age.")
    ADVISE_STATUS = (
        "advise_status",
        _("Offer independent advice on rights and status, and say that help does not depend on it."),
    )
    SUPPORT_USE = (
        "support_use",
        _("Offer support with alcohol or drugs, and say that help does not depend on it."),
    )


#: Dates of the programme's own team: another agency would learn from them that consent changed, that a colleague
#: was kept out, that somebody asks what is held, where the person goes, what she needs, how old a child is, that
#: something happened, or what another agency owes the conference.
OWN_KINDS = (
    TaskKind.TRANSFER,
    TaskKind.ACKNOWLEDGEMENTS,
    TaskKind.CONSENT_CHECK,
    TaskKind.LOG_REVIEW,
    TaskKind.ACCESS_REQUEST,
    TaskKind.LEAD_CHANGE,
    TaskKind.LEAD_CONSENTS,
    TaskKind.DEVELOPMENT,
    TaskKind.PART,
    TaskKind.INTERPRETER,
    TaskKind.NEED,
    TaskKind.BLOCKED,
    TaskKind.RELEASE,
    TaskKind.RELEASE_DAY,
    TaskKind.OWN_CONSENT,
    TaskKind.COMES_OF_AGE,
    TaskKind.WORK_RETURNED,
    TaskKind.WORK_ANSWERED,
)
#: What does not end with the case: a person is owed an answer or the truth, agencies owe an answer, or who did
#: the work and who returned it owe one another theirs.
OUTLIVING = (
    TaskKind.ACCESS_REQUEST,
    TaskKind.ACKNOWLEDGEMENTS,
    TaskKind.TELL_PERSON,
    TaskKind.WORK_RETURNED,
    TaskKind.WORK_ANSWERED,
)

#: Kinds that may be said not to go on for now; the dates of steps only come nearer.
BLOCKABLE = (TaskKind.ACTION, TaskKind.TASK, TaskKind.INTERPRETER, TaskKind.NEED, TaskKind.RELEASE)
#: Forms of what is said of how a task goes; each is kept with the category of its task.
EVIDENCE, STANDS_IN_THE_WAY, REASON = "task-evidence:1", "task-blocked:1", "task-reason:1"
REMARKS = (EVIDENCE, STANDS_IN_THE_WAY, REASON)


class Task(models.Model):
    """One thing someone has to do by a moment. A late task rises; it never lapses."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    case = models.ForeignKey(Case, on_delete=models.CASCADE, related_name="tasks")
    kind = models.CharField(max_length=20, choices=TaskKind)
    #: What exactly, when the kind does not say it; category and compartment decide who may read it.
    text = personal(SealedField(null=True), purpose="to carry out the agreed plan", retention=RETENTION)
    file = models.ForeignKey(File, on_delete=models.CASCADE, related_name="+")
    category = models.CharField(max_length=32, default="conference.record")
    #: Codes of the laws that bind its words: those of who has it to do and of who wrote it.
    regimes = models.CharField(max_length=200, blank=True, default="", db_default="")
    side = models.CharField(
        max_length=10,
        choices=[("victim", "victim"), ("management", "management"), ("both", "both")],
        default="both",
    )
    agency = models.ForeignKey(Agency, on_delete=models.PROTECT, related_name="+")
    #: Whose the words are, when the task went on to another agency: who has to do it does not hold them for that.
    words_of = models.ForeignKey(Agency, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    owner = models.ForeignKey(Membership, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    due_at = models.DateTimeField()
    raised_at = models.DateTimeField(null=True, blank=True)
    #: Who leads the case, when they follow this task: another agency has it, or it became late.
    rises_to = models.ForeignKey(
        Membership, on_delete=models.PROTECT, null=True, blank=True, related_name="+", db_index=False
    )
    done_at = models.DateTimeField(null=True, blank=True)
    done_by = models.ForeignKey(Membership, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    outcome = models.CharField(
        max_length=12,
        blank=True,
        choices=[(one, one.label) for one in (TaskState.DONE, TaskState.NOT_NEEDED, TaskState.NOT_DONE)],
    )
    #: Since when it cannot go on; empty when it can.
    blocked_at = models.DateTimeField(null=True, blank=True)
    #: What was said last of how it goes: the evidence, what stands in its way, why it is not needed.
    remark = models.ForeignKey(Entry, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    #: What made it, when something written in the file did: a need.
    cause = models.ForeignKey(Entry, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    #: The task it is about: one that cannot go on.
    about = models.ForeignKey("self", on_delete=models.CASCADE, null=True, blank=True, related_name="+")
    created_by = models.ForeignKey(
        Membership, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    created_at = models.DateTimeField()

    class Meta:
        indexes = [
            models.Index(fields=["case", "done_at", "due_at"], name="cases_task_by_case"),
            # Partial: PostgreSQL keeps no order behind a column that "is null".
            models.Index(
                fields=["owner", "due_at", "id"],
                name="cases_task_open_owner",
                condition=Q(done_at__isnull=True),
            ),
            models.Index(
                fields=["agency", "due_at", "id"],
                name="cases_task_open_agency",
                condition=Q(done_at__isnull=True, owner__isnull=True),
            ),
            models.Index(
                fields=["rises_to", "due_at", "id"],
                name="cases_task_open_lead",
                condition=Q(done_at__isnull=True),
            ),
            # Which cases wait for a conference, whatever their number.
            models.Index(
                fields=["kind", "case"], name="cases_task_open_kind", condition=Q(done_at__isnull=True)
            ),
        ]
        constraints = [
            models.CheckConstraint(
                name="cases_done_has_author_date_outcome",
                condition=Q(done_at__isnull=True, done_by__isnull=True, outcome="")
                | (Q(done_at__isnull=False, done_by__isnull=False) & ~Q(outcome="")),
            ),
            models.CheckConstraint(
                name="cases_blocked_task_has_reason",
                condition=Q(blocked_at__isnull=True) | Q(remark__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind}"

    @property
    def state(self) -> str:
        """Where it stands, as `lifecycle.TASK` names it."""
        if self.done_at is not None:
            return self.outcome
        return TaskState.BLOCKED if self.blocked_at is not None else TaskState.TO_DO


class TriageDecision(models.Model):
    """Accepted, or no further action proposed and read a second time. Reasons are sealed."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    case = models.ForeignKey(Case, on_delete=models.CASCADE, related_name="triage_decisions")
    outcome = models.CharField(
        max_length=20,
        choices=[
            ("accepted", _("Accepted")),
            ("no_action", _("No further action proposed")),
            ("confirmed", _("No further action confirmed")),
            ("returned", _("Returned to triage")),
        ],
    )
    reason = models.ForeignKey(Entry, on_delete=models.PROTECT, related_name="+")
    decided_by = models.ForeignKey(Membership, on_delete=models.PROTECT, related_name="+")
    decided_at = models.DateTimeField()

    class Meta:
        indexes = [models.Index(fields=["case", "decided_at"], name="cases_triage_by_case")]

    def __str__(self) -> str:
        return self.outcome


class EligibilityDecision(models.Model):
    """Which doors a person held open, and their decision. No score decides."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    case = models.ForeignKey(Case, on_delete=models.CASCADE, related_name="eligibility_decisions")
    is_eligible = models.BooleanField()
    doors = models.JSONField(default=list)
    reason = models.ForeignKey(Entry, on_delete=models.PROTECT, related_name="+")
    decided_by = models.ForeignKey(Membership, on_delete=models.PROTECT, related_name="+")
    decided_at = models.DateTimeField()

    def __str__(self) -> str:
        return "eligible" if self.is_eligible else "not eligible"


class LevelDecision(models.Model):
    """A level set by a person, with reasons; lowering waits for a second person."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    case = models.ForeignKey(Case, on_delete=models.CASCADE, related_name="level_decisions")
    level = models.CharField(max_length=12, choices=Level)
    previous = models.CharField(max_length=12, choices=Level)
    reason = models.ForeignKey(Entry, on_delete=models.PROTECT, related_name="+")
    proposed_by = models.ForeignKey(Membership, on_delete=models.PROTECT, related_name="+")
    proposed_at = models.DateTimeField()
    answered_by = models.ForeignKey(
        Membership, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    answered_at = models.DateTimeField(null=True, blank=True)
    is_in_force = models.BooleanField(default=False)

    class Meta:
        indexes = [models.Index(fields=["case", "proposed_at"], name="cases_level_by_case")]
        constraints = [
            models.CheckConstraint(
                name="cases_level_second_person",
                condition=Q(answered_by__isnull=True) | ~Q(answered_by=F("proposed_by")),
            )
        ]

    def __str__(self) -> str:
        return self.level


class ContactAttempt(models.Model):
    """One attempt to reach the victim: allowed by the safe-contact rule, or overridden with a reason."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    file = models.ForeignKey(File, on_delete=models.CASCADE, related_name="contact_attempts")
    channel = models.CharField(max_length=20)
    at = models.DateTimeField()
    by = models.ForeignKey(Membership, on_delete=models.PROTECT, related_name="+")
    rule = models.ForeignKey(Entry, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    broken_rules = models.JSONField(default=list)
    is_override = models.BooleanField(default=False)
    override_reason = models.ForeignKey(
        Entry, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    outcome = models.CharField(
        max_length=16,
        choices=[
            ("reached", _("Reached, safe to talk")),
            ("not_safe", _("Reached, not safe to talk")),
            ("no_answer", _("No answer")),
            ("wrong_person", _("Someone else answered")),
        ],
        blank=True,
    )

    class Meta:
        indexes = [models.Index(fields=["file", "at"], name="cases_contact_by_file")]
        constraints = [
            models.CheckConstraint(
                name="cases_override_has_reason",
                condition=Q(is_override=False) | Q(override_reason__isnull=False),
            )
        ]

    def __str__(self) -> str:
        return self.channel


class Plan(models.Model):
    """One version of the plan of a case, of the kind its protocol names. Versions are kept; one is current."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    file = models.ForeignKey(File, on_delete=models.CASCADE, related_name="plans")
    version = models.PositiveSmallIntegerField()
    state = models.CharField(max_length=10, choices=PlanState, default=PlanState.DRAFT)
    #: The sections, as one sealed entry of the kind's category.
    content = models.ForeignKey(Entry, on_delete=models.PROTECT, related_name="+")
    made_with = models.CharField(
        max_length=12,
        choices=[
            ("in_person", _("In person")),
            ("by_phone", _("By phone")),
            ("with_team", _("By the team, without the person")),
            ("not_yet", _("Not with the person yet")),
        ],
        default="not_yet",
    )
    written_by = models.ForeignKey(Membership, on_delete=models.PROTECT, related_name="+")
    written_at = models.DateTimeField()
    agreed_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(name="cases_plan_version_once", fields=["file", "version"]),
            models.UniqueConstraint(
                name="cases_plan_one_current", fields=["file"], condition=Q(state=PlanState.CURRENT)
            ),
            models.CheckConstraint(
                name="cases_plan_agreed_with_the_person",
                condition=Q(state=PlanState.DRAFT) | (Q(agreed_at__isnull=False) & ~Q(made_with="not_yet")),
            ),
        ]

    def __str__(self) -> str:
        return f"v{self.version}"


class Closure(models.Model):
    """Why the case ended, what the victim thinks of it, and what happens to the data."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    case = models.ForeignKey(Case, on_delete=models.CASCADE, related_name="closures")
    reason = models.CharField(
        max_length=20,
        choices=[
            ("plan_completed", _("The plan is carried out")),
            ("risk_reduced", _("The danger is lower, with the victim’s agreement")),
            ("consent_withdrawn", _("The victim withdrew consent")),
            ("consent_refused", _("The victim did not consent")),
            ("moved", _("The victim moved to another area")),
            ("lost_contact", _("Contact was lost, after the attempts the protocol asks for")),
            ("criteria_met", _("The criteria for ending it are met")),
            ("no_concern", _("What was looked at gives no reason to go on")),
            ("support_only", _("Support is in place and goes on without the team")),
            ("passed_on", _("Another team or service took it over")),
            ("death", _("A death")),
            ("other", _("Another reason")),
        ],
    )
    note = models.ForeignKey(Entry, on_delete=models.PROTECT, related_name="+")
    victim_view = models.CharField(
        max_length=12,
        choices=[
            ("given", _("Given, in the person’s words")),
            ("declined", _("Asked; the person did not wish to say")),
            ("not_safe", _("Not asked: it would not be safe")),
            ("not_reached", _("Not asked: the person could not be reached")),
        ],
    )
    victim_view_entry = models.ForeignKey(
        Entry, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    closed_by = models.ForeignKey(Membership, on_delete=models.PROTECT, related_name="+")
    closed_at = models.DateTimeField()
    keep_until = models.DateField()
    reopened_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="cases_given_view_is_written",
                condition=~Q(victim_view="given") | Q(victim_view_entry__isnull=False),
            )
        ]

    def __str__(self) -> str:
        return self.reason
