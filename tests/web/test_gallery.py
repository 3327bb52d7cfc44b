"""The gallery shows every component and every tag, in both languages, with nothing inline."""

import re

import pytest
from django.conf import settings
from django.urls import reverse

from egide.web import samples
from egide.web.templatetags import components, drawings
from tests.web import places
from tests.web.test_components import Checked

pytestmark = pytest.mark.django_db
SAMPLES = {path.stem: path.read_text() for path in (places.WEB / "templates/web/samples").glob("*.html")}


def page(client, language):
    client.cookies[settings.LANGUAGE_COOKIE_NAME] = language
    answer = client.get(reverse("web:gallery"))
    assert answer.status_code == 200
    return answer.content.decode()


def test_every_sample_is_shown():
    shown = [name for _title, names in samples.SECTIONS for name in names]

    assert sorted(shown) == sorted(SAMPLES)


def test_every_component_is_called_by_a_sample():
    source = "".join(SAMPLES.values())

    assert places.includes() <= set(re.findall(r'include "components/([\w]+)\.html"', source))


def test_every_tag_is_called_by_a_sample():
    source = "".join(SAMPLES.values())
    # A pager needs a list, and draws the pagination that is shown.
    of_the_layout = {"service_navigation", "side_column", "query_with", "range_drawing", "pager"}
    of_the_drawings = {"plain_table"}
    called = set(re.findall(r"\{% (\w+)", source))

    assert (
        set(components.register.tags) | set(drawings.register.tags)
    ) - of_the_layout - of_the_drawings <= called


@pytest.mark.parametrize("language", ["en", "fr"])
class TestPage:
    def test_is_well_formed_and_has_nothing_inline(self, client, language):
        faults = Checked(page(client, language)).faults

        assert [fault for fault in faults if fault != "<script>"] == []

    def test_has_no_id_twice(self, client, language):
        ids = [value for name, value in Checked(page(client, language)).attributes if name == "id"]

        assert sorted({one for one in ids if ids.count(one) > 1}) == []

    def test_every_label_and_description_leads_somewhere(self, client, language):
        attributes = Checked(page(client, language)).attributes
        ids = {value for name, value in attributes if name == "id"}
        wanted = {"for", "aria-describedby", "aria-labelledby"}
        led = {one for name, value in attributes if name in wanted for one in value.split()}

        assert led - ids == set()

    def test_shows_the_call_of_each(self, client, language):
        html = page(client, language)

        for name in SAMPLES:
            assert f'id="{name}"' in html
        assert html.count("<pre ") == len(SAMPLES)


def test_speaks_french(client):
    html = re.sub(r"<pre.*?</pre>", "", page(client, "fr"), flags=re.S)

    for english in ("3 days late", "Withheld", "Not recorded", "Keyboard", "Choose", "Please check"):
        assert english not in html


def test_a_mistaken_date_is_still_there(client):
    assert 'name="wrong-born_day" type="text"' in page(client, "en")
    assert 'value="31"' in page(client, "en")
