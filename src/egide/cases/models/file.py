"""A file is one person in one role in one case; an entry is one piece of information in it."""

from collections.abc import Collection, Iterable, Sequence
from datetime import date
from typing import Any
from uuid import UUID

from django.db import models
from django.db.models import Q, QuerySet
from django.utils.translation import gettext_lazy as _

from egide.cases.models.case import Case, leads
from egide.common.ids import new_id
from egide.common.personal import personal
from egide.common.text import localized
from egide.partners.models import Agency, Membership
from egide.sharing.relation import ItemClass, Page, SealedRecord
from egide.sharing.rules.question import ProgrammeState
from egide.vault.fields import SealedField, ciphertext_of

#: Of what kind the short name of a file is.
NAME_CATEGORY = "identity.core"
#: The one kind of information that has to be served on somebody.
ORDERS_CATEGORY = "justice.orders"
RETENTION = "with the file: its keys are destroyed when the programme's retention ends"


class FileRole(models.TextChoices):
    VICTIM = "victim", _("Victim")
    PERSON_OF_CONCERN = "person_of_concern", _("Person of concern")
    CHILD = "child", _("Child")
    OTHER = "other_at_risk", _("Other person at risk")
    REPORTER = "reporter", _("Reporter")


#: Whose file may be added to a case after intake, and may be taken out again when that was a mistake.
ADDED_ROLES = (FileRole.CHILD, FileRole.OTHER)


class PresentFiles(models.Manager["File"]):
    """Files of people who are in their case: whoever was added by mistake is not, and nothing opens their file."""

    def get_queryset(self) -> QuerySet["File"]:
        return super().get_queryset().filter(taken_out_at__isnull=True)


class EveryFile(models.Manager["File"]):
    """Files of everybody who is or was in a case."""


class File(models.Model):
    """One person in one role in one case, sealed under its own keys.

    It is what `sharing.open_file` opens (the `SharedFile` protocol): it answers what classes of
    items it holds and hands out their sealed form, never their text.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    case = models.ForeignKey(Case, on_delete=models.CASCADE, related_name="files")
    role = models.CharField(_("role"), max_length=20, choices=FileRole)
    #: Whom the case is about: the victim in one programme, the person of concern in another. One in each case.
    is_subject = models.BooleanField(default=False, db_default=False)
    #: The agency that answers for the file: the programme's lead agency.
    holder = models.ForeignKey(Agency, on_delete=models.PROTECT, related_name="+")
    name = personal(
        SealedField(),
        purpose="to recognise the person among the cases of the reader",
        retention=RETENTION,
    )
    #: Codes of the laws that bind the name: those of who holds it and of who brought it, as an entry carries them.
    name_regimes = models.CharField(max_length=200, blank=True, default="", db_default="")
    #: The month a minor comes of age in, counted from year 0, when somebody who knows wrote it: no column holds a day.
    of_age_month = personal(
        models.PositiveIntegerField(null=True, blank=True),
        purpose="to ask the person themselves once they come of age",
        retention=RETENTION,
    )
    created_at = models.DateTimeField()
    expunged_at = models.DateTimeField(null=True, blank=True)
    #: When somebody who was added by mistake was taken out; the keys are destroyed with it.
    taken_out_at = models.DateTimeField(null=True, blank=True)
    #: Which of several people in the same role, from one; 0 when it is the only one, or nobody counted (`number_alike`).
    number = 0
    objects = PresentFiles()
    #: Those taken out too: for what keeps track of them.
    every = EveryFile()

    class Meta:
        indexes = [models.Index(fields=["case", "role", "id"], name="cases_file_by_case")]
        constraints = [
            models.UniqueConstraint(
                name="cases_one_victim_per_case",
                fields=["case", "role"],
                condition=Q(role__in=["victim", "person_of_concern"]),
            ),
            models.UniqueConstraint(
                name="cases_one_subject_per_case", fields=["case"], condition=Q(is_subject=True)
            ),
            models.CheckConstraint(
                name="cases_only_the_added_are_taken_out",
                condition=Q(taken_out_at__isnull=True)
                | Q(is_subject=False, role__in=ADDED_ROLES, expunged_at__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.role}"

    @property
    def title(self) -> str:
        """What the person is called on pages: in the words of the programme, when the case is about them."""
        if self.is_subject:
            return localized(self.case.programme.protocol.subject_words, "title")
        label = str(FileRole(self.role).label)
        return f"{label} {self.number}" if self.number else label

    @property
    def of_age_from(self) -> date | None:
        """The first day of the month the person comes of age in; None where nobody wrote it."""
        if self.of_age_month is None:
            return None
        year, month = divmod(self.of_age_month, 12)
        return date(year, month + 1, 1)

    @of_age_from.setter
    def of_age_from(self, day: date | None) -> None:
        self.of_age_month = None if day is None else day.year * 12 + day.month - 1

    @property
    def key(self) -> str:
        """How an address of the case names the file: its role where nobody else can have it, else its own key."""
        return str(self.pk) if self.role in ADDED_ROLES else str(self.role)

    # -- the `sharing.relation.SharedFile` protocol ------------------------------------------------

    def is_staffed_by(self, actor: Membership) -> bool:
        """Say whether the actor works for the programme that leads the case."""
        return leads(actor, self.case.programme_id)

    def needs_consent(self) -> bool:
        """Say whether the programme adds the victim's consent to the law."""
        return self.case.programme.protocol.is_consent_required

    def programme_needs(self, category: str) -> ProgrammeState:
        """Say whether the programme is carried out in common, and needs this of a person who did not consent."""
        protocol = self.case.programme.protocol
        return ProgrammeState(
            is_common=protocol.is_common, is_necessary=category in protocol.needed_of.get(self.role, ())
        )

    def required_training(self) -> tuple[str, ...]:
        """Answer the courses the programme asks of whoever reads."""
        return self.case.programme.required_training

    @classmethod
    def classes_of(cls, files: Sequence["File"]) -> list[ItemClass]:
        """Answer the classes of current entries, in one query."""
        return item_classes(entry_classes([file.pk for file in files]))

    @classmethod
    def records_of(
        cls, files: Sequence["File"], classes: Collection[ItemClass], page: Page | None = None
    ) -> list[SealedRecord]:
        """Answer the current entries of these classes, newest first, sealed, in one query."""
        rows = Entry.objects.filter(file__in=[file.pk for file in files], is_current=True).order_by("-pk")
        if page is None:
            # Written as a condition, two dozen classes cost more to say than the rows of others cost to pass over.
            wanted = {
                (one.file_id, one.category, one.holder_id, ",".join(one.regimes), one.is_served)
                for one in classes
            }
            found = (row for row in rows.values_list(*_ENTRY_COLUMNS) if row[1:6] in wanted)
            return [_record(row) for row in found]
        rows = rows.filter(_any_of(classes))
        if page.before is not None:
            rows = rows.filter(pk__lt=page.before)
        return [_record(row) for row in rows.values_list(*_ENTRY_COLUMNS)[: page.limit]]

    @classmethod
    def every_record(cls, files: Sequence["File"]) -> list[SealedRecord]:
        """Answer every current entry, newest first, sealed, in one query; for who shows also what is not opened."""
        rows = Entry.objects.filter(file__in=[file.pk for file in files], is_current=True).order_by("-pk")
        return [_record(row) for row in rows.values_list(*_ENTRY_COLUMNS)]

    @classmethod
    def records_named(cls, entry_ids: Collection[UUID]) -> list[SealedRecord]:
        """Answer these entries, of any file, those that are current; sealed, in one query."""
        rows = Entry.objects.filter(pk__in=entry_ids, is_current=True).order_by("pk")
        return [_record(row) for row in rows.values_list(*_ENTRY_COLUMNS)]

    @classmethod
    def entries_from(cls, files: Iterable[Any], forms: Collection[str]) -> "list[Entry]":
        """Answer the current entries of some files that came from some forms, newest first, in one query.

        Args:
            files: identifiers, or what the database answers them from.
        """
        rows = Entry.objects.filter(file__in=files, is_current=True, form__in=forms)
        return list(rows.select_related("file__case", "file__holder", "agency", "holder").order_by("-pk"))

    def record_of(self, entry_id: UUID, *forms: str) -> SealedRecord | None:
        """Answer one current entry of the file that came from one of these forms, sealed."""
        rows = Entry.objects.filter(pk=entry_id, file=self.pk, is_current=True, form__in=forms).order_by()
        row = rows.values_list(*_ENTRY_COLUMNS).first()
        return None if row is None else _record(row)

    def records_of_entries(self, entry_ids: Collection[UUID]) -> list[SealedRecord]:
        """Answer some entries of the file, sealed, in one query; those replaced since are among them."""
        rows = Entry.objects.filter(pk__in=entry_ids, file=self.pk).order_by("pk")
        return [_record(row) for row in rows.values_list(*_ENTRY_COLUMNS)]

    @property
    def name_class(self) -> ItemClass:
        """What the short name is decided by."""
        return ItemClass(self.pk, NAME_CATEGORY, self.holder_id, codes_of(self.name_regimes))

    def name_record(self) -> SealedRecord:
        """Answer the short name, sealed."""
        return SealedRecord(
            id=self.pk,
            file_id=self.pk,
            category=NAME_CATEGORY,
            holder_id=self.holder_id,
            regimes=codes_of(self.name_regimes),
            compartment="common",
            model="cases.File",
            field="name",
            sealed=ciphertext_of(self.name),
            meta={"form": "name:1"},
        )


def number_alike(files: Sequence[File]) -> None:
    """Count people in the same role of a case, in the order they came: "Child 1", "Child 2"."""
    for role in ADDED_ROLES:
        alike = sorted((one for one in files if one.role == role), key=lambda one: (one.created_at, one.pk))
        for number, one in enumerate(alike, start=1):
            one.number = number if len(alike) > 1 else 0


_ENTRY_COLUMNS = (
    "id",
    "file_id",
    "category",
    "holder_id",
    "regimes",
    "is_served",
    "compartment",
    "content",
    "form",
    "kind",
    "observed_on",
    "created_at",
    "author_id",
    "author__account__full_name",
    "agency_id",
)


def _any_of(classes: Collection[ItemClass]) -> Q:
    wanted = Q(pk__in=())
    for one in classes:
        wanted |= Q(
            file=one.file_id,
            category=one.category,
            holder=one.holder_id,
            regimes=",".join(one.regimes),
            is_served=one.is_served,
        )
    return wanted


def entry_classes(file_ids: Collection[Any]) -> QuerySet[Any]:
    """What the current entries of some files are decided by, as `item_classes` reads it; each once."""
    return (
        Entry.objects.filter(file__in=file_ids, is_current=True)
        .order_by()
        .values_list("file", "category", "holder", "regimes", "is_served")
        .distinct()
    )


def item_classes(rows: Iterable[Any]) -> list[ItemClass]:
    """Read rows of file, category, holder, regimes, and whether what it is was served."""
    return [
        ItemClass(file, category, holder, codes_of(regimes), is_served)
        for file, category, holder, regimes, is_served in rows
    ]


def codes_of(text: str) -> tuple[str, ...]:
    """Read the codes of laws as a column holds them."""
    return tuple(text.split(",")) if text else ()


def as_codes(*agencies: Agency) -> str:
    """Write the laws that bind what these agencies hold or brought, as a column holds them: all of them travel."""
    return ",".join(sorted({code for agency in agencies for code in agency.regimes}))


def _record(row: tuple[Any, ...]) -> SealedRecord:
    (pk, file_id, category, holder, regimes, is_served, compartment, content, *about) = row
    names = ("form", "kind", "observed_on", "created_at", "author_id", "author_name", "agency_id")
    return SealedRecord(
        id=pk,
        file_id=file_id,
        category=category,
        holder_id=holder,
        regimes=codes_of(regimes),
        compartment=compartment,
        model="cases.Entry",
        field="content",
        sealed=ciphertext_of(content),
        meta=dict(zip(names, about, strict=True), is_current=True),
        is_served=is_served,
    )


class Kind(models.TextChoices):
    FACT = "fact", _("Fact observed")
    STATEMENT = "statement", _("What someone said")
    OPINION = "opinion", _("Opinion")


class Entry(models.Model):
    """The unit of information: what, of which category, seen by whom and when, held by whom, bound by what."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    file = models.ForeignKey(File, on_delete=models.CASCADE, related_name="entries")
    category = models.CharField(_("category"), max_length=32)
    compartment = models.CharField(max_length=12)
    kind = models.CharField(_("kind"), max_length=10, choices=Kind, default=Kind.FACT)
    #: JSON: always {"text": …}, and the answers of the form when it came from one.
    content = personal(
        SealedField(), purpose="to keep the person safe and carry out the agreed plan", retention=RETENTION
    )
    observed_on = models.DateField(null=True, blank=True)
    author = models.ForeignKey(Membership, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    agency = models.ForeignKey(Agency, on_delete=models.PROTECT, related_name="+")
    holder = models.ForeignKey(Agency, on_delete=models.PROTECT, related_name="+")
    #: Codes of the source's regimes, sorted, separated by commas: they travel with the entry.
    regimes = models.CharField(max_length=200, blank=True)
    form = models.CharField(max_length=40, blank=True, help_text="Form and version, such as safe-contact:1.")
    created_at = models.DateTimeField()
    replaces = models.ForeignKey(
        "self", on_delete=models.PROTECT, null=True, blank=True, related_name="replaced_by"
    )
    is_current = models.BooleanField(default=True)
    #: False for an order made without notice that nobody has served yet: hidden from the side it binds.
    is_served = models.BooleanField(default=True, db_default=True)

    class Meta:
        verbose_name_plural = "entries"
        indexes = [
            models.Index(
                fields=["file", "is_current", "category", "holder", "regimes", "is_served"],
                name="cases_entry_classes",
            ),
            models.Index(fields=["file", "form", "is_current"], name="cases_entry_form"),
        ]
        constraints = [
            models.CheckConstraint(
                name="cases_only_orders_wait_for_service",
                condition=Q(is_served=True) | Q(category=ORDERS_CATEGORY),
            )
        ]

    def __str__(self) -> str:
        return f"{self.category}"

    @property
    def item_class(self) -> ItemClass:
        """What the entry is decided by."""
        return ItemClass(self.file_id, self.category, self.holder_id, codes_of(self.regimes), self.is_served)

    def sealed_record(self) -> SealedRecord:
        """Answer the entry, sealed; without the name of who wrote it, which is of another table."""
        return _record(tuple(getattr(self, one, None) for one in _ENTRY_COLUMNS))


class NameToken(models.Model):
    """One keyed token of one name: found only by who holds the index key, and only in scope."""

    id = models.BigAutoField(primary_key=True)
    token = models.BinaryField(max_length=16)
    is_exact = models.BooleanField()
    file = models.ForeignKey(File, on_delete=models.CASCADE, related_name="name_tokens")
    case = models.ForeignKey(Case, on_delete=models.CASCADE, related_name="+")
    #: Which side may find it: the victim's names are not in the index of the other side.
    side = models.CharField(max_length=10)

    class Meta:
        indexes = [models.Index(fields=["token", "side", "case", "file"], name="cases_name_token")]

    def __str__(self) -> str:
        return "name token"


class Draft(models.Model):
    """What someone is typing and has not sent: theirs alone, sealed, never part of a file."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    owner = models.ForeignKey(Membership, on_delete=models.CASCADE, related_name="+")
    form = models.CharField(max_length=80)
    #: What the form is about: a case, or nothing yet.
    subject = models.UUIDField(null=True, blank=True)
    #: Whose file of the case, where the form is one person's: what was typed for one never fills another's.
    file_id = models.UUIDField(null=True, blank=True)
    content = personal(
        SealedField(),
        purpose="so that nothing typed is lost",
        retention="until the form is sent, at most 30 days",
    )
    updated_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                name="cases_draft_one_per_form_and_case",
                fields=["owner", "form", "subject"],
                condition=Q(file_id__isnull=True),
            ),
            models.UniqueConstraint(
                name="cases_draft_one_per_form_and_file", fields=["owner", "form", "subject", "file_id"]
            ),
            models.UniqueConstraint(
                name="cases_draft_one_per_form", fields=["owner", "form"], condition=Q(subject__isnull=True)
            ),
        ]

    def __str__(self) -> str:
        return self.form

    def sealed_record(self) -> SealedRecord:
        """Answer what was typed, sealed under keys of its own."""
        return SealedRecord(
            id=self.pk,
            file_id=self.pk,
            category="draft",
            holder_id=self.owner.agency_id,
            regimes=(),
            compartment="common",
            model="cases.Draft",
            field="content",
            sealed=ciphertext_of(self.content),
        )
