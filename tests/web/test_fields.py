"""A field of each kind of widget, as the `field` tag, the form itself and a field group draw it."""

from datetime import date, datetime, time

import pytest
from django import forms
from django.template import Context, Template
from django.utils import translation

from tests.web.samples import HOSTILE
from tests.web.test_components import Checked

GROUPED = [("", "Choose"), ("Home", [("1", "One"), ("2", "Two")]), ("Away", [("3", "Three")]), ("4", "Four")]


class Everything(forms.Form):
    words = forms.CharField(widget=forms.Textarea, help_text="As said.", label=HOSTILE)
    line = forms.CharField(max_length=80, required=False)
    figure = forms.IntegerField(min_value=0, max_value=13, required=False)
    secret = forms.CharField(widget=forms.PasswordInput)
    born = forms.DateField(widget=forms.SelectDateWidget(years=range(1900, 2027)))
    day = forms.DateField()
    hour = forms.TimeField()
    both = forms.DateTimeField()
    one = forms.ChoiceField(choices=GROUPED)
    radios = forms.ChoiceField(choices=GROUPED, widget=forms.RadioSelect)
    boxes = forms.MultipleChoiceField(choices=GROUPED[1:], widget=forms.CheckboxSelectMultiple)
    several = forms.MultipleChoiceField(choices=GROUPED[1:3])
    maybe = forms.NullBooleanField()
    agreed = forms.BooleanField()
    paper = forms.FileField(max_length=100)
    split = forms.SplitDateTimeField()
    token = forms.CharField(widget=forms.HiddenInput)


def said(source, language="en", **context):
    with translation.override(language):
        return Template("{% load components %}" + source).render(Context(context))


def one(name, data=None, *, more="", language="en", **initial):
    form = Everything(data, initial=initial)
    return said("{% field form." + name + more + " %}", language, form=form)


NAMES = list(Everything.base_fields)


@pytest.mark.parametrize("data", [None, {}, dict.fromkeys(NAMES, HOSTILE)], ids=["new", "empty", "hostile"])
@pytest.mark.parametrize("name", NAMES)
def test_every_widget_is_well_formed_and_escaped(name, data):
    html = one(name, data)

    assert Checked(html).faults == []
    assert "<script" not in html
    assert "&amp;lt;" not in html


@pytest.mark.parametrize("name", NAMES)
def test_as_field_group_draws_what_the_tag_draws(name):
    form = Everything({})

    group = said("{{ form." + name + ".as_field_group }}", form=form)

    assert group == said("{% field form." + name + " %}", form=form).strip()


def test_the_form_itself_draws_what_the_tag_draws():
    form = Everything()

    assert str(form) == said("{% fields form %}", form=form).strip()


def test_the_form_itself_says_the_errors_of_the_whole():
    form = Everything({})
    form.add_error(None, "Two answers disagree.")

    assert '<p class="govuk-error-message">Two answers disagree.</p>' in str(form)


class TestDateBoxes:
    def test_are_three_boxes_with_their_names(self):
        html = one("born", born=date(1984, 3, 9))

        for part, value in (("day", 9), ("month", 3), ("year", 1984)):
            assert f'id="id_born_{part}" name="born_{part}"' in html
            assert f'value="{value}"' in html
        assert "<select" not in html

    def test_speak_french(self):
        html = one("born", language="fr")

        assert all(word in html for word in (">Jour<", ">Mois<", ">Année<"))

    def test_keep_what_was_typed_even_when_it_is_no_date(self):
        html = one("born", {"born_day": "31", "born_month": "fév", "born_year": "2025"})

        assert all(f'value="{typed}"' in html for typed in ("31", "fév", "2025"))

    def test_are_read_back_as_a_date(self):
        form = Everything({"born_day": "9", "born_month": "3", "born_year": "1984"})
        form.is_valid()

        assert form.cleaned_data["born"] == date(1984, 3, 9)

    def test_the_summary_leads_to_the_day(self):
        assert 'href="#id_born_day"' in said("{% error_summary form %}", form=Everything({}))


@pytest.mark.parametrize("language", ["en", "fr"])
@pytest.mark.parametrize(
    ("name", "kind", "initial", "value"),
    [
        ("day", "date", date(2026, 11, 23), "2026-11-23"),
        ("hour", "time", time(9, 5, 30), "09:05"),
        ("both", "datetime-local", datetime(2026, 11, 23, 9, 5), "2026-11-23T09:05"),
    ],
)
def test_dates_and_times_use_the_browser_s_own_boxes(name, kind, initial, value, language):
    html = one(name, language=language, **{name: initial})

    assert f'type="{kind}" value="{value}"' in html


@pytest.mark.parametrize(("name", "value"), [("day", "2026-11-23"), ("both", "2026-11-23T09:05")])
@pytest.mark.parametrize("language", ["en", "fr"])
def test_what_the_browser_sends_is_understood(name, value, language):
    with translation.override(language):
        form = Everything({name: value})
        form.is_valid()

    assert name in form.cleaned_data


class TestGroups:
    def test_of_a_select_are_labelled(self):
        html = one("one", one="3")

        assert '<optgroup label="Home">' in html
        assert '<option value="3" selected>Three</option>' in html
        assert html.count("</optgroup>") == 2

    def test_of_radios_and_checkboxes_are_labelled(self):
        for name in ("radios", "boxes"):
            html = one(name)
            assert html.count('class="choices-group"') == 2
            assert f'aria-labelledby="id_{name}-group-' in html

    def test_of_several_choices_keep_them_all(self):
        html = one("several", several=["1", "3"])

        assert " multiple" in html
        assert html.count(" selected") == 2


def test_a_password_is_never_sent_back():
    assert "hunter2" not in one("secret", {"secret": "hunter2"})


def test_bounds_and_states_reach_the_control():
    html = one("figure", {"figure": "99"})

    assert 'min="0"' in html
    assert 'max="13"' in html
    assert 'aria-invalid="true"' in html


def test_an_event_handler_in_a_widget_is_dropped():
    form = Everything()
    form.fields["line"].widget.attrs = {"onclick": "x()", "style": "y", "data-x": "1", "readonly": True}

    html = said("{% field form.line %}", form=form)

    assert 'data-x="1" readonly' in html
    assert Checked(html).faults == []


def test_a_hidden_field_has_no_label():
    assert "<label" not in one("token")


def test_a_width_is_a_number_of_characters_or_a_part():
    assert "govuk-input--width-5" in one("line", more=" width=5")
    assert "govuk-!-width-one-half" in one("line", more=' width="one-half"')


@pytest.mark.parametrize("name", ["one", "radios", "boxes", "agreed"])
def test_an_answer_may_reveal_fields_of_the_same_form(name):
    html = (
        one(name, more=' reveals="4:line,figure"') if name == "one" else one(name, more=' reveals="3:line"')
    )

    assert f'data-reveals="{name}=' in html
    assert 'name="line"' in html


def test_the_summary_names_the_field_when_the_words_do_not():
    class Small(forms.Form):
        name = forms.CharField(label="Family name")
        why = forms.CharField(label="Reason", error_messages={"required": "Say why."})

    html = said("{% error_summary form %}", form=Small({}))

    assert "Family name – This field is required." in html
    assert ">Say why.<" in html


def test_radios_in_a_row_reveal_under_the_row():
    html = one("radios", more=' inline=True reveals="1:line"')

    assert html.index('value="4"') < html.index("data-reveals")
