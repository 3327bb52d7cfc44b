"""A prepared query answers what the query set itself would, on either database."""

import datetime

import pytest
from django.db import connection
from django.db.models import Value

from egide.common.ids import new_id
from egide.common.prepared import Prepared
from egide.partners.models import Agency, Membership
from tests.conftest import NOON

DAY = NOON.date()


def of_agencies(*, agency_ids, on):
    """Members in force of some agencies, with an hour and a constant: converters, lists and days at once."""
    return (
        Membership.objects.in_force(on)
        .filter(agency__in=agency_ids)
        .order_by("pk")
        .values_list("pk", "agency_id", "starts_on", "account__date_joined", Value("member"))
    )


@pytest.mark.parametrize("number", [1, 2, 3, 5])
def test_answers_what_the_query_set_answers_whatever_the_number(world, number):
    prepared = Prepared(of_agencies)
    agencies = [one.pk for one in Agency.objects.order_by("code")[:number]]

    assert number == len(agencies)
    assert list(prepared.rows(agency_ids=agencies, on=DAY)) == list(of_agencies(agency_ids=agencies, on=DAY))


def test_is_asked_with_other_values_without_being_written_again(world, django_assert_num_queries):
    built = []
    prepared = Prepared(lambda **values: built.append(1) or of_agencies(**values))
    for agency in Agency.objects.order_by("code"):
        with django_assert_num_queries(1):
            found = {row[1] for row in prepared.rows(agency_ids=[agency.pk], on=DAY)}
        assert found <= {agency.pk}

    assert found
    assert len(built) == 1


def test_a_day_is_the_day_given(world):
    prepared = Prepared(of_agencies)
    agency = world.lead.pk

    assert list(prepared.rows(agency_ids=[agency], on=DAY))
    assert not list(prepared.rows(agency_ids=[agency], on=datetime.date(1990, 1, 1)))


def test_refuses_a_function_that_leaves_a_value_out(world):
    prepared = Prepared(lambda *, agency_ids, on: of_agencies(agency_ids=agency_ids, on=DAY))

    with pytest.raises(ValueError, match="left out"):
        prepared.rows(agency_ids=[world.lead.pk], on=DAY)


@pytest.mark.parametrize("value", ["text", None, 3])
def test_refuses_what_is_no_identifier_and_no_moment(world, value):
    with pytest.raises(TypeError):
        Prepared(lambda *, name: Agency.objects.filter(code=name).values_list("pk")).rows(name=value)


def test_refuses_an_empty_list(world):
    with pytest.raises(ValueError, match="nothing"):
        Prepared(of_agencies).rows(agency_ids=[], on=DAY)


def test_what_is_given_is_never_part_of_the_text(world):
    prepared = Prepared(of_agencies)
    list(prepared.rows(agency_ids=[new_id()], on=DAY))

    [plan] = prepared._plans.values()
    assert plan.sql.count("%s") == len(plan.places)
    assert connection.vendor in next(iter(prepared._plans))
