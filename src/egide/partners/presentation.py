"""What pages of administration show, in the reader's language."""

from typing import Any

from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from egide.partners.models import Account, ChangeKind, Invitation, Membership, ProposedChange, Role, Sector


def tabs(current: str) -> list[dict[str, Any]]:
    """Answer the pages of administration, the current one marked."""
    items = [
        ("administration", _("Waiting for two")),
        ("people", _("People")),
        ("factor-resets", _("Lost second factors")),
    ]
    return [
        {"text": text, "href": reverse(f"partners:{name}"), "current": name == current}
        for name, text in items
    ]


def crumbs(page: str, here: str) -> list[dict[str, Any]]:
    """Answer the way to a page below one of the tabs."""
    (tab,) = (t for t in tabs(page) if t["current"])
    return [
        {"text": _("Administration"), "href": reverse("partners:administration")},
        {"text": tab["text"], "href": tab["href"]},
        {"text": here},
    ]


def page_number(text: str) -> int:
    """Answer the page asked for, from 1; 1 when it makes no sense."""
    return int(text) if text.isascii() and text.isdigit() and 0 < int(text[:6]) <= 100_000 else 1


def person_facts(account: Account, *, invitation: Invitation | None) -> list[dict[str, Any]]:
    """Answer what the page of a person says of their account."""
    if not account.is_active:
        state = _("Closed")
    elif account.has_usable_password():
        state = _("Signs in")
    elif invitation is not None:
        until = date_format(timezone.localtime(invitation.expires_at), "DATETIME_FORMAT")
        state = _("Holds a code until %(moment)s") % {"moment": until}
    else:
        state = _("Cannot sign in: has no password and no code")
    seen = account.last_login and date_format(timezone.localtime(account.last_login), "DATETIME_FORMAT")
    return [
        {"key": _("Account"), "value": state},
        {"key": _("User name"), "value": account.username},
        {"key": _("E-mail address"), "value": account.email},
        {"key": _("Language"), "value": account.get_language_display()},
        {"key": _("Last signed in"), "value": seen or _("Never")},
    ]


def value_text(name: str, value: Any) -> str:
    """Answer one value of an agency in words."""
    if name == "sector":
        return str(Sector(value).label)
    if name == "is_active":
        return _("open") if value else _("closed")
    return ", ".join(value) or _("none")


def change_lines(change: ProposedChange) -> list[str]:
    """Say what a change would do, one sentence a line."""
    if change.kind == ChangeKind.MEMBERSHIP:
        return [
            _("%(person)s becomes: %(role)s") % {"person": change.account, "role": Role(change.role).label}
        ]
    names = {"sector": _("Sector"), "regimes": _("Regimes"), "is_active": _("Access")}
    return [
        _("%(what)s: %(before)s, becomes %(after)s")
        % {
            "what": names[name],
            "before": value_text(name, change.before[name]),
            "after": value_text(name, change.after[name]),
        }
        for name in change.after
        if change.before[name] != change.after[name]
    ]


def change_row(change: ProposedChange, *, actor: Membership) -> dict[str, Any]:
    """Answer one line of the list of changes, and what this administrator may do with it."""
    is_mine = change.proposed_by_account_id == actor.account_id
    return {
        "change": change,
        "lines": change_lines(change),
        "is_mine": is_mine,
        "may_confirm": not is_mine and change.account_id != actor.account_id,
    }
