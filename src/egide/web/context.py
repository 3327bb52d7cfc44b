"""What every page's layout needs. Everything is worked out when the template asks, so that an error page,
or a page that shows no navigation, costs no query."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.urls import NoReverseMatch, reverse
from django.utils.functional import cached_property
from django.utils.translation import get_language

from egide.common import navigation

#: Addresses other modules may provide, tried in this order; a link whose address nobody provides is not shown.
SEARCH = ("cases:search",)
#: Whoever has this list may search it.
SEARCHED = "cases:caseload"
CHANGE_HAT = ("partners:acting-for", "partners:acting_for", "partners:hats", "partners:switch")
MY_ACCESS = (
    "partners:my-access",
    "sharing:my-access",
    "ledger:my-access",
    "cases:my-access",
    "partners:my_access",
)
MY_ACCOUNT = ("partners:account", "mfa_index")
SIGN_OUT = ("account_logout",)
SIGN_IN = ("account_login",)

#: `g` then this letter goes to the page: the same letters in every language, so that a hand keeps its habits.
KEYS = {
    "cases:my-day": "d",
    "cases:triage": "r",
    "cases:caseload": "c",
    "cases:conferences": "m",
    "cases:received": "s",
    "cases:refer": "n",
    "partners:administration": "a",
}

#: Each language is named in itself: a reader looks for their own.
OWN_NAMES = {"en": ("EN", "English"), "fr": ("FR", "Français"), "ar": ("AR", "العربية")}


@dataclass(frozen=True)
class Entry:
    """One entry of the service navigation, ready to draw."""

    text: str
    href: str
    current: bool
    count: int
    key: str = ""


@dataclass(frozen=True)
class LanguageChoice:
    """One language of the switch: short and full name in that language, and whether it is the active one."""

    code: str
    short: str
    name: str
    current: bool


def address(*names: str) -> str:
    """Answer the first of these addresses that exists, empty when none does."""
    for name in names:
        try:
            return reverse(name)
        except NoReverseMatch:
            continue
    return ""


class Site:
    """The frame around a page, for one request."""

    def __init__(self, request: HttpRequest) -> None:
        self.request = request
        #: The navigation as it was last drawn on this page.
        self.entries: list[Entry] = []

    @property
    def fictional(self) -> bool:
        """Whether this deployment holds fictional data only."""
        return bool(getattr(settings, "EGIDE_FICTIONAL", False))

    @property
    def acting_for(self) -> Any:
        """The membership the person acts as, or None."""
        return getattr(self.request, "actor", None)

    @property
    def hats(self) -> list[Any]:
        """Every membership the person may choose."""
        return list(getattr(self.request, "hats", []))

    @cached_property
    def user(self) -> Any:
        """The signed-in account, or None."""
        user = getattr(self.request, "user", None)
        return user if user is not None and user.is_authenticated else None

    @property
    def user_name(self) -> str:
        """How the person is named in the header."""
        return str(getattr(self.user, "full_name", "") or self.user or "")

    @property
    def languages(self) -> list[LanguageChoice]:
        """The languages offered, in the order of the settings, French first for habit of the country's forms."""
        active = (get_language() or "en")[:2]
        return [
            LanguageChoice(code, *OWN_NAMES.get(code, (code.upper(), code)), current=code == active)
            for code, _name in sorted(settings.LANGUAGES, key=lambda pair: pair[0] != "fr")
        ]

    def nav(self, current: str = "") -> list[Entry]:
        """List the navigation entries for this actor.

        Args:
            current: address name of the section the page belongs to; guessed from the path when empty.
        """
        shown = [
            (item, href) for item in navigation.items_for(self.acting_for) if (href := address(item.url_name))
        ]
        here = self._section(current, shown)
        self.entries = [
            Entry(
                text=str(item.label),
                href=href,
                current=item.url_name == here,
                count=item.count(self.acting_for) if item.count else 0,
                key=KEYS.get(item.url_name, ""),
            )
            for item, href in shown
        ]
        return self.entries

    def _section(self, current: str, shown: Iterable[tuple[navigation.Item, str]]) -> str:
        """Answer the entry the page belongs to: the one named, the exact address, else the longest prefix."""
        if current:
            return current
        path, best, length = self.request.path, "", 1
        for item, href in shown:
            if href == path:
                return item.url_name
            if path.startswith(href) and len(href) > length:
                best, length = item.url_name, len(href)
        return best

    @property
    def search_url(self) -> str:
        """Where the header's search goes; empty when the person may not search."""
        return address(*SEARCH) if navigation.is_shown(SEARCHED, self.acting_for) else ""

    @property
    def change_hat_url(self) -> str:
        """Where one chooses for which agency to act; empty when there is no choice."""
        return address(*CHANGE_HAT) if len(getattr(self.request, "hats", ())) > 1 else ""

    @property
    def my_access_url(self) -> str:
        """Where a person reads what they may see, and what they have read."""
        return address(*MY_ACCESS) if self.user else ""

    @property
    def account_url(self) -> str:
        """The person's own sign-in settings."""
        return address(*MY_ACCOUNT)

    @property
    def sign_out_url(self) -> str:
        """Where the sign-out form posts."""
        return address(*SIGN_OUT)

    @property
    def sign_in_url(self) -> str:
        """Where one signs in."""
        return address(*SIGN_IN)

    @property
    def direction(self) -> str:
        """Reading direction of the active language."""
        return "rtl" if (get_language() or "en")[:2] in {"ar", "he", "fa", "ur"} else "ltr"


def page(request: HttpRequest) -> dict[str, Any]:
    """Context processor: `site`, with `fictional` and `acting_for` at hand.

    The layouts read it as `frame`: the sign-in library gives its own pages another `site`.
    """
    site = Site(request)
    return {"site": site, "frame": site, "fictional": site.fictional, "acting_for": site.acting_for}
