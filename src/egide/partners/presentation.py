"""What pages of administration show, in the reader's language."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from egide.common import dates
from egide.partners.models import (
    Account,
    Agency,
    Agreement,
    ChangeKind,
    Invitation,
    Membership,
    ProposedChange,
    Role,
    Sector,
)
from egide.partners.queries.administering import Counted
from egide.partners.rules import agreements as rules

#: Roles that see the cases of the areas of their place.
SEES_AREAS = (Role.COORDINATOR, Role.ADVOCATE, Role.CHAIR)


def tabs(current: str) -> list[dict[str, Any]]:
    """Answer the pages of administration, the current one marked."""
    items = [
        ("administration", _("Waiting for two")),
        ("people", _("People")),
        ("agencies", _("Agencies")),
        ("agreements", _("Agreements")),
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
        until = dates.said(timezone.localtime(invitation.expires_at), "DATETIME_FORMAT")
        state = _("Holds a code until %(moment)s") % {"moment": until}
    else:
        state = _("Cannot sign in: has no password and no code")
    seen = account.last_login and dates.said(timezone.localtime(account.last_login), "DATETIME_FORMAT")
    return [
        {"key": _("Account"), "value": state},
        {"key": _("User name"), "value": account.username},
        {"key": _("E-mail address"), "value": account.email},
        {"key": _("Own agency"), "value": str(account.home_agency or _("Set with the first place"))},
        {"key": _("Language"), "value": account.get_language_display()},
        {"key": _("Last signed in"), "value": seen or _("Never")},
    ]


def value_text(name: str, value: Any) -> str:
    """Answer one value of an agency in words."""
    if name == "sector":
        return str(Sector(value).label)
    return ", ".join(value) or _("none")


def _role_lines(change: ProposedChange, areas: Mapping[str, str]) -> list[str]:
    lines = [_("%(person)s becomes: %(role)s") % {"person": change.account, "role": Role(change.role).label}]
    if change.role in SEES_AREAS:
        named = [areas[pk] for pk in change.after.get("areas", ()) if pk in areas]
        lines.append(_("Cases they see: %(areas)s") % {"areas": ", ".join(named) or _("none")})
    days = [change.after.get(name) for name in ("starts_on", "ends_on")]
    first, last = (dates.said(date.fromisoformat(day), "DATE_FORMAT") if day else "" for day in days)
    if last:
        lines.append(_("From %(first)s to %(last)s") % {"first": first, "last": last})
    elif first:
        lines.append(_("From %(first)s") % {"first": first})
    return lines


def change_lines(change: ProposedChange, *, areas: Mapping[str, str]) -> list[str]:
    """Say what a change would do, one sentence a line.

    Args:
        areas: names of jurisdictions by id, in the reader's language.
    """
    if change.kind == ChangeKind.MEMBERSHIP:
        return _role_lines(change, areas)
    if change.kind == ChangeKind.SIGNATURE and change.party is not None:
        signed_on = date.fromisoformat(change.after["signed_on"])
        return [
            str(change.party.agreement),
            _("Signed by %(name)s on %(day)s")
            % {"name": change.after["signed_by_name"], "day": dates.said(signed_on, "DATE_FORMAT")},
        ]
    if change.kind == ChangeKind.HOME:
        words = _("%(person)s belongs to %(agency)s; in any other agency they visit, and carry nothing home")
        return [words % {"person": change.account, "agency": change.agency}]
    if change.after.get("is_active"):
        return [
            _("Opens, with its sector: %(sector)s. Regimes: %(regimes)s")
            % {
                "sector": value_text("sector", change.agency.sector),
                "regimes": value_text("regimes", change.agency.regimes),
            }
        ]
    names = {"sector": _("Sector"), "regimes": _("Regimes")}
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


def change_row(change: ProposedChange, *, actor: Membership, areas: Mapping[str, str]) -> dict[str, Any]:
    """Answer one line of the list of changes, and what this administrator may do with it."""
    is_mine = change.proposed_by_account_id == actor.account_id
    return {
        "change": change,
        "lines": change_lines(change, areas=areas),
        "is_mine": is_mine,
        "may_confirm": not is_mine and change.account_id != actor.account_id,
    }


def agency_facts(agency: Agency) -> list[dict[str, Any]]:
    """Answer what the page of an agency says of it."""
    rows = [
        {"key": _("Code"), "value": agency.code},
        {"key": _("English name"), "value": agency.name_en},
        {"key": _("French name"), "value": agency.name_fr},
        {"key": _("Short name"), "value": agency.short_name},
        {"key": _("Jurisdiction"), "value": str(agency.jurisdiction)},
        {"key": _("Sector"), "value": value_text("sector", agency.sector)},
        {"key": _("Regimes"), "value": value_text("regimes", agency.regimes)},
    ]
    if agency.deactivation_reason and not agency.is_active:
        rows.append({"key": _("Closed because"), "value": agency.deactivation_reason})
    return rows


def losing_access(people: Sequence[Membership], *, named: int) -> list[str]:
    """Name who acts for an agency, one a line; beyond `named`, say how many more."""
    lines = [f"{place.person_name}, {place.get_role_display()}" for place in people[:named]]
    more = len(people) - named
    if more > 0:
        lines.append(ngettext("and %(n)s more", "and %(n)s more", more) % {"n": more})
    return lines or [_("Nobody acts for it today.")]


def agreement_row(found: Counted, *, on: date) -> dict[str, Any]:
    """Answer one line of the list of agreements: where it stands, in a word and a tone."""
    agreement = found.agreement
    terms = rules.Terms(
        starts_on=agreement.starts_on,
        ends_on=agreement.ends_on,
        terminated_on=agreement.terminated_on,
        parties=found.parties,
        signed=found.signed,
    )
    state = rules.agreement_state(terms, on=on)
    counts = {"signed": found.signed, "parties": found.parties}
    words = {
        rules.DRAFT: (_("Draft, nobody signed yet"), "neutral"),
        rules.SIGNING: (_("Signed %(signed)s of %(parties)s") % counts, "info"),
        rules.TO_COME: (_("Signed, begins later"), "info"),
        rules.IN_FORCE: (_("In force"), "success"),
        rules.EXPIRING: (_("Ends in 60 days or less"), "warning"),
        rules.EXPIRED: (_("Expired"), "neutral"),
        rules.TERMINATED: (_("Terminated"), "neutral"),
    }
    text, tone = words[state]
    is_over = state in (rules.EXPIRED, rules.TERMINATED) or agreement.terminated_on is not None
    return {
        "agreement": agreement,
        "state": text,
        "tone": tone,
        "last_day": terms.last_day,
        "may_sign": not is_over,
        "may_terminate": not is_over,
    }


def agreement_facts(agreement: Agreement) -> list[dict[str, Any]]:
    """Answer what the page of an agreement says of it."""
    ends = dates.said(agreement.ends_on, "DATE_FORMAT") if agreement.ends_on else _("no end set")
    rows = [
        {"key": _("Kind"), "value": agreement.get_kind_display()},
        {"key": _("First day"), "value": dates.said(agreement.starts_on, "DATE_FORMAT")},
        {"key": _("Last day"), "value": ends},
    ]
    if agreement.terminated_on:
        rows += [
            {"key": _("Terminated from"), "value": dates.said(agreement.terminated_on, "DATE_FORMAT")},
            {"key": _("Reason"), "value": agreement.termination_reason},
        ]
    return rows
