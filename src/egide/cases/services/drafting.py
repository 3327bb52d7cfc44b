"""Keep what someone is typing, sealed, theirs alone, until the form is sent."""

import re
from collections.abc import Collection, Mapping
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.db import models, transaction
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from egide.cases.models import Draft
from egide.cases.services import entries
from egide.common import idempotency
from egide.common.errors import Refused
from egide.common.ids import new_id
from egide.partners.models import Membership
from egide.sharing import services as sharing
from egide.vault import services as vault
from egide.vault.models import FileKeys


class FormOfACase(models.TextChoices):
    """The forms of one case that keep drafts and stand at an address of their own, which bears their name."""

    NOTE = "note", _("Something to add to a file")
    PLAN = "plan", _("A plan")
    SAFE_CONTACT = "safe-contact", _("What is safe")
    CONSENT = "consent", _("A consent")
    REFUSAL = "refusal", _("A refusal of consent")
    WITHDRAWAL = "withdrawal", _("A withdrawal of consent")
    PERSON_ADD = "person-add", _("A person to add to a case")
    ELIGIBILITY = "eligibility", _("An eligibility decision")
    LEVEL = "level", _("A level of concern")
    TASK = "task", _("A task")
    WEAPONS = "weapons", _("What is known of weapons")
    RELEASE = "release", _("A release to come")
    NEEDS = "needs", _("What somebody needs")
    REVIEW = "review", _("A review")
    DEVELOPMENT = "development", _("A critical development")
    HELP = "help", _("Help given")
    CLOSE = "close", _("A closure")
    REOPEN = "reopen", _("A reopening")
    TEAM = "team", _("An agency to bring in")
    EXPRESSION = "expression", _("Words that came with a threat")
    DANGER = "danger", _("A danger to report")
    PROSECUTOR = "prosecutor", _("A report to the prosecutor")
    ACCESS = "access", _("A person’s request for their own file")
    LEAD_CHANGE = "lead-change", _("A proposal that another agency lead")
    TRANSFER = "transfer", _("A transfer to another area")
    DISCLOSURE_NEW = "disclosure-new", _("Something to read aloud or hand over")
    DISCLOSURE_SUSPEND = "disclosure-suspend", _("An agency’s request that the person be not told yet")


#: More than the longest form may hold, in characters.
LONGEST_DRAFT = 120_000
KEPT_FOR = timedelta(days=30)
#: A save already on its way when its form is sent arrives within this; ours (O).
ARRIVES_WITHIN = timedelta(hours=1)
#: The forms that keep drafts. One sheet of one tool is a form of its own, and so are a second one, a ground stated
#: for one agency, each part of one case of a conference, each step of a triage. Emergency access keeps none: what
#: is typed there is sent at once, or not at all.
_FORMS = re.compile(
    "|".join(
        [
            r"refer-[a-z]{1,20}",
            "inquiry",
            "training",
            "prosecutor-later",
            "table-change",
            *FormOfACase.values,
            r"triage-[a-z_]{1,30}",
            r"(?:task-how|release-ended)-[0-9a-f]{32}",
            r"audit-[a-z0-9_]{1,30}",
            r"own-file-[0-9a-f]{32}",
            r"supervision-(?:new|answer|again)-[0-9a-f]{32}",
            r"same-person-[0-9a-f]{32}",
            r"document|document-(?:withdrawal-)?[0-9a-f]{32}",
            r"assessment-[a-z0-9-]{1,60}",
            r"ground-[a-z_]{1,30}-[a-z]-[0-9a-f]{32}",
            r"item-(?:decide|part|wishes)-[0-9a-f]{32}",
        ]
    )
)


def is_form(name: str) -> bool:
    """Say whether a form of that name keeps drafts."""
    return _FORMS.fullmatch(name) is not None


def _kept(
    actor: Membership, forms: Collection[str], subject: UUID | None, file_id: UUID | None = None
) -> QuerySet[Draft]:
    """Answer what the actor was typing in some forms of one case, of one file of it, or of neither."""
    return Draft.objects.select_related("owner").filter(
        owner=actor, form__in=forms, subject=subject, file_id=file_id
    )


def _find(actor: Membership, form: str, subject: UUID | None, file_id: UUID | None) -> Draft | None:
    return _kept(actor, [form], subject, file_id).order_by().first()


def _one_at_a_time(actor: Membership) -> None:
    """Let one request at a time change the drafts of a person: a save and a sending, or two first saves, may meet."""
    Membership.objects.select_for_update(of=("self",), no_key=True).filter(pk=actor.pk).order_by().first()


@transaction.atomic
def save_draft(
    *,
    form: str,
    subject: UUID | None,
    content: Mapping[str, Any],
    actor: Membership,
    at: datetime,
    file_id: UUID | None = None,
    key: str = "",
) -> Draft | None:
    """Keep the fields of a form as they are now; the last ones replace the former. None when the form was sent already.

    Args:
        subject: the case, or the member whose training is recorded. file_id: whose file of it, where the form is one person's.
        key: the idempotency key of the page they come from: a save that arrives after the sending keeps nothing.
    Raises:
        Refused: it is longer than any form of ours.
    """
    if sum(len(str(value)) for value in content.values()) > LONGEST_DRAFT:
        raise Refused(_("This is too long to keep as a draft."))
    _one_at_a_time(actor)
    if key and idempotency.is_used(owner=actor.pk, key=key, since=at - ARRIVES_WITHIN):
        return None
    draft = _find(actor, form, subject, file_id)
    is_new = draft is None
    if draft is None:
        draft = Draft(id=new_id(), owner=actor, form=form, subject=subject, file_id=file_id)
        sealer = vault.create_file_keys(file_id=draft.pk)
    else:
        sealer = vault.sealer(draft.pk, compartment="common")
    draft.content = entries.seal_json(
        dict(content),
        file_id=draft.pk,
        compartment="common",
        row=draft.pk,
        model="cases.Draft",
        field="content",
        sealer=sealer,
    )
    draft.updated_at = at
    draft.save(**({"force_insert": True} if is_new else {"update_fields": ["content", "updated_at"]}))
    return draft


def open_draft(
    *, form: str, subject: UUID | None, actor: Membership, file_id: UUID | None = None
) -> tuple[Mapping[str, Any], datetime] | None:
    """Answer what the actor was typing in this form and when; None when there is nothing."""
    draft = _find(actor, form, subject, file_id)
    if draft is None:
        return None
    return sharing.open_own_draft(actor=actor, draft=draft), draft.updated_at


def open_drafts(
    *, forms: Collection[str], subject: UUID, actor: Membership
) -> dict[str, tuple[Mapping[str, Any], datetime]]:
    """Answer what the actor was typing in several forms of one page, by form, and when; one query finds them."""
    return {
        draft.form: (sharing.open_own_draft(actor=actor, draft=draft), draft.updated_at)
        for draft in _kept(actor, forms, subject).order_by("form")
    }


@transaction.atomic
def drop_draft(*, form: str, subject: UUID | None, actor: Membership, file_id: UUID | None = None) -> None:
    """Forget a draft and destroy its key: the form was sent."""
    _one_at_a_time(actor)
    draft = _find(actor, form, subject, file_id)
    if draft is not None:
        FileKeys.objects.filter(pk=draft.pk).delete()
        draft.delete()


@transaction.atomic
def drop_old_drafts(*, at: datetime) -> int:
    """Forget drafts nobody touched for thirty days; answers how many."""
    old = list(
        Draft.objects.filter(updated_at__lt=at - KEPT_FOR).order_by().values_list("pk", flat=True)[:1000]
    )
    FileKeys.objects.filter(pk__in=old).delete()
    Draft.objects.filter(pk__in=old).delete()
    return len(old)
