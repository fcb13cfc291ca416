"""What the page says of its own: errors with their status, and the language that a request asks for."""

from collections.abc import Mapping
from typing import Any

from sim.errors import SimError
from sim.language import LANGUAGES, Catalogue

COOKIE = "lang"


class PageError(SimError):
    """What cannot be done, in a text that is translated where it is shown, with the status of the answer."""

    def __init__(self, status: int, text: str, **values: Any) -> None:
        super().__init__(text.format(**values))
        self.status, self.text, self.values = status, text, values

    def said(self, t: Catalogue) -> str:
        """In a language."""
        return t(self.text, **self.values)


def language_of(query: Mapping[str, str], cookies: Mapping[str, str], accepted: str) -> str:
    """The language asked for by address or cookie, else the first of the browser's that there is, else English."""
    asked = (query.get("lang"), cookies.get(COOKIE))
    browsers = [part.split(";")[0].strip().lower() for part in accepted.split(",")]
    known = [*(one for one in asked if one in LANGUAGES), *(one[:2] for one in browsers if one[:2] in LANGUAGES)]
    return next((one for one in known if one), "en")
