"""Walking the pages as people do: each signs in once, and goes on by what is written on the page."""

import re

from django.utils.translation import gettext, override

#: What sticks out on the right, if the page scrolls sideways.
TOO_WIDE = """() => {
  const width = document.documentElement.clientWidth;
  if (document.documentElement.scrollWidth <= width) return [];
  return [...document.querySelectorAll("body *")].filter(e => e.getBoundingClientRect().right > width + 1)
    .slice(0, 6).map(e => e.outerHTML.slice(0, 120));
}"""
#: Words that say a sentence is in the other language; what is typed in a walk is in its own.
FOREIGN = {
    "fr": re.compile(r"\b(the|and|with|what|this|your|have|their|nobody|from)\b"),
    "en": re.compile(r"\b(les|des|et|vous|pour|dans|avec|votre|est|une|qui|que)\b"),
}
PASSWORD = "walks-through-it-all"


class Walker:
    """One person in their own browser. Presses go by the words seen; `look` is asked of each page that comes."""

    def __init__(self, page, language, check, avoids=None):
        self.page, self.language, self.check, self.avoids = page, language, check, avoids

    def say(self, words, **values):
        """Answer a sentence of the pages in the reader's language."""
        with override(self.language):
            said = gettext(words)
        is_known = self.language == "en" or " " not in words or said != words
        assert is_known, f"no sentence of the pages: {words}"
        return said % values if values else said

    def sign_in(self, member):
        """Sign in by the form: the only address typed is that of the site."""
        self.page.goto("/")
        self.check(self.page)
        self.page.locator("[name=login]").fill(member.account.username)
        self.page.locator("[name=password]").fill(PASSWORD)
        with self.page.expect_navigation():
            self.page.locator("[name=password]").press("Enter")
        self.look()
        return self

    def place(self, words, within="main", **values):
        """Find what is pressed: a link or a button that begins with these words, as they are seen."""
        begins = rf"^\s*{_loosely(self.say(words, **values))}(\s|$)"
        seen = self.page.locator(within).locator("a, button").filter(has_text=re.compile(begins))
        return seen.locator("visible=true").first

    def press(self, words, within="main", **values):
        """Press what leads to another page, and look at it."""
        self.go(lambda: self.place(words, within, **values).click())

    def menu(self, words):
        """Go by the service navigation."""
        self.press(words, within="nav.nav")

    def go(self, pressed):
        with self.page.expect_navigation():
            pressed()
        self.look()

    def follow(self, words):
        """Follow a line of a list by what it says: a name, a reference, a task."""
        self.go(lambda: self.page.locator("main a").filter(has_text=words).first.click())

    def look(self):
        errors = self.page.locator(".error-summary")
        assert errors.count() == 0, errors.inner_text()
        assert self.page.locator("h1").count() == 1, self.page.url
        text = self.page.inner_text("main")
        foreign = FOREIGN[self.language].search(text)
        assert not foreign, (self.page.url, _around(foreign, text))
        # A tool keeps its own words, whoever it is used about.
        untrue = self.avoids and "/assess" not in self.page.url and self.avoids.search(text)
        assert not untrue, (self.page.url, _around(untrue, text))
        self.check(self.page)

    def reads(self, words, **values):
        """Wait for a sentence of the pages, in the reader's language."""
        self.sees(self.say(words, **values))

    def sees(self, text):
        """Wait for a text of the page, as it stands."""
        expected = re.compile(_loosely(text))
        self.page.locator("main").get_by_text(expected).locator("visible=true").first.wait_for()

    def does_not_read(self, words):
        assert words not in self.page.inner_text("main")

    def fill(self, **values):
        """Fill fields by their names: type in boxes, tick what is listed, choose in lists."""
        for name, value in values.items():
            box = self.page.locator(f'main [name="{name}"]')
            kind = box.first.evaluate("e => e.tagName == 'SELECT' ? 'select' : e.type")
            if kind in ("radio", "checkbox"):
                for one in value if isinstance(value, list) else [value]:
                    self.tick(
                        box if one is True else self.page.locator(f'main [name="{name}"][value="{one}"]')
                    )
            elif kind == "select":
                box.first.select_option(value)
            else:
                box.first.fill(value)

    def tick(self, box):
        """Tick by the label: it is what people press."""
        label = self.page.locator(f'main label[for="{box.first.get_attribute("id")}"]')
        (label if label.count() else box.first.locator("xpath=ancestor::label")).first.click()


def _around(found, text):
    return text[max(0, found.start() - 60) : found.end() + 60]


def _loosely(words):
    """Any white space for any other: French holds its punctuation by no-break ones."""
    return re.escape(words).replace(r"\ ", r"\s").replace("\u00a0", r"\s").replace("\u202f", r"\s")
