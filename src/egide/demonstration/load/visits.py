"""What one of the staff does in a day, page after page, as their browser would. Run by locust, without Django.

Reads who is signed in from the file `EGIDE_LOAD_STAFF` names; writes into the file `EGIDE_LOAD_KEPT` names, a line each,
what the application said it kept.
"""

import html
import json
import os
import random
import re
import secrets
import string
import time
import uuid
from pathlib import Path
from typing import Any

from locust import FastHttpUser, between, task
from locust.exception import StopUser

STAFF: list[str] = json.loads(Path(os.environ["EGIDE_LOAD_STAFF"]).read_text(encoding="utf-8"))
KEPT = Path(os.environ["EGIDE_LOAD_KEPT"]).open("a", buffering=1, encoding="utf-8")  # noqa: SIM115 - as long as the process
SESSION_COOKIE, TOKEN_COOKIE = os.environ["EGIDE_LOAD_COOKIES"].split(",")
#: Family names of the fictional cases.
NAMES = ("Tamarack", "Winifred", "Thibodo", "Winyfred", "Bouleau")
_CASE = re.compile(r"/cases/([0-9a-f-]{36})/")
_FIELD = re.compile(r'<input[^>]*type="hidden"[^>]*>')
_RADIO = re.compile(r'<input[^>]*name="about"[^>]*value="([^"]+)"')


def hidden(text: str) -> dict[str, str]:
    """Answer the hidden fields of a page: its token, its key, the hat it was written under."""
    found = {}
    for tag in _FIELD.findall(text):
        name, value = re.search(r'name="([^"]*)"', tag), re.search(r'value="([^"]*)"', tag)
        if name:
            found[name[1]] = html.unescape(value[1]) if value else ""
    return found


def keep(**what: Any) -> None:
    """Note one thing the application said it kept."""
    KEPT.write(json.dumps({**what, "at": time.time()}) + "\n")


class Staff(FastHttpUser):
    """One of the staff: reads more than they write, and stops to think between pages."""

    wait_time = between(10, 30)
    connection_timeout = network_timeout = 30.0

    def on_start(self) -> None:
        """Take a place that nobody else has."""
        if not STAFF:
            raise StopUser
        self.place = STAFF.pop()
        token = "".join(secrets.choice(string.ascii_letters) for _letter in range(32))
        self.headers = {"Cookie": f"{SESSION_COOKIE}={self.place}; {TOKEN_COOKIE}={token}"}
        self.cases: list[str] = []

    def page(self, address: str, name: str) -> str:
        """Read a page; answers its text, empty when it did not come."""
        with self.client.get(address, headers=self.headers, name=name, catch_response=True) as answer:
            if answer.status_code == 200 and "</html>" in (answer.text or ""):
                return str(answer.text)
            answer.failure(f"answered {answer.status_code}")
        return ""

    def send(self, address: str, fields: dict[str, str], name: str, well: tuple[int, ...]) -> bool:
        """Send a form; says whether the application answered that it was done."""
        with self.client.post(
            address, fields, headers=self.headers, name=name, catch_response=True, allow_redirects=False
        ) as answer:
            if answer.status_code in well:
                return True
            answer.failure(f"answered {answer.status_code}")
        return False

    @task(24)
    def my_day(self) -> None:
        """Look at what is late."""
        self.remember(self.page("/", "my day"))

    @task(20)
    def caseload(self) -> None:
        """Look through the cases."""
        self.remember(self.page("/cases/", "cases"))

    @task(5)
    def last_cases(self) -> None:
        """Look at the end of the list."""
        self.remember(self.page("/cases/?last=1", "cases, last page"))

    def remember(self, text: str) -> None:
        """Know the cases a page led to."""
        self.cases = list(dict.fromkeys(_CASE.findall(text))) or self.cases

    @task(20)
    def case(self) -> None:
        """Open a case."""
        if self.cases:
            self.page(f"/cases/{random.choice(self.cases)}/", "a case")

    @task(4)
    def conferences(self) -> None:
        """Look at the conferences."""
        self.page("/conferences/", "conferences")

    @task(9)
    def search(self) -> None:
        """Search a name, sometimes misspelt."""
        self.write_from("/search/", lambda fields: {**fields, "q": random.choice(NAMES)}, "search", (200,))

    @task(10)
    def note(self) -> None:
        """Add a note to a case, after a draft of it was kept."""
        if not self.cases:
            return
        case = random.choice(self.cases)
        mark = uuid.uuid4().hex
        text = self.page(f"/cases/{case}/note/", "a note, its form")
        about = _RADIO.search(text)
        if not about:
            return
        fields = {
            **hidden(text),
            "about": about[1],
            "category": "incident.facts",
            "kind": "fact",
            "text": f"Fictional, {mark}.",
        }
        address = re.search(r'data-autosave="([^"]+)"', text)
        if (
            address
            and self.send(html.unescape(address[1]), fields, "a draft kept", (200, 204))
            and random.random() < 0.3
        ):
            keep(kind="draft", place=self.place, case=case, about=about[1], mark=mark)
            return  # called away: the draft waits
        if self.send(f"/cases/{case}/note/", fields, "a note", (302,)):
            keep(kind="note", place=self.place, case=case, about=about[1], mark=mark)

    def write_from(self, address: str, filled: Any, name: str, well: tuple[int, ...]) -> None:
        """Read a form, fill it, send it where it came from."""
        fields = hidden(self.page(address, f"{name}, its form"))
        if fields:
            self.send(address, filled(fields), name, well)
