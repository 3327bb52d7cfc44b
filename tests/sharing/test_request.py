"""`egide decide`: the documented examples answer what is written above them; a flaw is named by its field."""

import io
import json
import re
from copy import deepcopy
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from egide.sharing import cli
from egide.sharing.rules.catalogue import catalogue
from egide.sharing.rules.decision import decide
from egide.sharing.rules.question import BASES
from egide.sharing.rules.request import RequestError, read

pytestmark = pytest.mark.django_db
DOCUMENT = (Path(__file__).resolve().parents[2] / "docs" / "decide.md").read_text(encoding="utf-8")
EXAMPLES = [
    (title, level, json.loads(text))
    for title, level, text in re.findall(
        r"^### (.+?): `(none|flag|view|share)`.*?\n```json\n(.*?)```", DOCUMENT, re.M | re.S
    )
]
CONSENT, THREAT = EXAMPLES[0][2], EXAMPLES[1][2]


def ask(data, *, as_json=True, language="en", tmp_path):
    file = tmp_path / "request.json"
    file.write_text(data if isinstance(data, str) else json.dumps(data), encoding="utf-8")
    out, err = io.StringIO(), io.StringIO()
    status = cli.run(request=str(file), as_json=as_json, language=language, stdout=out, stderr=err)
    return status, out.getvalue(), err.getvalue()


def changed(data, path, value):
    data = deepcopy(data)
    *parts, last = path.split(".")
    place = data
    for part in parts:
        place = place[part]
    if value is KeyError:
        del place[last]
    else:
        place[last] = value
    return data


def level(data):
    from egide.sharing.rules.policies import policies

    return decide(read(data).question, policies()).level.name.lower()


class TestExamples:
    def test_there_is_one_for_each_basis(self):
        assert {data["basis"]["kind"] for _title, _level, data in EXAMPLES} == set(BASES)

    @pytest.mark.parametrize(
        ("title", "expected", "data"), EXAMPLES, ids=[title for title, *_rest in EXAMPLES]
    )
    def test_answers_what_is_written_above_it(self, title, expected, data, tmp_path):
        status, out, err = ask(data, tmp_path=tmp_path)
        found = json.loads(out)

        assert (status, err) == (0, "")
        assert found["level"] == expected, found
        assert found["rules"]
        for rule in found["rules"]:
            known = catalogue()[rule["id"]]
            assert rule == {
                "id": known.id,
                "effect": known.effect,
                "status": known.status,
                "verified": known.verified,
            }
        assert found["reason"]["en"] != found["reason"]["fr"]

    def test_speaks_to_a_person_in_their_language(self, tmp_path):
        _status, english, _err = ask(THREAT, as_json=False, tmp_path=tmp_path)
        _status, french, _err = ask(THREAT, as_json=False, language="fr", tmp_path=tmp_path)

        assert "It may be read here, not copied." in english
        assert "Cela peut être lu ici, sans copie." in french
        assert "six ans" in french


AT = datetime.fromisoformat(CONSENT["at"])


class TestDates:
    """A second decides; what is missing or in the future opens nothing."""

    @pytest.mark.parametrize(
        ("path", "moment", "expected"),
        [
            ("basis.expires_at", AT + timedelta(seconds=1), "share"),
            ("basis.expires_at", AT, "none"),
            ("basis.expires_at", AT - timedelta(minutes=1), "none"),
            ("basis.given_at", AT, "share"),
            ("basis.given_at", AT + timedelta(seconds=1), "none"),
            ("basis.revoked_at", AT, "none"),
            ("basis.revoked_at", AT + timedelta(seconds=1), "share"),
        ],
    )
    def test_of_a_consent(self, path, moment, expected):
        assert level(changed(CONSENT, path, moment.isoformat())) == expected

    def test_a_consent_without_its_date_opens_nothing(self):
        assert level(changed(CONSENT, "basis.given_at", None)) == "none"

    @pytest.mark.parametrize(
        ("hours", "expected"), [(0, "view"), (71.999, "view"), (72, "none"), (-0.001, "none")]
    )
    def test_a_threat_lasts_72_hours(self, hours, expected):
        at = datetime.fromisoformat(THREAT["basis"]["assessed_at"]) + timedelta(hours=hours)

        assert level(changed(THREAT, "at", at.isoformat())) == expected

    def test_a_mandate_without_an_end_opens_nothing(self):
        order = next(data for title, _level, data in EXAMPLES if "order of a court" in title)

        assert level(changed(order, "basis.expiry", None)) == "none"
        assert level(changed(order, "basis.expiry", order["at"])) == "none"


class TestWhatIsNotSaid:
    @pytest.mark.parametrize(
        "path",
        [
            "basis.statement_of_facts", "basis.who_is_at_risk", "basis.seriousness", "basis.imminence",
            "basis.why_recipient_can_reduce_it", "basis.good_faith_confirmed", "basis.approved_by",
            "basis.assessed_at", "actor.named_recipient", "actor.training_current",
        ],
    )  # fmt: skip
    def test_of_a_threat_opens_nothing(self, path):
        assert level(changed(THREAT, path, KeyError)) == "none"

    @pytest.mark.parametrize("field", ["statement_of_facts", "who_is_at_risk", "why_recipient_can_reduce_it"])
    @pytest.mark.parametrize("empty", ["", "   ", None, False])
    def test_blanks_are_nothing_said(self, field, empty):
        assert level(changed(THREAT, f"basis.{field}", empty)) == "none"

    def test_nobody_approves_their_own_statement(self):
        assert level(changed(THREAT, "basis.approved_by", THREAT["basis"]["assessed_by"])) == "none"

    @pytest.mark.parametrize(
        ("path", "value"),
        [
            ("basis.named_recipients", ["another-agency"]), ("basis.categories", ["health.general"]),
            ("basis.purpose", ["victim_safety"]), ("basis.not_condition_of_service", False),
            ("basis.capacity_confirmed", False), ("actor.assigned", False), ("actor.agreement_in_force", False),
            ("actor.recused", True), ("purpose", "marketing"),
        ],
    )  # fmt: skip
    def test_a_consent_out_of_its_scope_opens_nothing(self, path, value):
        assert level(changed(CONSENT, path, value)) == "none"

    def test_a_guardian_suspected_of_the_abuse_signs_for_nobody(self):
        signed = changed(CONSENT, "basis.given_by", "guardian")

        assert level(signed) == "share"
        assert level(changed(signed, "basis.guardian_is_alleged_abuser", True)) == "none"

    def test_under_a_hat_the_item_is_the_hats_and_not_the_persons(self):
        hat = changed(CONSENT, "actor.acting_for", "services-fredericton")

        assert level(changed(hat, "basis", {"kind": "none"})) == "view"
        assert read(hat).question.is_holder
        assert read(hat).question.is_visiting
        assert not read(CONSENT).question.is_holder


class TestMalformed:
    @pytest.mark.parametrize(
        ("path", "value", "named"),
        [
            ("actor", KeyError, "actor"), ("item", KeyError, "item"), ("purpose", KeyError, "purpose"),
            ("profile", KeyError, "profile"), ("at", KeyError, "at"), ("at", "yesterday", "at"),
            ("at", "2026-11-23T10:00:00", "at"), ("at", 7, "at"), ("actor", [], "actor"),
            ("actor.sector", KeyError, "actor.sector"), ("actor.sector", "police", "actor.sector"),
            ("actor.agency", 3, "actor.agency"), ("actor.assigned", "yes", "actor.assigned"),
            ("actor.recused", None, "actor.recused"), ("actor.recussed", False, "actor.recussed"),
            ("item.category", "gossip", "item.category"), ("item.holder", KeyError, "item.holder"),
            ("item.regimes", "us-hipaa", None), ("item.regimes", [1], "item.regimes"),
            ("item.subject_role", "wife", "item.subject_role"), ("item.score", 12, "item.score"),
            ("purpose", "curiosity", "purpose"), ("profile", "us-zz", "profile"), ("profile", [], None),
            ("basis.kind", "hunch", "basis.kind"), ("basis.form", "nod", "basis.form"),
            ("basis.form", KeyError, "basis.form"), ("basis.given_at", "soon", "basis.given_at"),
            ("basis.seriousness", True, "basis.seriousness"), ("basis.named_recipients", [None], "basis.named_recipients"),
            ("programme", {"consent": True}, "programme.consent"), ("extra", 1, "extra"),
        ],
    )  # fmt: skip
    def test_names_the_field(self, path, value, named, tmp_path):
        status, out, err = ask(changed(CONSENT, path, value), tmp_path=tmp_path)

        if named is None:
            assert status == 0
            return
        assert (status, out) == (2, "")
        assert err.startswith(f"{named} "), err

    @pytest.mark.parametrize("text", ["", "{", "[]", "null", "7", '"text"', "{}", '{"at": NaN}', "[" * 5000])
    def test_what_is_no_request_at_all(self, text, tmp_path):
        status, out, err = ask(text, tmp_path=tmp_path)

        assert (status, out) == (2, "")
        assert err.strip()

    def test_a_file_that_is_not_there(self):
        out, err = io.StringIO(), io.StringIO()

        assert cli.run(request="/nowhere.json", as_json=True, language="fr", stdout=out, stderr=err) == 2
        assert "ne peut pas être lu" in err.getvalue()

    def test_every_way_to_be_wrong_is_an_error_of_the_request(self):
        for path in ("actor", "item", "basis", "purpose", "profile", "at"):
            for value in (None, 0, True, "x", [], [[]], {}, {"kind": []}, 1e308):
                try:
                    read(changed(CONSENT, path, value))
                except RequestError as error:
                    assert error.path
