"""What a quota allows, and what of it is used."""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Iterator
from typing import Final

from atoll.fs._protocol import QuotaExceeded, Usage

_UNLIMITED: Final = 2**63


class Ledger:
    """Counts bytes and entries against their limits. May be used from any thread."""

    def __init__(self, max_bytes: int | None, max_entries: int | None) -> None:
        """Begin with nothing used.

        Args:
            max_bytes: ``None`` for no limit.
            max_entries: ``None`` for no limit.
        """
        for name, limit in (("max_bytes", max_bytes), ("max_entries", max_entries)):
            if limit is not None and (type(limit) is not int or limit < 0):
                raise ValueError(f"{name} must be a number from 0 on or None, not {limit!r}")
        self._lock = threading.Lock()
        self._max_bytes = max_bytes
        self._max_entries = max_entries
        self._bytes = 0
        self._entries = 0

    def take(self, bytes: int = 0, entries: int = 0) -> None:  # noqa: A002
        """Use more, or give back: amounts may be negative.

        Raises:
            QuotaExceeded: there is not so much left; nothing was taken.
        """
        with self._lock:
            new_bytes, new_entries = self._bytes + bytes, self._entries + entries
            if bytes > 0 and new_bytes > (
                _UNLIMITED if self._max_bytes is None else self._max_bytes
            ):
                raise QuotaExceeded(f"the quota of {self._max_bytes} bytes is used up")
            if entries > 0 and self._max_entries is not None and new_entries > self._max_entries:
                raise QuotaExceeded(f"the quota of {self._max_entries} entries is used up")
            self._bytes, self._entries = max(0, new_bytes), max(0, new_entries)

    def add(self, bytes: int, entries: int) -> None:  # noqa: A002
        """Count what is there, even if that is more than there may be."""
        with self._lock:
            self._bytes += bytes
            self._entries += entries

    @contextlib.contextmanager
    def taken(self, bytes: int = 0, entries: int = 0) -> Iterator[None]:  # noqa: A002
        """Use more, unless what is done with it fails."""
        self.take(bytes, entries)
        try:
            yield
        except BaseException:
            self.take(-bytes, -entries)
            raise

    def usage(self) -> Usage:
        """What is used."""
        with self._lock:
            return Usage(self._bytes, self._entries, self._max_bytes, self._max_entries)
