"""Host functions that list directories, page by page."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any, Final

from atoll.fs._calls import Answer, Calls
from atoll.fs._errors import Failure
from atoll.fs._names import is_valid_name
from atoll.fs._open import Opened
from atoll.fs._protocol import Kind, Path

_PAGE: Final = 1000


class Listing:
    """A directory that is being listed."""

    def __init__(self, entries: Iterator[tuple[str, Kind]]) -> None:
        self._entries = entries

    def page(self) -> list[str | bool]:
        """Names, each with whether it is a directory; fewer than `_PAGE` only at the end."""
        page: list[str | bool] = []
        for name, kind in self._entries:
            if is_valid_name(name):
                page += (name, kind == "directory")
                if len(page) == 2 * _PAGE:
                    break
        return page

    def close(self) -> None:
        close = getattr(self._entries, "close", None)
        if close is not None:
            close()


class Listings:
    """Directories that are being listed."""

    def __init__(self, calls: Calls) -> None:
        self._calls = calls

    def functions(self) -> dict[str, Callable[..., Answer]]:
        """By the names that the guest half knows them by."""
        return {
            "list": self._list,
            "listMore": self._list_more,
            "listEnd": self._list_end,
        }

    def _list(self, path: object = None) -> Answer:
        """The first page of a directory: [number or 0, name, is directory, …]."""

        def work(names: Path) -> list[Any]:
            self._calls.opened.check_room()
            if self._calls.stat(names).kind != "directory":
                raise Failure("TypeMismatchError", "the entry is a file")
            listing = Listing(iter(self._calls.filesystem.scan(names)))
            page: list[Any] = []
            try:
                page = listing.page()
            finally:
                if len(page) < 2 * _PAGE:
                    listing.close()
            if len(page) < 2 * _PAGE:
                return [0, *page]
            opened = Opened(listing, "/".join(names), Listing.close)
            return [self._calls.opened.add(Listing, opened), *page]

        return self._calls.do("list", path, work)

    def _list_more(self, number: object = None) -> Answer:
        """The next page, in the same form."""

        def work() -> list[Any]:
            opened = self._calls.opened.find(Listing, number)
            with opened as listing:
                assert isinstance(listing, Listing)  # noqa: S101 - for the type checker
                page = listing.page()
            if page:
                return [number, *page]
            self._calls.opened.pop(Listing, number)
            opened.close()
            return [0]

        return self._calls.worker.do(work, None)

    def _list_end(self, number: object = None) -> Answer:
        return self._calls.close(Listing, number)
