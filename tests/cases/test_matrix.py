"""Who may open and do what: every address × every kind of reader, written down as data.

`matrix.txt` holds one line an address and method, one column a reader, and the status each gets. The rows come
from the URL table: a page that is not listed fails this test until someone writes down who may open it.
"""

import os
from pathlib import Path

import pytest
from django.db import transaction
from django.test import Client
from django.urls import get_resolver, reverse

from egide.assessments.models import InstrumentImport
from egide.assessments.services import propose_import
from egide.cases.models import EndNotice, SelfAudit, Supervision
from egide.cases.services import auditing, supervising, tasks
from egide.common.idempotency import new_key
from egide.partners.models import Role
from egide.sharing import proposing
from egide.sharing import services as sharing
from egide.sharing.models import TableVersion
from egide.sharing.rules.levels import Level
from tests.assessments.sheets import MINIMAL
from tests.cases.test_pages import full, sign_in  # noqa: F401
from tests.conftest import NOON
from tests.factories import DAY, World, a_member

pytestmark = pytest.mark.django_db
TABLE = Path(__file__).with_name("matrix.txt")
READERS = (
    "coordinator",
    "advocate",
    "chair",
    "partner",
    "unnamed",
    "probation",
    "referrer",
    "recused",
    "elsewhere",
    "administrator",
    "officer",
    "evaluator",
    "nobody",
)
#: Addresses that are the sign-in library's, or files.
NOT_OURS = ("account_", "mfa_", "static", "set_language")


def ours(patterns, prefix=""):
    """Yield the name of every address of our own."""
    for pattern in patterns:
        if hasattr(pattern, "url_patterns"):
            space = f"{prefix}{pattern.namespace}:" if pattern.namespace else prefix
            yield from ours(pattern.url_patterns, space)
        elif pattern.name and not pattern.name.startswith(NOT_OURS):
            yield f"{prefix}{pattern.name}"


def addresses(world):
    """Answer what each address needs."""
    case = str(world.case.pk)
    plan = str(world.case.files.get(role="victim").plans.get().pk)
    return {
        "cases:draft": ["refer-harm"],
        **{
            f"cases:{page}": [case, str(world.child.pk)]
            for page in (
                "person-of-age",
                "person-out",
                "consents-of",
                "consent-of",
                "consent-preview-of",
                "refusal-of",
                "withdrawal-of",
            )
        },
        "cases:triage-case": [str(world.received.pk)],
        "cases:link": [str(world.received.pk)],
        "cases:same-people": [str(world.received.pk)],
        "cases:same-person": [str(one.files.get(role="victim").pk) for one in (world.case, world.received)],
        "cases:contact-ended": [case, plan],
        "cases:assess-with": [case, "ODARA"],
        "cases:assess-preview": [case, "ODARA"],
        "cases:assess-result": [case, "odara"],
        "cases:assessment": [case, plan],
        "cases:assessment-print": [case, plan],
        "assessments:tool": ["odara"],
        "assessments:right": ["ntac-guide"],
        **{
            f"assessments:import{page}": [str(_import(world).pk)]
            for page in ("", "-approve", "-refuse", "-withdraw")
        },
        "cases:level-answer": [case, plan],
        "cases:task-done": [case, plan],
        "cases:task-how": [case, str(_task(world).pk)],
        "cases:need-ended": [case, plan],
        "cases:release-ended": [case, plan],
        "cases:served": [case, plan],
        "cases:plan-agree": [case, plan],
        "cases:plan-print": [case, plan],
        "cases:plan-version": [case, plan],
        "cases:sharing-new": [case, str(world.police_agency.pk), "victim", "serious_imminent_threat"],
        "cases:sharing-answer": [case, plan],
        "cases:danger-check": [case, plan],
        "cases:team-end": [case, str(world.police_agency.pk)],
        "cases:expression-answer": [case, plan],
        "cases:received-one": [plan],
        "cases:end-notice": [str(_notice(world).pk)],
        "cases:end-notice-relayed": [case, str(_notice(world).pk)],
        **{
            f"partners:agency{page}": [str(world.police_agency.pk)]
            for page in ("", "-edit", "-close", "-reopen")
        },
        **{
            f"partners:agreement{page}": [str(world.police_agency.agreements.get().agreement_id)]
            for page in ("", "-terminate")
        },
        "partners:person": [str(world.officer.account_id)],
        "partners:home-change": [str(world.officer.account_id)],
        **{f"cases:inquiry{page}": [str(world.inquiry.pk)] for page in ("", "-letter", "-answered")},
        "partners:membership-new": [str(world.officer.account_id)],
        "partners:person-deactivate": [str(world.officer.account_id)],
        **{f"cases:prosecutor-{page}": [case, plan] for page in ("one", "print", "step", "later")},
        "cases:audit": [str(_audit(world).pk)],
        "cases:audit-sign": [str(_audit(world).pk)],
        "cases:audit-item": [str(_audit(world).pk), "referral"],
        "cases:audit-begin": [str(world.programme.pk)],
        "cases:audit-action-done": [plan],
        "cases:training-programme": [str(world.programme.pk)],
        "cases:training-change": [plan],
        "cases:disclosure-receipt": [case, plan],
        "cases:document": [case, str(world.paper.pk)],
        **{
            f"cases:document-{page}": [case, str(world.paper.pk)]
            for page in ("content", "copy", "replace", "withdraw")
        },
        **{f"cases:document-{page}": [case, str(world.brought.pk)] for page in ("check", "give-up")},
        **{f"cases:access-{page}": [case, str(world.asked.pk)] for page in ("one", "letter", "withdraw")},
        "cases:receipt-received": [plan],
        "cases:disclosure-letter": [case, "victim", "hipaa"],
        "cases:disclosure-paper": [case, "victim", "hipaa", plan],
        "cases:plan-paper": [case, plan, plan],
        "cases:emergency-read": [plan],
        "cases:emergency-renew": [plan],
        "cases:emergency-review": [plan],
        "cases:emergency-user-end": [plan],
        "cases:had-read": [case, plan],
        "cases:tie-back": [plan],
        "cases:calendar-feed": ["nobodys-address"],
        "cases:training-member": [str(world.advocate.pk)],
        **{
            f"cases:transfer-{page}": [plan]
            for page in ("one", "accept", "refuse", "ask", "answer", "withdraw", "return")
        },
        "cases:supervision-new": [case, "plan", plan],
        **{
            f"cases:supervision-{page}": [case, str(_returned(world).pk)]
            for page in ("answer", "again", "settle")
        },
        "cases:lead-change-answer": [plan],
        "cases:lead-change-withdraw": [plan],
        "cases:training-withdraw": [str(world.advocate.training.get().pk)],
        **{
            f"cases:table-{page}": [str(_proposal(world).pk)]
            for page in ("version", "approve", "refuse", "withdraw")
        },
        "cases:conference": [str(world.sitting.pk)],
        "cases:conference-run": [str(world.sitting.pk)],
        "cases:conference-conflicts": [str(world.sitting.pk)],
        "cases:conference-minutes": [str(world.sitting.pk)],
        "cases:conference-actions": [str(world.sitting.pk)],
        "cases:conference-spread": [str(world.programme.pk)],
        "cases:repeats": [str(world.received.pk)],
        "cases:conference-item": [str(world.sitting.pk), str(world.item.pk)],
    }


def _notice(world):
    """The police must stop using some of what they received; the case is still theirs to see."""
    known = EndNotice.objects.filter(case=world.case).first()
    if known is not None:
        return known
    file = world.case.files.get(role="victim")
    former = sharing.give_consent(
        actor=world.advocate, file_id=file.pk, case_id=world.case.pk, at=NOON, **world.consent()
    )
    sharing.withdraw_consent(consent_id=former.pk, actor=world.advocate, at=NOON)
    return EndNotice.objects.create(
        case=world.case,
        agency=world.police_agency,
        file=file,
        consent=former,
        is_partial=True,
        ended_on=NOON.date(),
        made_at=NOON,
        due_at=NOON,
    )


def _audit(world):
    """The audit the team is making of itself."""
    known = SelfAudit.objects.first()
    return known or auditing.begin_audit(programme_id=world.programme.pk, actor=world.coordinator, at=NOON)


def _task(world):
    """Something the police have to do, for both sides."""
    known = world.case.tasks.filter(kind="task").order_by("pk").first()
    if known is not None:
        return known
    return tasks.add_task(
        case_id=world.case.pk,
        text="Change the locks.",
        side="both",
        agency_id=world.police_agency.pk,
        due_at=NOON + 300 * DAY,
        actor=world.coordinator,
        at=NOON,
    )


def _returned(world):
    """The plan the advocate wrote, returned by the chair."""
    plan = world.case.files.get(role="victim").plans.get()
    return Supervision.objects.filter(plan=plan).first() or supervising.return_work(
        case_id=world.case.pk,
        kind="plan",
        work_id=plan.pk,
        reasons="What if she cannot leave?",
        actor=world.coordinator,
        at=NOON,
    )


def _proposal(world):
    """A change of the decision table that waits for somebody else than who proposed it."""
    known = TableVersion.objects.first()
    if known is not None:
        return known
    return proposing.propose(
        cells={("consent", "incident.facts", "POL"): Level.VIEW},
        based_on=1,
        reason="They do not need a copy.",
        actor=a_member(world.lead, Role.PRIVACY_OFFICER),
        at=NOON,
    )


def _import(world):
    """The definition of an instrument that waits for somebody else than who brought it in."""
    known = InstrumentImport.objects.first()
    if known is not None:
        return known
    keeper = a_member(world.lead, Role.ADMINISTRATOR)
    return propose_import(content=MINIMAL, rights="Licence 12.", actor=keeper, at=NOON)


def readers(world):
    other = World("edm")
    recused = a_member(world.lead, Role.COORDINATOR, areas=[world.area])
    for case in (world.case, world.received):
        sharing.recuse(
            case_id=case.pk, membership=recused, reason_code="relative", actor=world.coordinator, at=NOON
        )
    unnamed = a_member(other.police_agency)
    return {
        "coordinator": world.coordinator,
        "advocate": world.advocate,
        "chair": world.chair,
        "partner": world.officer,
        "unnamed": unnamed,
        "probation": world.probation,
        "referrer": world.referrer,
        "recused": recused,
        "elsewhere": other.coordinator,
        "administrator": a_member(world.lead, Role.ADMINISTRATOR),
        "officer": a_member(world.lead, Role.PRIVACY_OFFICER),
        "evaluator": a_member(world.police_agency, Role.EVALUATOR),
        "nobody": None,
    }


def signed_in(people):
    """Answer a browser for each reader, signed in once: what each address does is undone, sessions with it."""
    browsers = {reader: Client() for reader in people}
    for reader, member in people.items():
        if member is not None:
            sign_in(browsers[reader], member)
    return browsers


def measured(world):
    """Answer the table as it is: {(address, method): {reader: status}}."""
    asked = addresses(world)
    browsers = signed_in(readers(world))
    names = sorted(set(ours(get_resolver().url_patterns)))
    found = {}
    for name in names:
        needs = asked.get(name)
        if needs is None:
            try:
                url = reverse(name)
            except Exception:
                url = reverse(name, args=[world.case.pk])
        else:
            url = reverse(name, args=needs)
        for method in ("get", "post"):
            row = {}
            for reader, client in browsers.items():
                # An empty form: whoever may send it is told what is missing; nobody's data changes.
                data = {"submission": new_key()} if method == "post" else {}
                with transaction.atomic():
                    row[reader] = getattr(client, method)(url, data).status_code
                    transaction.set_rollback(True)
            found[name, method] = row
    return found


def written():
    table = {}
    for line in TABLE.read_text(encoding="utf-8").splitlines():
        if line.strip() and not line.startswith("#"):
            name, method, *cells = line.split()
            table[name, method] = dict(zip(READERS, map(int, cells), strict=True))
    return table


def as_text(table):
    lines = ["# address                    method " + " ".join(f"{r[:5]:>5}" for r in READERS)]
    for (name, method), row in sorted(table.items()):
        lines.append(f"{name:<28} {method:<6} " + " ".join(f"{row[r]:>5}" for r in READERS))
    return "\n".join(lines) + "\n"


def write(table):
    """Write the table anew, to be read line by line before it is committed (EGIDE_WRITE_MATRIX=1)."""
    TABLE.write_text(as_text(table), encoding="utf-8")


def test_everyone_gets_what_is_written_down_and_every_address_is_listed(full):  # noqa: F811
    found = measured(full)

    if os.environ.get("EGIDE_WRITE_MATRIX"):
        write(found)
    expected = written()
    wrong = {key: row for key, row in found.items() if expected.get(key) != row}
    assert not wrong, "Write down who may open these, after checking that it is right:\n" + as_text(wrong)
    assert set(expected) == set(found), "listed, and no longer an address"
