"""Words put together as each language sets them."""

import pytest
from django.template import Context, Template
from django.utils import translation


@pytest.mark.parametrize(("language", "said"), [("en", "Victim:"), ("fr", "Victim\u00a0:")])
def test_a_colon_is_set_apart_in_french_only(language, said):
    with translation.override(language):
        written = Template("{% load egide %}{{ role|colon }}").render(Context({"role": "Victim"}))

    assert written == said
