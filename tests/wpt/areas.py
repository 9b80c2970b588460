"""The parts of the suite that are run, and what each needs."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Final

from .expectations import Expectations
from .suite import Checkout, Found

EXPECTATIONS: Final = Path(__file__).parent / "expectations"


@dataclass(frozen=True)
class Area:
    """A directory of the suite.

    Attributes:
        name: the directory, as the table shows it.
        paths: glob patterns of directories and files, for the names that it has had.
        server: its tests talk to the suite's own server.
    """

    name: str
    paths: tuple[str, ...]
    server: bool = False

    @property
    def file(self) -> Path:
        """Where its expectations are."""
        return EXPECTATIONS / f"{self.name.replace('/', '-')}.json"

    def expectations(self) -> Expectations:
        return Expectations.load(self.file)

    def find(self, checkout: Checkout) -> Found:
        found = Found()
        for pattern in self.paths:
            for path in sorted(checkout.root.glob(pattern)):
                part = checkout.find(path.relative_to(checkout.root).as_posix())
                found.cases += part.cases
                found.left_out |= part.left_out
        return found


def _area(name: str, *others: str, server: bool = False) -> Area:
    return Area(name, (name, *others), server)


AREAS: Final = (
    _area("url"),
    _area("urlpattern"),
    _area("encoding"),
    _area("streams"),
    _area("FileAPI", server=True),
    _area("xhr/formdata", "xhr/formdata*.htm", "xhr/formdata*.html", "xhr/FormData*.html"),
    _area("dom/abort"),
    _area("dom/events"),
    _area("compression"),
    _area("console"),
    _area("WebCryptoAPI"),
    _area("hr-time"),
    _area("user-timing"),
    _area("performance-timeline"),
    _area("mimesniff"),
    _area("html/webappapis/atob"),
    _area("html/webappapis/timers"),
    _area("html/webappapis/microtask-queuing"),
    _area(
        "html/webappapis/structured-clone",
        "html/infrastructure/safe-passing-of-structured-data",
    ),
    _area("webidl", "WebIDL"),
    _area("wasm/jsapi"),
    _area("wasm/webapi", server=True),
    _area("fs", "file-system-access"),
    _area("fetch/api/headers", server=True),
    _area("fetch/api/request", server=True),
    _area("fetch/api/response", server=True),
    _area("fetch/api/body", server=True),
    _area("fetch/api/basic", server=True),
    _area("fetch/api/abort", server=True),
    _area("fetch/api/redirect", server=True),
    _area("eventsource", server=True),
    _area("websockets", server=True),
)
