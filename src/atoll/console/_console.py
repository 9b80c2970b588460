"""The host half of the console: from messages of the guest to the owner's callbacks.

The guest cuts entries and stops at the limits by itself, which keeps a flood off the pipe. Its
process may be an attacker's all the same, so everything is checked and counted once more here, and
nothing is kept but a bounded number of counters and timers.
"""

from __future__ import annotations

import inspect
import logging
import math
import time
from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, Final, Literal, TypeGuard

from atoll.console._entry import LEVELS, Entry, Kind, Level
from atoll.console._table import Table
from atoll.core.capability import BundledCapability, joined
from atoll.errors import JSError
from atoll.limits import KiB, MiB

if TYPE_CHECKING:
    from atoll.core.reference import Reference
    from atoll.sync import Reference as BlockingReference

_logger: Final = logging.getLogger("atoll.console")
_PARTS: Final = ("inspect.js", "snapshot.js", "table.js", "guest.js")
_UNLIMITED: Final = 2**53 - 1
_LABELS: Final = 1000
"""Counters, and timers, that the handle knows of; the guest may have any number."""
_LONGEST_LABEL: Final = 1100
_SCALARS: Final = frozenset({bool, float, type(None)})
_PRINTED: Final = frozenset(
    {"assert", "debug", "dir", "dirxml", "error", "info", "log", "warn", "warning"}
)

Callback = Callable[..., object]


class Console(BundledCapability):
    """``console`` for the guest: ``await isolate.install(Console(TerminalRenderer()))``.

    Every method of the Console Standard. Entries reach the callbacks in order, before the answer to
    the host's call that printed them. A callback that raises is logged to ``atoll.console``, once,
    and changes nothing else. Callbacks are plain functions, called on the isolate's event loop or
    thread: one that takes long slows the guest down, as the pipe fills.

    One object belongs to one isolate.
    """

    package = "atoll.console"

    def __init__(
        self,
        on_entry: Callable[[Entry], object] | None = None,
        *,
        on_log: Callable[[Level, list[Any]], object] | None = None,
        on_time: Callable[[str, float], object] | None = None,
        on_time_log: Callable[[str, float, list[Any]], object] | None = None,
        on_count: Callable[[str, int], object] | None = None,
        on_count_reset: Callable[[str], object] | None = None,
        on_group: Callable[[list[Any], bool], object] | None = None,
        on_group_end: Callable[[], object] | None = None,
        on_clear: Callable[[], object] | None = None,
        on_assert: Callable[[list[Any]], object] | None = None,
        values: Literal["text", "marshal"] = "text",
        depth: int = 4,
        max_entries: int | None = 1_000_000,
        max_bytes: int | None = 256 * MiB,
        max_entry_bytes: int = 64 * KiB,
    ) -> None:
        """Describe a console; installing it defines ``console`` in the guest.

        Args:
            on_entry: called with every `Entry`: a renderer, for instance.
            on_log: called with a level and the arguments of what is logged: by ``log``, ``debug``,
                ``info``, ``warn``, ``error``, ``trace``, ``dir``, ``dirxml``, ``table``, and by
                the console itself, as a warning.
            on_time: called with the label and the milliseconds of a timer that has ended.
            on_time_log: called with those of a running one, and the arguments of ``timeLog``.
            on_count: called with a label and its count.
            on_count_reset: called with a label.
            on_group: called with the arguments, and whether the group starts collapsed.
            on_group_end: called when a group ends.
            on_clear: called for ``clear``.
            on_assert: called with the arguments of an assertion that has failed.
            values: ``"text"`` delivers arguments as text, strings as they are; ``"marshal"`` as
                copies, and those that cannot cross as text. Neither runs getters or proxies.
            depth: nesting of containers that text shows.
            max_entries: entries after which nothing more is delivered but one notice (kind
                ``"dropped"``, or a warning to `on_log`), until `ConsoleHandle.reset`.
            max_bytes: the same for bytes of all entries.
            max_entry_bytes: what one entry is cut to, roughly.
        """
        self._callbacks: dict[str, Callback | None] = {
            "on_entry": on_entry,
            "on_log": on_log,
            "on_time": on_time,
            "on_time_log": on_time_log,
            "on_count": on_count,
            "on_count_reset": on_count_reset,
            "on_group": on_group,
            "on_group_end": on_group_end,
            "on_clear": on_clear,
            "on_assert": on_assert,
        }
        for name, callback in self._callbacks.items():
            if callback is not None and not callable(callback):
                raise TypeError(f"{name} must be callable, not {callback!r}")
            if inspect.iscoroutinefunction(callback):
                raise TypeError(f"{name} must be a plain function: nothing awaits it")
        if values not in ("text", "marshal"):
            raise ValueError(f"values must be 'text' or 'marshal', not {values!r}")
        for name, number in (
            ("depth", depth),
            ("max_entries", max_entries),
            ("max_bytes", max_bytes),
            ("max_entry_bytes", max_entry_bytes),
        ):
            if number is not None and (type(number) is not int or number < 1):
                raise ValueError(f"{name} must be a positive integer, not {number!r}")
        self._values = values
        self._depth = min(depth, 50)
        self._max_entries = max_entries or _UNLIMITED
        self._max_bytes = max_bytes or _UNLIMITED
        self._max_entry_bytes = max_entry_bytes
        # What a correct guest may send: its characters are three bytes at most, and cuts are told.
        self._largest = 4 * max_entry_bytes + 16 * KiB
        self._installed = False
        self._has_failed = False
        self._clear_state()

    def _clear_state(self) -> None:
        self._entries_left = self._max_entries
        self._bytes_left = self._max_bytes
        self._is_dropping = False
        self._group_depth = 0
        self._counters: dict[str, int] = {}
        self._timers: dict[str, float] = {}

    # The capability

    @property
    def guest_source(self) -> str:
        """Text of the guest half."""
        return joined("atoll.console", _PARTS)

    def options(self) -> dict[str, Any]:
        """Options for the guest half."""
        if self._installed:
            raise RuntimeError("a Console belongs to one isolate; make another one")
        self._installed = True
        return {
            "marshal": self._values == "marshal",
            "depth": self._depth,
            "maxEntries": self._max_entries,
            "maxBytes": self._max_bytes,
            "maxEntryBytes": self._max_entry_bytes,
            "printed": self._printed,
            "traced": self._traced,
            "tabled": self._tabled,
            "grouped": self._grouped,
            "groupEnded": self._group_ended,
            "counted": self._counted,
            "countReset": self._count_reset,
            "timerStarted": self._timer_started,
            "timed": self._timed,
            "cleared": self._cleared,
            "dropped": self._dropped,
            "wasReset": self._was_reset,
        }

    def connected(self, guest: Reference) -> ConsoleHandle:
        """The handle, for asyncio."""
        return ConsoleHandle(self, guest)

    def connected_blocking(self, guest: BlockingReference) -> BlockingConsoleHandle:
        """The handle, for `atoll.sync`."""
        return BlockingConsoleHandle(self, guest)

    # Messages of the guest, of which nothing is certain but that they were marshalled

    def _printed(self, kind: object = None, styles: object = None, *args: Any) -> None:
        if type(kind) is not str or kind not in _PRINTED or not self._admit(args):
            return
        level = LEVELS[kind]
        shown = list(args)
        if kind == "assert":
            self._call("on_assert", shown)
        elif self._callbacks["on_log"] is not None:
            self._call("on_log", level, shown)
        if self._callbacks["on_entry"] is not None:
            entry = Entry(
                kind=kind,  # type: ignore[arg-type]
                level=level,
                args=shown,
                group_depth=self._group_depth,
                time=time.time(),
            )
            if styles is not None:
                entry.styles = _styles(styles, args)
            self._call("on_entry", entry)

    def _traced(self, stack: object = None, styles: object = None, *args: Any) -> None:
        if type(stack) is not str or not self._admit((stack, *args)):
            return
        shown = list(args)
        self._call("on_log", "log", shown)
        self._enter("trace", shown, styles=_styles(styles, args, len("Trace: ")), stack=stack)

    def _tabled(self, columns: object = None, rows: object = None, *data: Any) -> None:
        table = _table(columns, rows)
        if table is None or not self._admit((columns, rows, *data)):
            return
        shown = list(data) if self._values == "marshal" else [table.draw()]
        self._call("on_log", "log", shown)
        self._enter("table", shown, table=table)

    def _grouped(self, collapsed: object = None, styles: object = None, *args: Any) -> None:
        if not self._admit(args):
            return
        shown = list(args)
        self._call("on_group", shown, collapsed is True)
        kind: Kind = "groupCollapsed" if collapsed is True else "group"
        self._enter(kind, shown, styles=_styles(styles, args))
        self._group_depth += 1

    def _group_ended(self, *_: Any) -> None:
        if self._group_depth == 0 or not self._admit(()):
            return
        self._group_depth -= 1
        self._call("on_group_end")
        self._enter("groupEnd", [])

    def _counted(self, label: object = None, n: object = None, *_: Any) -> None:
        if not _is_label(label) or type(n) is not int or not self._admit((label,)):
            return
        if label in self._counters or len(self._counters) < _LABELS:
            self._counters[label] = n
        self._call("on_count", label, n)
        self._enter("count", [f"{label}: {n}"], label=label, count=n)

    def _count_reset(self, label: object = None, *_: Any) -> None:
        if not _is_label(label) or not self._admit((label,)):
            return
        if label in self._counters:
            self._counters[label] = 0
        self._call("on_count_reset", label)
        self._enter("countReset", [], label=label, count=0)

    def _timer_started(self, label: object = None, *_: Any) -> None:
        if _is_label(label) and self._admit((label,)) and len(self._timers) < _LABELS:
            self._timers[label] = time.monotonic()

    def _timed(
        self, label: object = None, ms: object = None, is_end: object = None, *args: Any
    ) -> None:
        if not _is_label(label) or not _is_number(ms) or not self._admit((label, *args)):
            return
        took = float(ms)
        shown = list(args)
        if is_end is True:
            self._timers.pop(label, None)
            self._call("on_time", label, took)
        else:
            self._call("on_time_log", label, took, shown)
        text = f"{label}: {took:.10g} ms"
        kind: Kind = "timeEnd" if is_end is True else "timeLog"
        self._enter(kind, [text, *shown], label=label, ms=took)

    def _cleared(self, *_: Any) -> None:
        if self._admit(()):
            self._group_depth = 0
            self._call("on_clear")
            self._enter("clear", [])

    def _dropped(self, *_: Any) -> None:
        """Tell that from now on entries are dropped. Says so once."""
        if self._is_dropping:
            return
        self._is_dropping = True
        which = "max_bytes" if self._entries_left > 0 else "max_entries"
        text = f"The console's limit has been reached ({which}); further entries are dropped."
        self._call("on_log", "warn", [text])
        self._enter("dropped", [text])

    def _was_reset(self, *_: Any) -> None:
        self._clear_state()

    # Delivery

    def _admit(self, values: Sequence[Any]) -> bool:
        """Count an entry; False when it is to be dropped."""
        if self._entries_left <= 0 or self._bytes_left <= 0:
            self._dropped()
            return False
        size = _size(values, self._largest)
        self._entries_left -= 1
        self._bytes_left -= size
        return size <= self._largest

    def _enter(
        self,
        kind: Kind,
        args: list[Any],
        *,
        label: str | None = None,
        count: int | None = None,
        ms: float | None = None,
        styles: tuple[tuple[int, str], ...] = (),
        stack: str | None = None,
        table: Table | None = None,
    ) -> None:
        if self._callbacks["on_entry"] is None:
            return
        entry = Entry(
            kind=kind,
            level=LEVELS[kind],
            args=args,
            group_depth=self._group_depth,
            time=time.time(),
            label=label,
            count=count,
            ms=ms,
            styles=styles,
            stack=stack,
            table=table,
        )
        self._call("on_entry", entry)

    def _call(self, name: str, *args: object) -> None:
        callback = self._callbacks[name]
        if callback is None:
            return
        try:
            callback(*args)
        except Exception:
            if not self._has_failed:
                self._has_failed = True
                _logger.exception("%s of a Console raised; this is not logged again", name)


class _Handle:
    """What the handles of both APIs share."""

    def __init__(self, console: Console) -> None:
        self._console = console

    @property
    def group_depth(self) -> int:
        """How many groups are open."""
        return self._console._group_depth

    @property
    def counters(self) -> Mapping[str, int]:
        """The counters that the guest has used, with their values: the first 1000."""
        return dict(self._console._counters)

    @property
    def timers(self) -> Mapping[str, float]:
        """The timers that run, with the milliseconds since each began: 1000 at most."""
        now = time.monotonic()
        return {label: (now - at) * 1000 for label, at in self._console._timers.items()}


class ConsoleHandle(_Handle):
    """The owner's handle to a console."""

    def __init__(self, console: Console, guest: Reference) -> None:
        super().__init__(console)
        self._guest = guest

    async def reset(self) -> None:
        """Forget counters, timers, groups, and what counts against the limits."""
        await self._guest.call_method("reset")


class BlockingConsoleHandle(_Handle):
    """The owner's handle to a console of `atoll.sync`."""

    def __init__(self, console: Console, guest: BlockingReference) -> None:
        super().__init__(console)
        self._guest = guest

    def reset(self) -> None:
        """Forget counters, timers, groups, and what counts against the limits."""
        self._guest.call_method("reset")


def _is_label(value: object) -> TypeGuard[str]:
    return type(value) is str and len(value) <= _LONGEST_LABEL


def _is_number(value: object) -> TypeGuard[int | float]:
    if type(value) is int:
        return abs(value) < 2**53
    return type(value) is float and math.isfinite(value)


def _styles(styles: object, args: Sequence[Any], start: int = 0) -> tuple[tuple[int, str], ...]:
    """Offset and CSS of each style; the guest counts in UTF-16 code units."""
    if type(styles) is not list or not args or type(args[0]) is not str:
        return ()
    text = args[0]
    units = None if text.isascii() else text.encode("utf-16-le", "surrogatepass")
    found, last = [], 0
    for place, css in zip(styles[0:200:2], styles[1:200:2], strict=False):
        if type(place) is not int or type(css) is not str or place < last or len(css) > 1000:
            return ()
        last = place
        if units is None:
            offset = min(place, len(text))
        else:
            offset = len(units[: 2 * place].decode("utf-16-le", "ignore"))
        found.append((start + offset, css))
    return tuple(found)


def _table(columns: object, rows: object) -> Table | None:
    if type(columns) is not list or type(rows) is not list or not columns:
        return None
    cells = [columns, *rows]
    for line in cells:
        if type(line) is not list or len(line) != len(columns):
            return None
        if not all(type(cell) is str for cell in line):
            return None
    return Table(tuple(columns), tuple(map(tuple, rows)))


def _size(values: Sequence[Any], limit: int) -> int:
    """About how many bytes values have, or more than `limit`."""
    size = 16
    rest: list[Any] = []
    for value in values:
        if type(value) is str:
            size += len(value) if value.isascii() else 3 * len(value)
        else:
            rest.append(value)
    return _nested_size(rest, size, limit) if rest else size


def _nested_size(rest: list[Any], size: int, limit: int) -> int:
    seen: set[int] = set()
    while rest and size <= limit:
        value = rest.pop()
        kind = type(value)
        size += 8
        if kind is str:
            size += len(value)
        elif kind is int:
            size += value.bit_length() >> 3
        elif kind not in _SCALARS and id(value) not in seen:
            seen.add(id(value))
            if kind is dict:
                # Most of what is logged: objects of a few simple fields.
                for key, item in value.items():
                    size += len(key) + 16
                    if type(item) is str:
                        size += len(item)
                    elif type(item) is int:
                        size += item.bit_length() >> 3
                    elif type(item) not in _SCALARS:
                        rest.append(item)
            else:
                size += _open(value, rest)
    return size


def _open(value: Any, rest: list[Any]) -> int:
    """Have the parts of a value counted; returns what it has beside them."""
    if isinstance(value, list | tuple | set):
        rest += value
    elif isinstance(value, dict):  # a Map, whose keys are anything
        rest += value
        rest += value.values()
    elif isinstance(value, bytes | memoryview):
        return memoryview(value).nbytes
    elif isinstance(value, JSError):
        rest += (value.name, value.message, value.js_stack, value.__cause__, value.errors)
        rest += value.properties.values()
    return 0
