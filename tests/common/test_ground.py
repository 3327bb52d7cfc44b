"""Identifiers, the working clock, errors as yes or no, bilingual text, scopes, personal fields, navigation."""

import uuid
from collections import Counter
from datetime import UTC, datetime, timedelta

import pytest
from django.core.exceptions import PermissionDenied
from django.db import models
from django.utils import timezone, translation
from hypothesis import given
from hypothesis import strategies as st

from egide.common import clock, ids, navigation
from egide.common.errors import NotVisible, Refused, Unavailable, allowed
from egide.common.personal import personal
from egide.common.scoping import ScopedQuerySet
from egide.common.text import localized
from tests.conftest import NOON


class TestIds:
    def test_are_version_7_and_the_standard_variant(self):
        for made in (ids.new_id() for _turn in range(200)):
            assert made.version == 7
            assert made.variant == uuid.RFC_4122

    def test_sort_by_the_moment_they_were_made(self, monkeypatch):
        start, made = 1_700_000_000_000_000_000, []
        for milliseconds in (0, 1, 2, 1000, 10**9, 10**12):
            monkeypatch.setattr(ids.time, "time_ns", lambda ms=milliseconds: start + ms * 1_000_000)
            made.append(ids.new_id())

        assert made == sorted(made)
        assert [str(one) for one in made] == sorted(str(one) for one in made)
        assert [one.int >> 80 for one in made] == [
            1_700_000_000_000 + ms for ms in (0, 1, 2, 1000, 10**9, 10**12)
        ]

    def test_of_one_moment_do_not_meet(self, monkeypatch):
        monkeypatch.setattr(ids.time, "time_ns", lambda: 1_700_000_000_000_000_000)

        assert len({ids.new_id() for _turn in range(5000)}) == 5000

    def test_a_reference_cannot_be_misread_nor_spell_a_word(self):
        assert len(set(ids.REFERENCE_ALPHABET)) == len(ids.REFERENCE_ALPHABET) == 22
        assert not set("AEIOU01LSZ258B") & set(ids.REFERENCE_ALPHABET)

    def test_a_reference_is_its_prefix_and_random_letters_only(self):
        made = [ids.new_reference("FRE") for _turn in range(2000)]

        assert all(reference[:4] == "FRE-" and len(reference) == 9 for reference in made)
        seen = Counter("".join(reference[4:] for reference in made))
        assert set(seen) == set(ids.REFERENCE_ALPHABET)
        assert len(set(made)) > 1980
        assert made != sorted(made)
        assert len(ids.new_reference("X", length=8)) == 10


def local(day, hour=10, minute=0):
    return timezone.make_aware(datetime(2026, 11, day, hour, minute), timezone.get_default_timezone())


class TestWorkingDays:
    @pytest.mark.parametrize(
        ("start", "days", "end"),
        [
            (local(23), 0, local(23)),  # a Monday
            (local(23), 1, local(24)),
            (local(23), 4, local(27)),
            (local(23), 5, local(30)),
            (local(27), 1, local(30)),  # Friday to Monday
            (local(27, 23, 59), 1, local(30, 23, 59)),
            (local(28), 1, local(30)),  # from a Saturday
            (local(29), 1, local(30)),  # from a Sunday
            (local(28), 0, local(28)),
            (local(20), 6, local(30)),  # over two week-ends
        ],
    )
    def test_skip_the_week_end(self, start, days, end):
        assert clock.add_working_days(start, days) == end

    def test_keep_the_local_hour_over_the_change_of_clocks(self):
        """Clocks go back on Sunday 1 November 2026 in Moncton: a deadline stays at ten in the morning."""
        friday = datetime(2026, 10, 30, 13, 0, tzinfo=UTC)  # ten o'clock, daylight time

        monday = clock.add_working_days(friday, 1)

        assert timezone.localtime(friday).hour == timezone.localtime(monday).hour == 10
        assert monday - friday == timedelta(days=3, hours=1)

    def test_count_from_the_local_day_not_from_greenwich(self):
        """Friday nine in the evening in Moncton is Saturday in Greenwich."""
        friday_evening = datetime(2026, 11, 28, 1, 0, tzinfo=UTC)

        assert timezone.localtime(clock.add_working_days(friday_evening, 1)).date() == local(30).date()

    @given(st.integers(0, 40), st.integers(0, 365 * 24))
    def test_always_end_on_one_and_add_up(self, days, hours):
        start = NOON + timedelta(hours=hours)
        end = clock.add_working_days(start, days)

        assert end >= start
        if days:
            assert timezone.localtime(end).weekday() < 5
            assert clock.add_working_days(clock.add_working_days(start, 1), days - 1) == end

    def test_now_is_now(self, monkeypatch):
        monkeypatch.undo()

        assert abs(clock.now() - timezone.now()) < timedelta(seconds=5)


class TestAllowed:
    @pytest.mark.parametrize("error", [PermissionDenied("no"), NotVisible(), Refused("no")])
    def test_a_refusal_is_a_no(self, error):
        def check(*_args, **_kwargs):
            raise error

        assert allowed(check, "actor", thing=1) is False

    def test_nothing_raised_is_a_yes(self):
        assert allowed(lambda actor, *, thing: None, "actor", thing=1) is True

    @pytest.mark.parametrize("error", [KeyError("x"), Unavailable("key"), TypeError()])
    def test_anything_else_is_not_an_answer(self, error):
        def check():
            raise error

        with pytest.raises(type(error)):
            allowed(check)


class TestText:
    PAIR = {"name_en": "Police", "name_fr": "Police (fr)"}

    @pytest.mark.parametrize(
        ("language", "thing", "shown"),
        [
            ("en", PAIR, "Police"),
            ("fr", PAIR, "Police (fr)"),
            ("fr-ca", PAIR, "Police (fr)"),
            ("ar", PAIR, "Police"),
            ("fr", {"name_en": "Police", "name_fr": ""}, "Police"),
            ("en", {"name_fr": "Police (fr)"}, "Police (fr)"),
            ("en", {}, ""),
        ],
    )
    def test_is_the_readers_language_else_the_other(self, language, thing, shown):
        with translation.override(language):
            assert localized(thing, "name") == shown
            assert localized(type("Thing", (), thing)(), "name") == shown

    def test_with_translation_off_is_english(self):
        with translation.override(None):
            assert localized(self.PAIR, "name") == "Police"


class TestScope:
    @pytest.mark.django_db
    def test_denies_until_a_module_says_otherwise(self):
        from egide.partners.models import Jurisdiction
        from tests.factories import an_area

        rows = ScopedQuerySet(Jurisdiction)
        with pytest.raises(NotVisible):
            rows.fetch(an_area().pk, actor=None)

    @pytest.mark.django_db
    @pytest.mark.parametrize("pk", ["nonsense", "", "0" * 40, None, uuid.uuid4(), "\x00", {"a": 1}])
    def test_absent_and_malformed_look_the_same(self, pk):
        from egide.partners.models import Jurisdiction

        class Open(ScopedQuerySet):
            def visible_to(self, actor):
                return self.all()

        with pytest.raises(NotVisible) as said:
            Open(Jurisdiction).fetch(pk, actor=None)
        assert not said.value.args


class TestPersonal:
    @pytest.mark.parametrize("missing", [{"purpose": ""}, {"retention": ""}])
    def test_says_why_and_for_how_long(self, missing):
        with pytest.raises(ValueError):
            personal(models.TextField(), **{"purpose": "so that", "retention": "until", **missing})

    def test_keeps_both_beside_the_field(self):
        field = personal(models.TextField(), purpose="so that", retention="until")

        assert (field.personal_purpose, field.personal_retention) == ("so that", "until")


class TestNavigation:
    @pytest.fixture(autouse=True)
    def own_items(self, monkeypatch):
        monkeypatch.setattr(navigation, "_items", {})

    def test_shows_what_applies_in_its_order_and_once(self):
        navigation.register(navigation.Item("Second", "two", 20))
        navigation.register(navigation.Item("First", "one", 10, shown_to=lambda actor: actor == "chair"))
        navigation.register(navigation.Item("Second again", "two", 20))

        assert [item.label for item in navigation.items_for("chair")] == ["First", "Second again"]
        assert [item.label for item in navigation.items_for("other")] == ["Second again"]

    def test_shows_nothing_to_nobody_unless_said(self):
        navigation.register(navigation.Item("First", "one", 10))

        assert navigation.items_for(None) == []
