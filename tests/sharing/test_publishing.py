"""The published rules: all of them, for anyone, in both languages, and no small number."""

import pytest
from django.urls import reverse

from egide.sharing import publishing
from egide.sharing.models import Disclosure
from egide.sharing.rules.catalogue import catalogue
from egide.sharing.rules.policies import policies
from tests.conftest import NOON
from tests.sharing.situations import situation


def page(client, language="en"):
    client.cookies["egide_language"] = language
    return client.get(reverse("sharing:rules"))


@pytest.mark.django_db
@pytest.mark.parametrize("language", ["en", "fr"])
def test_anyone_reads_every_rule_in_their_language(client, language):
    found = page(client, language)
    text = found.content.decode()

    assert found.status_code == 200
    for rule in catalogue().values():
        assert f'id="{rule.id}"' in text
    assert ("No score opens or closes anything" in text) == (language == "en")
    assert ("Aucun résultat de calcul" in text) == (language == "fr")


@pytest.mark.django_db
def test_says_which_act_here():
    for group in publishing.groups():
        for line in group.lines:
            assert line.is_on == (line.rule.id in policies().ids)


@pytest.mark.django_db
def test_every_place_of_a_rule_has_a_name():
    assert {rule.jurisdiction for rule in catalogue().values()} <= set(publishing.PLACES)


def disclose(s, number, basis):
    Disclosure.objects.bulk_create(
        Disclosure(
            file_id=s.victim.pk, case_id=s.case.pk, recipient=s.world.police_agency, categories=[], method="share",
            basis=basis, disclosed_by=s.world.coordinator, disclosed_at=NOON,
        )
        for _n in range(number)
    )  # fmt: skip


@pytest.mark.parametrize(("number", "shown"), [(0, None), (1, None), (10, None), (11, 11), (40, 40)])
def test_a_small_number_is_never_shown(world, number, shown):
    s = situation(world, fill=False)
    disclose(s, number, "serious_imminent_threat")

    used = {str(line["title"]): line["count"] for line in publishing.uses(at=NOON)}
    assert used["Serious and imminent threat"] == shown


def test_costs_two_queries_whatever_there_is(world, client, django_assert_max_num_queries):
    disclose(situation(world, fill=False), 30, "legal_mandate")
    with django_assert_max_num_queries(3):
        assert page(client).status_code == 200
