"""Mails to people who sign in: that something waits for them, never what it says nor about whom.

A mail crosses networks nobody here keeps. It holds no name, reference, place, date of a case, nor link: people
sign in as they always do, and nobody learns to follow links in mails that look like ours.
"""

import logging
from collections.abc import Iterable
from datetime import datetime, timedelta
from smtplib import SMTPException
from uuid import UUID

from django.core.mail import EmailMessage
from django.db import connection, transaction
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from egide.partners.models import Membership, Notice, NoticeKind

log = logging.getLogger(__name__)

#: How long after each failure the next try comes; after the last one the mail is given up.
PUT_OFF = tuple(timedelta(minutes=minutes) for minutes in (1, 5, 15, 60, 240))
BATCH = 50


def tell(*, accounts: Iterable[UUID], kind: NoticeKind, at: datetime) -> int:
    """Queue one mail for each account, once each, in the caller's transaction; answers how many."""
    made = [
        Notice(account_id=pk, kind=kind, created_at=at, due_at=at) for pk in sorted(dict.fromkeys(accounts))
    ]
    Notice.objects.bulk_create(made)
    return len(made)


def accounts_in(*, role: str, agency_id: UUID, at: datetime) -> list[UUID]:
    """Answer the accounts that hold a role in an agency that day; anywhere, when nobody holds it there."""
    holders = Membership.objects.in_force(timezone.localdate(at)).filter(role=role).order_by()
    there = holders.filter(agency=agency_id).values_list("account_id", flat=True)
    return list(there) or list(holders.values_list("account_id", flat=True))


def words(kind: str) -> tuple[str, str]:
    """Answer the subject and the text of a kind of mail, in the active language."""
    said = {
        NoticeKind.EMERGENCY_OPENED: _("An emergency access was opened. It waits for your review."),
        NoticeKind.EMERGENCY_MISSED: _(
            "Somebody asked several times for emergency access that could not be opened. They wait for you."
        ),
        NoticeKind.CHANGE_PROPOSED: _("A change that takes two people waits for your answer."),
        NoticeKind.LEAD_CHANGE: _("Who leads a case waits for your answer, or was answered."),
        NoticeKind.TELL_PERSON: _("Something that was put down for today, or is late, waits for you."),
        NoticeKind.CONFERENCE: _("A conference waits for you, or for your agency’s part of it."),
        NoticeKind.CRITICAL: _("Something that cannot wait was recorded. See it today."),
        NoticeKind.TRAINING_ENDS: _("A training lapses within thirty days. See what to do before it does."),
    }[NoticeKind(kind)]
    end = _(
        "Sign in as you usually do to read more. This message holds no link and nothing about anyone, on purpose."
    )
    return _("Something waits for you"), f"{said}\n\n{end}\n"


def send_waiting(at: datetime) -> int:
    """Send the mails that wait, oldest first; safe to run twice and in several processes; answers how many went.

    A mail is marked in the transaction that sends it: if the process dies between the two it goes again, which
    tells nobody anything new.
    """
    sent = 0
    for _turn in range(BATCH):
        with transaction.atomic():
            notice = _next(at)
            if notice is None:
                break
            sent += _send(notice, at)
    return sent


def _next(at: datetime) -> Notice | None:
    skips = connection.features.has_select_for_update_skip_locked
    return (
        Notice.objects.select_for_update(skip_locked=skips, of=("self",) if skips else ())
        .filter(sent_at__isnull=True, dropped_at__isnull=True, due_at__lte=at)
        .select_related("account")
        .order_by("due_at", "pk")
        .first()
    )


def _send(notice: Notice, at: datetime) -> bool:
    account = notice.account
    if not account.email or not account.is_active:
        notice.dropped_at = at
    else:
        with translation.override(account.language):
            subject, text = words(notice.kind)
        try:
            EmailMessage(subject=f"Égide: {subject}", body=text, to=[account.email]).send()
            notice.sent_at = at
        except (OSError, SMTPException) as failure:
            # The kind of failure alone: a server's answer may quote the address.
            log.error("a notice could not be sent (%s): %s", type(failure).__name__, notice.pk)
            _put_off(notice, at)
    notice.save(update_fields=["sent_at", "dropped_at", "due_at", "tries"])
    return notice.sent_at is not None


def _put_off(notice: Notice, at: datetime) -> None:
    if notice.tries < len(PUT_OFF):
        notice.due_at = at + PUT_OFF[notice.tries]
    else:
        notice.dropped_at = at
    notice.tries += 1
