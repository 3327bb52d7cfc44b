"""Nothing on a page stays in English for a French reader."""

import polib
import pytest

from tools.check import translations


@pytest.mark.parametrize("module", translations.modules(), ids=lambda folder: folder.name)
def test_every_string_has_its_french(module, tmp_path):
    committed = module / translations.CATALOGUE
    fresh = translations.extracted(module, tmp_path) if translations.has_gettext() else None
    source = fresh or (committed if committed.exists() else None)

    assert committed.exists() or not fresh, f"{len(polib.pofile(str(fresh)))} strings and no catalogue"
    assert not source or list(translations.problems_in(source)) == []


class TestProblems:
    def found(self, tmp_path, **entry):
        catalogue = polib.POFile()
        catalogue.append(polib.POEntry(**entry))
        catalogue.save(str(tmp_path / "django.po"))
        return list(translations.problems_in(tmp_path / "django.po"))

    def test_a_good_translation_has_none(self, tmp_path):
        assert not self.found(tmp_path, msgid="Why?", msgstr="Pourquoi\u202f?")

    @pytest.mark.parametrize(
        ("entry", "said"),
        [
            ({"msgid": "Case", "msgstr": ""}, "not translated"),
            ({"msgid": "Case", "msgstr": "Dossier", "flags": ["fuzzy"]}, "fuzzy"),
            (
                {"msgid": "a", "msgid_plural": "b", "msgstr_plural": {0: "x", 1: ""}},
                "not translated",
            ),
            ({"msgid": "%(n)s days", "msgstr": "des jours"}, "lost placeholder %(n)s"),
            ({"msgid": "days", "msgstr": "%(n)s jours"}, "unknown placeholder %(n)s"),
            ({"msgid": "Why?", "msgstr": "Pourquoi ?"}, "ordinary space"),
            ({"msgid": "“yes”", "msgstr": "« oui »"}, "ordinary space"),
        ],
    )
    def test_each_is_named(self, tmp_path, entry, said):
        (problem,) = self.found(tmp_path, **entry)

        assert said in problem
