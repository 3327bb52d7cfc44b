"""Two worlds that differ only in what a reader must not know, and everything that reader gets in each.

The world with the hidden things is made, looked at through every door and rolled back; the world without is then
looked at through the same doors. What the two give must be the same to the byte: a difference is a leak, whatever
the words.
"""

import datetime
import difflib
import re
from dataclasses import dataclass, replace

from django.core import mail
from django.db import connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import get_resolver, reverse
from django_tasks_db.models import DBTaskResult

from egide.common.idempotency import new_key
from egide.common.ids import new_id
from egide.partners import notifications
from egide.partners.models import Notice
from tests.cases.test_matrix import NOT_OURS, addresses, ours
from tests.cases.test_pages import sign_in
from tests.conftest import NOON

#: What is drawn anew for every answer, whatever is stored: tokens, keys of forms, nonces, the secret address of one's
#: own calendar; how long the session still lasts.
RANDOM = re.compile(
    r'name="(?:csrfmiddlewaretoken|submission)" value="[^"]*"|hx-headers=\'[^\']*\'|nonce[-=]"?[\w+/=-]+"?|"left": \d+'
    r"|/feed/[\w-]+\.ics"
)
#: Where a refusal costs more than an absence, on purpose: somebody asked for a document that is there and did not get it,
#: which is decided and leaves a trace. The words, the bytes and the status stay those of an absent one; to try it one
#: must hold an address with 74 bits of chance in it (see docs/threat-model.md).
TRACED = ("document", "document-content", "document-copy", "document-replace", "document-withdraw")
#: The forms that everyone on a case may send, filled so far that they are refused and no further.
WORDS = "Words of one’s own."
SOON = datetime.timedelta(days=1)


@dataclass(frozen=True)
class Seen:
    """One answer: what a browser, or somebody who counts bytes or the time it takes, gets of it."""

    status: int
    headers: tuple
    size: int
    body: str
    queries: int


def bare(text):
    return RANDOM.sub("", text)


def _said_by(name, value):
    """Answer what a cookie says: keys of a session are drawn anew, a signature holds the moment it was made."""
    if "csrf" in name or "session" in name:
        return ""
    return value.rsplit(":", 2)[0]


def _seen(answer, queries):
    body = b"".join(answer.streaming_content) if answer.streaming else answer.content
    headers = {name: bare(value) for name, value in answer.headers.items()}
    # Set once the tokens are left out: theirs is the only length that may differ.
    headers.pop("Content-Length", None)
    cookies = {
        name: (one["max-age"], one["path"], one["samesite"], _said_by(name, one.value))
        for name, one in answer.cookies.items()
    }
    text = bare(body.decode("utf-8", "backslashreplace"))
    return Seen(
        answer.status_code, (*sorted(headers.items()), *sorted(cookies.items())), len(text), text, queries
    )


def doors(world, marks):
    """Answer every address of the matrix, once for GET and once for an empty POST; and what is looked for by its words.

    Read in the world that has everything, so that the address of each hidden thing is among them.
    """
    needs, found = addresses(world), []
    for name in sorted(set(ours(get_resolver().url_patterns))):
        found += [(name, url, method, {}) for url in _urls(world, name, needs) for method in ("get", "post")]
    for words in marks:
        for name in ("search", "caseload"):
            found.append((f"{name} {words}", reverse(f"cases:{name}"), "get", {"q": words}))
        found.append((f"search {words}", reverse("cases:search"), "post", {"q": words}))
    return [*found, *_with_filters(), *_filled(world, marks)]


def _urls(world, name, needs):
    """Answer the address of what is in the matrix, and of each hidden thing the same page could be asked for."""
    if name.startswith(NOT_OURS):
        return
    if name in needs:
        yield reverse(name, args=needs[name])
    else:
        try:
            yield reverse(name)
        except Exception:
            yield reverse(name, args=[world.case.pk])
            for pk in getattr(world, "hidden_cases", []):
                yield reverse(name, args=[pk])
    for args in getattr(world, "hidden_at", {}).get(name, []):
        yield reverse(name, args=args)


def _with_filters():
    for query in ("late=1", "lead=none", "state=active", "last=1", "sort=due", "from=zz"):
        key, value = query.split("=")
        yield f"caseload?{query}", reverse("cases:caseload"), "get", {key: value}


def _filled(world, marks):
    """Answer forms that are refused for what they say: names of hidden people, references and keys of hidden things."""
    case = world.case.pk
    absent = str(getattr(world, "hidden_file", new_id()))
    for about in (absent, str(world.victim_file)):
        said = {"about": about, "category": "education.record", "kind": "fact", "text": ""}
        yield f"note about {about}", reverse("cases:note", args=[case]), "post", said
        said = {"about": about, "category": "plan.safety", "title": "", "text": WORDS}
        yield f"document about {about}", reverse("cases:document-new", args=[case]), "post", said
        said = {"whom": about, "file": about, "code": "separation", "happened_on": "", "text": ""}
        yield f"development of {about}", reverse("cases:development", args=[case]), "post", said
    for words in marks:
        given, _space, family = words.partition(" ")
        said = {
            "programme": str(world.programme.pk),
            "victim-given_name": given,
            "victim-family_name": family or given,
        }
        yield f"refer {words}", reverse("cases:refer"), "post", said
        yield f"look for {words}", reverse("cases:refer"), "post", {**said, "look": "1"}
    for words in getattr(world, "hidden_references", []):
        said = {"do": "add", "case": "", "reference": words}
        yield f"agenda {words}", reverse("cases:conference-run", args=[world.sitting.pk]), "post", said
        yield (
            f"link {words}",
            reverse("cases:link", args=[case]),
            "post",
            {"reference": words, "kind": "repeat"},
        )


def look(reader, asked, language="en"):
    """Answer {(what, address, method): what this reader gets}; each is asked by itself and leaves nothing behind."""
    client, found = Client(raise_request_exception=True), {}
    if reader is not None:
        sign_in(client, reader, language)
        # The first page of a session costs more than the next ones.
        client.get(reverse("cases:my-day"))
    # Read once a process, then kept: whoever asks first pays for it.
    client.get(reverse("ledger:key"))
    for what, url, method, data in asked:
        sent = {"submission": new_key(), **data} if method == "post" else data
        with transaction.atomic():
            with CaptureQueriesContext(connection) as spent:
                answer = getattr(client, method)(url, sent)
            found[what, url, method] = _seen(answer, len(spent))
            transaction.set_rollback(True)
    return found


def told(reader):
    """Answer what leaves for a reader by mail, and the arguments of every job: counted, dated, word for word."""
    if reader is None:
        return {}
    mail.outbox.clear()
    waiting = Notice.objects.filter(account_id=reader.account_id).order_by("due_at", "kind")
    queued = [(one.kind, one.created_at, one.due_at) for one in waiting]
    with transaction.atomic():
        notifications.send_waiting(NOON)
        transaction.set_rollback(True)
    sent = [
        (one.subject, one.body, tuple(one.to), tuple(one.cc), tuple(sorted(one.extra_headers.items())))
        for one in mail.outbox
        if reader.account.email in one.recipients()
    ]
    return {"queued": queued, "sent": sent}


def jobs():
    """Answer the arguments of every job, as one text."""
    return "\n".join(
        f"{one.task_path} {one.args_kwargs}" for one in DBTaskResult.objects.order_by("enqueued_at")
    )


def compared(world, reader, hide, *, marks=(), language="en", only=None, doors_of=doors):
    """Answer what differs for a reader between the world with what `hide(world)` makes and the world without it.

    Args:
        only: says of (what, address, method, data) whether it is asked for; everything is, when None.
    Returns:
        The differences, in words, and what the reader got in the world that has everything.
    """
    with transaction.atomic():
        hide(world)
        asked = [one for one in doors_of(world, marks) if only is None or only(*one)]
        with_it, mails_with, queue = look(reader, asked, language), told(reader), jobs()
        transaction.set_rollback(True)
    without, mails_without = look(reader, asked, language), told(reader)
    found = differences(without, with_it)
    if mails_with != mails_without:
        found.append(f"mails: {mails_without}→{mails_with}")
    found += [f"a job is given {mark}" for mark in marks if mark in queue]
    return found, with_it


def _told_apart(what, one):
    """Answer all of an answer, but for what a trace of a refused document costs."""
    is_traced = what in {f"cases:{page}" for page in TRACED} and one.status == 404
    return replace(one, queries=0) if is_traced else one


def differences(without, with_it):
    """Answer, for each answer that differs: where, the statuses, the sizes, the headers, and the first lines."""
    found = []
    for (what, url, method), one in with_it.items():
        other = without[what, url, method]
        if _told_apart(what, one) == _told_apart(what, other):
            continue
        headers = sorted(map(str, set(one.headers) ^ set(other.headers)))
        lines = difflib.unified_diff(other.body.splitlines(), one.body.splitlines(), lineterm="", n=0)
        sizes = f"{other.size}→{one.size} characters, {other.queries}→{one.queries} queries"
        said = [f"{what} {method} {url}: {other.status}→{one.status}, {sizes}"]
        found.append("\n    ".join([*said, *headers, *[line[:600] for line in [*lines][2:14]]]))
    return found
