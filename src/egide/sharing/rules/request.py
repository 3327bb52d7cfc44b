"""A decision asked in JSON: read strictly, every flaw named by its field (`egide decide`)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from egide.sharing.rules.catalogue import profiles
from egide.sharing.rules.categories import CATEGORIES
from egide.sharing.rules.question import (
    BASES,
    FORBIDDEN_PURPOSES,
    INSTRUMENTS,
    PURPOSES,
    ConsentState,
    MandateState,
    ProgrammeState,
    Question,
    ThreatState,
)
from egide.sharing.rules.table import table

#: How long a statement of danger opens anything before it is looked at again (§4.3; harm: ours).
THREAT_LASTS, HARM_LASTS, EMERGENCY_LASTS = timedelta(hours=72), timedelta(days=30), timedelta(hours=24)
ROUTES = ("avert_threat", "identify_admitter", "escaped_custody")
SUBJECTS = ("victim", "person_of_concern", "child", "other_at_risk", "third_party", "reporter", "staff")
GIVERS = ("self", "parent", "guardian")
SIDES = ("victim", "management", "both", "none")


class RequestError(ValueError):
    """The request cannot be read.

    Args:
        path: the field, such as `basis.given_at`.
        flaw: `missing`, `unknown`, `type` or `value`.
        expected: what stands there, for the message.
    """

    def __init__(self, path: str, flaw: str, expected: str = "") -> None:
        super().__init__(f"{path}: {flaw} {expected}".strip())
        self.path, self.flaw, self.expected = path, flaw, expected


@dataclass
class _Reader:
    """One object of the request; what nobody read of it is unknown."""

    data: Mapping[str, Any]
    path: str
    seen: set[str] = field(default_factory=set)

    def _take(self, name: str, default: Any) -> Any:
        self.seen.add(name)
        value = self.data.get(name, default)
        if value is _REQUIRED:
            raise RequestError(self.at(name), "missing")
        return value

    def at(self, name: str) -> str:
        return f"{self.path}.{name}" if self.path else name

    def text(self, name: str, default: Any = "", among: Sequence[str] = ()) -> str:
        value = self._take(name, default)
        if value is None and default is not _REQUIRED:
            value = default
        if not isinstance(value, str):
            raise RequestError(self.at(name), "type", "text")
        if among and value not in among and not (value == "" and default == ""):
            raise RequestError(self.at(name), "value", ", ".join(one for one in among if one))
        return value.strip()

    def flag(self, name: str, *, default: bool = False, words: Sequence[str] = ()) -> bool:
        value = self._take(name, default)
        if isinstance(value, str) and value in words:
            return True
        if not isinstance(value, bool):
            raise RequestError(self.at(name), "type", " / ".join(("true, false", *words)))
        return value

    def said(self, name: str) -> bool:
        """Whether something was written: a text that is not empty, or true."""
        value = self._take(name, "")
        if value is None or isinstance(value, bool):
            return bool(value)
        if not isinstance(value, str):
            raise RequestError(self.at(name), "type", "text")
        return bool(value.strip())

    def names(self, name: str, default: Any = ()) -> tuple[str, ...]:
        value = self._take(name, default)
        if isinstance(value, str):
            return (value,)
        if not isinstance(value, list | tuple) or not all(isinstance(one, str) for one in value):
            raise RequestError(self.at(name), "type", "[text, …]")
        return tuple(value)

    def moment(self, name: str, default: Any = None) -> datetime | None:
        value = self._take(name, default)
        if value is None:
            return None
        try:
            found = datetime.fromisoformat(value)
        except (TypeError, ValueError) as error:
            raise RequestError(self.at(name), "type", "2026-11-23T14:00:00-04:00") from error
        if found.tzinfo is None:
            raise RequestError(self.at(name), "value", "2026-11-23T14:00:00-04:00")
        return found

    def part(self, name: str, default: Any = None) -> "_Reader":
        value = self._take(name, {} if default is None else default)
        if not isinstance(value, dict):
            raise RequestError(self.at(name), "type", "{…}")
        return _Reader(value, self.at(name))

    def skip(self, *names: str) -> None:
        """Accept fields that are kept for the record and decide nothing."""
        self.seen.update(names)

    def end(self) -> None:
        for name in self.data:
            if name not in self.seen:
                raise RequestError(self.at(str(name)), "unknown")


_REQUIRED: Any = object()


@dataclass(frozen=True)
class Request:
    """A question, and the profiles it is asked under."""

    question: Question
    profiles: tuple[str, ...]
    at: datetime


def read(data: Any) -> Request:
    """Turn a request into a question.

    Args:
        data: `{"actor": …, "item": …, "purpose": …, "basis": …, "profile": …, "at": …}` (docs/decide.md).
    Raises:
        RequestError: a field is missing, unknown, or does not hold what it should.
    """
    if not isinstance(data, dict):
        raise RequestError("", "type", "{…}")
    whole = _Reader(data, "")
    at = whole.moment("at", _REQUIRED)
    if at is None:
        raise RequestError("at", "missing")
    actor, item = whole.part("actor", _REQUIRED), whole.part("item", _REQUIRED)
    purpose = whole.text("purpose", _REQUIRED, among=(*PURPOSES, *FORBIDDEN_PURPOSES))
    names = whole.names("profile", _REQUIRED)
    for name in names:
        if name not in profiles():
            raise RequestError("profile", "value", ", ".join(sorted(profiles())))
    acting = _actor(actor)
    read_item = _item(item, agency=acting.pop("agency"))
    basis, agency = whole.part("basis"), acting.pop("named")
    found = _basis(basis, agency=agency, category=read_item["category"], purpose=purpose, at=at)
    programme = whole.part("programme")
    needs_consent = programme.flag("consent_required", default="ca-nb" in names)
    for part in (actor, item, basis, programme, whole):
        part.end()
    question = Question(purpose=purpose, needs_consent=needs_consent, **acting, **read_item, **found)
    return Request(question, names, at)


def _actor(actor: _Reader) -> dict[str, Any]:
    home = actor.text("agency", _REQUIRED)
    acting_for = actor.text("acting_for")
    agency = acting_for or home
    return {
        "agency": agency,
        "named": agency,
        "sector": actor.text("sector", _REQUIRED, among=sectors()),
        "role": actor.text("role", "team_member"),
        "side": actor.text("side", "both", among=SIDES),
        "is_assigned": actor.flag("assigned"),
        "is_recused": actor.flag("recused"),
        "is_trained": actor.flag("training_current"),
        "has_agreement": actor.flag("agreement_in_force"),
        "is_visiting": bool(acting_for) and acting_for != home,
        "is_named_recipient": actor.flag("named_recipient"),
        "is_emergency_access": actor.flag("emergency_access"),
        "is_medical_recipient": actor.flag("medical"),
    }


def _item(item: _Reader, *, agency: str) -> dict[str, Any]:
    item.skip("holder_sector")
    return {
        "category": item.text("category", _REQUIRED, among=tuple(CATEGORIES)),
        "subject_role": item.text("subject_role", _REQUIRED, among=SUBJECTS),
        "regimes": frozenset(item.names("regimes")),
        "is_holder": item.text("holder", _REQUIRED) == agency,
        "is_served": item.flag("served", default=True),
    }


def sectors() -> tuple[str, ...]:
    """Answer the sectors of the table, in its order."""
    return tuple(dict.fromkeys(sector for _basis, _category, sector in table().cells))


def _basis(basis: _Reader, *, agency: str, category: str, purpose: str, at: datetime) -> dict[str, Any]:
    kind = basis.text("kind", "none", among=BASES)
    if kind == "consent":
        return {"named_basis": kind, "consent": _consent(basis, agency, category, purpose, at)}
    if kind in ("serious_imminent_threat", "serious_harm_reduction"):
        lasts = THREAT_LASTS if kind == "serious_imminent_threat" else HARM_LASTS
        return {"named_basis": kind, "threat": _threat(basis, lasts, at)}
    if kind == "legal_mandate":
        return {"named_basis": kind, "mandate": _mandate(basis, category, at)}
    if kind == "common_programme":
        common = ProgrammeState(basis.flag("is_common_or_integrated"), basis.said("necessary"))
        return {"named_basis": kind, "programme": common}
    if kind == "medical_emergency":
        stated, since = basis.said("emergency"), basis.moment("since")
        current = since is not None and since <= at < since + EMERGENCY_LASTS
        return {"named_basis": kind, "threat": ThreatState(is_stated=stated, is_current=current)}
    if kind == "deidentified" and not basis.flag("suppression_passed"):
        return {"named_basis": "none"}
    if kind == "self" and not basis.flag("identity_checked"):
        return {"named_basis": "none"}
    return {"named_basis": kind}


def _consent(basis: _Reader, agency: str, category: str, purpose: str, at: datetime) -> ConsentState:
    given, ends = basis.moment("given_at"), basis.moment("expires_at")
    revoked = basis.moment("revoked_at")
    named, purposes = basis.names("named_recipients"), basis.names("purpose")
    form = basis.text("form", _REQUIRED, among=("written", "electronic", "verbal"))
    covers = any(one == category or category.startswith(f"{one}.") for one in basis.names("categories"))
    by, is_abuser = basis.text("given_by", "self", among=GIVERS), basis.flag("guardian_is_alleged_abuser")
    is_free = basis.flag("not_condition_of_service", default=True)
    is_able = basis.flag("capacity_confirmed", default=True)
    has_class, is_of_subject = basis.said("recipient_class"), basis.flag("of_subject", default=True)
    basis.skip(
        "informed_statement_version", "explained_in_language", "interpreter_used", "copy_given_to_person"
    )
    in_time = given is not None and given <= at and (ends is None or at < ends)
    in_force = in_time and (revoked is None or at < revoked) and is_free and is_able
    return ConsentState(
        is_valid=in_force and covers and purpose in purposes and (agency in named or has_class),
        is_of_subject=is_of_subject,
        is_written=form != "verbal",
        has_end=ends is not None,
        names_recipient=agency in named,
        is_by_alleged_abuser=is_abuser and by != "self",
    )


def _threat(basis: _Reader, lasts: timedelta, at: datetime) -> ThreatState:
    assessed = basis.moment("assessed_at")
    by, approved = basis.text("assessed_by"), basis.text("approved_by")
    # Everything is read before anything is weighed: a field left unread would be taken for an unknown one.
    is_told, is_someone = basis.said("statement_of_facts"), basis.said("who_is_at_risk")
    route = basis.text("route", "avert_threat", among=ROUTES)
    basis.skip("sources")
    return ThreatState(
        is_stated=is_told and is_someone,
        is_serious=basis.flag("seriousness", words=("serious",)),
        is_imminent=basis.flag("imminence", words=("imminent",)),
        can_be_reduced=basis.said("why_recipient_can_reduce_it"),
        is_in_good_faith=basis.flag("good_faith_confirmed"),
        is_approved=bool(approved) and approved != by,
        is_current=assessed is not None and assessed <= at < assessed + lasts,
        is_to_identify=route == "identify_admitter",
        is_from_treatment=basis.flag("learned_in_treatment_for_this_conduct"),
        is_under_hold=basis.flag("under_hold"),
        is_agreement_sought=basis.said("consent_sought"),
    )


def _mandate(basis: _Reader, category: str, at: datetime) -> MandateState:
    expiry = basis.moment("expiry")
    basis.skip("issuing_body", "notice_to_person")
    is_named, scope = basis.said("reference"), basis.names("scope")
    return MandateState(
        instrument=basis.text("instrument", _REQUIRED, among=INSTRUMENTS[1:]),
        is_reviewed=basis.said("reviewed_by_counsel"),
        is_in_scope=is_named and category in scope,
        is_current=expiry is not None and at < expiry,
    )
