"""Snapshot files, in Jest's format, and inline snapshots, which are in the source."""

from __future__ import annotations

import contextlib
import os
import re
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Final, Literal

from atoll.test_environment._results import TestError
from atoll.test_environment._stack import frames_of

if TYPE_CHECKING:
    from atoll.test_environment._recorder import Recorder
    from atoll.test_environment._results import TestResults

_JEST: Final = "// Jest Snapshot v1, https://jestjs.io/docs/snapshot-testing"
_VITEST: Final = "// Vitest Snapshot v1, https://vitest.dev/guide/snapshot.html"
_ENTRY: Final = re.compile(
    r"^exports\[`((?:[^`\\]|\\.)*)`\] = `((?:[^`\\]|\\.)*)`;$", re.MULTILINE | re.DOTALL
)
_ESCAPED: Final = re.compile(r"\\(.)", re.DOTALL)
_SPECIAL: Final = re.compile(r"`|\\|\$\{")
_DIGITS: Final = re.compile(r"(\d+)")


def _quoted(text: str) -> str:
    return "`" + _SPECIAL.sub(lambda found: "\\" + found[0], text) + "`"


def _natural(key: str) -> list[tuple[int, int | str]]:
    """As people sort: `case 9` before `case 10`."""
    return [(0, int(part)) if part.isdigit() else (1, part) for part in _DIGITS.split(key) if part]


class SnapshotFile:
    """The snapshots of one test file.

    Attributes:
        stored: text by key.
        separator: what stands between the titles of suites and test in a key.
    """

    def __init__(self, path: Path | None) -> None:
        self._path = path
        self.stored: dict[str, str] = {}
        self.separator = " "
        self._unreadable: str | None = None
        if path is not None:
            try:
                text = path.read_text("utf-8").replace("\r\n", "\n")
            except (FileNotFoundError, NotADirectoryError):
                return
            except (OSError, UnicodeDecodeError) as error:
                self._unreadable = f"the snapshots in {path} cannot be read: {error}"
                return
            if text.startswith("// Vitest"):
                self.separator = " > "
            self.stored = {
                _ESCAPED.sub(r"\1", key): _ESCAPED.sub(r"\1", value)
                for key, value in _ENTRY.findall(text)
            }

    def conclude(
        self,
        recorder: Recorder,
        results: TestResults,
        update: Literal["new", "all", "none"],
        *,
        whole: bool,
    ) -> None:
        """Count what the run did with snapshots, and write what it asked for.

        Args:
            recorder: the guest's messages.
            results: of the run; its ``snapshots`` are filled in.
            update: what may be written.
            whole: whether every test ran, so that snapshots nobody asked for are obsolete.
        """
        summary = results.snapshots
        changed: dict[str, str] = {}
        seen: set[str] = set()
        for kind, key, text in recorder.snapshots:
            if kind == "used":
                summary.matched += 1
                seen.add(key)
            elif kind in ("added", "updated") and update != "none":
                if kind == "added":
                    summary.added += 1
                else:
                    summary.updated += 1
                changed[key] = text
                seen.add(key)
            elif kind.startswith("inline ") and update != "none":
                if kind == "inline added":
                    summary.added += 1
                else:
                    summary.updated += 1
        if any(kind.startswith("inline ") for kind, _, _ in recorder.snapshots):
            source = recorder.sources.get(results.filename, "")
            results.rewritten = rewrite_inline(source, results.filename, recorder.snapshots)
        complete = whole and results.ended is None and not results.errors
        ran = [test for test in recorder.root.walk() if test.status in ("skipped", "todo")]
        if complete and not ran:
            summary.obsolete = sorted(set(self.stored) - seen, key=_natural)
        remaining = dict(self.stored)
        if update == "all":
            for key in summary.obsolete:
                del remaining[key]
            summary.removed = len(summary.obsolete)
            summary.obsolete = []
        if self._unreadable is not None:
            summary.error = self._unreadable
            results.errors.append(TestError("", summary.error))
        elif self._path is not None and (changed or summary.removed):
            try:
                self._write(self._path, {**remaining, **changed})
            except OSError as error:
                reason = (error.strerror or str(error)).lower()
                summary.error = f"the snapshots cannot be written to {self._path}: {reason}"
                self._blame(recorder, results, set(changed), summary.error)

    def _write(self, path: Path, entries: dict[str, str]) -> None:
        if not entries:
            path.unlink(missing_ok=True)
            return
        path.parent.mkdir(parents=True, exist_ok=True)
        body = "\n".join(
            f"\nexports[{_quoted(key)}] = {_quoted(entries[key])};"
            for key in sorted(entries, key=_natural)
        )
        write_whole(path, f"{_JEST if self.separator == ' ' else _VITEST}\n{body}\n")

    def _blame(
        self, recorder: Recorder, results: TestResults, keys: set[str], message: str
    ) -> None:
        """Fail the tests whose snapshots could not be written."""
        blamed = False
        for test in recorder.root.walk():
            name = self.separator.join(test.path)
            numbered = (
                key.rpartition(" ")[0] == name or key.startswith(f"{name}: ") for key in keys
            )
            if any(numbered):
                test.status = "failed"
                test.errors.append(TestError("", message))
                blamed = True
        if not blamed:
            results.errors.append(TestError("", message))


def write_whole(path: Path, text: str) -> None:
    """Replace a file at once, so that nobody finds half of it.

    Raises:
        OSError: it cannot be written.
    """
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    try:
        with os.fdopen(handle, "w", encoding="utf-8", newline="\n") as file:
            file.write(text)
        mode = path.stat().st_mode & 0o777 if path.exists() else 0o644
        os.chmod(name, mode)  # noqa: PTH101 - a name, not a path
        os.replace(name, path)  # noqa: PTH105
    except BaseException:
        with contextlib.suppress(OSError):
            os.unlink(name)  # noqa: PTH108
        raise


# Inline snapshots


def rewrite_inline(source: str, filename: str, recorded: list[tuple[str, str, str]]) -> str:
    """The source with the inline snapshots that a run has made.

    Args:
        source: text of the test file.
        filename: as stack traces show it.
        recorded: what the guest said of snapshots: kind, stack, text.
    """
    edits: dict[int, tuple[int, str]] = {}
    starts = _line_starts(source)
    for kind, stack, text in recorded:
        if kind not in ("inline added", "inline updated"):
            continue
        place = next((frame for frame in frames_of(stack) if frame.filename == filename), None)
        if place is None or not 1 <= place.line <= len(starts):
            continue
        found = _arguments(source, starts[place.line - 1] + place.column - 1)
        if found is None:
            continue
        start, end, separator = found
        edits[start] = (
            end,
            separator + _indented(text, _indentation(source, starts[place.line - 1])),
        )
    for start in sorted(edits, reverse=True):
        end, text = edits[start]
        source = source[:start] + text + source[end:]
    return source


def _line_starts(source: str) -> list[int]:
    return [0, *(found.end() for found in re.finditer(r"\r\n|[\n\r\u2028\u2029]", source))]


def _indentation(source: str, start: int) -> str:
    found = re.compile(r"[ \t]*").match(source, start)
    return found[0] if found else ""


def _indented(text: str, indentation: str) -> str:
    quoted = _quoted(text)
    if "\n" not in text:
        return quoted
    lines = quoted.split("\n")
    inner = [f"{indentation}  {line}" if line else "" for line in lines[1:-1]]
    return "\n".join([lines[0], *inner, indentation + lines[-1]])


_MATCHER: Final = re.compile(r"(?:toMatchInlineSnapshot|toThrowErrorMatchingInlineSnapshot)\s*\(")


def _arguments(source: str, at: int) -> tuple[int, int, str] | None:
    """Where the snapshot of a call is, or belongs: start, end, and what goes before it."""
    call = _MATCHER.search(source, max(0, at))
    if call is None or call.start() - at > 200:
        return None
    position = _skip_space(source, call.end())
    separator = ""
    if position < len(source) and source[position] == "{":
        position = _skip_space(source, _skip_balanced(source, position))
        if position < len(source) and source[position] == ",":
            position = _skip_space(source, position + 1)
        else:
            separator = ", "
    if position >= len(source):
        return None
    if source[position] == ")":
        return position, position, separator
    if source[position] in "`'\"":
        return position, _skip_string(source, position), separator
    return None


def _skip_space(source: str, at: int) -> int:
    while at < len(source) and source[at].isspace():
        at += 1
    return at


def _skip_string(source: str, at: int) -> int:
    quote = source[at]
    at += 1
    while at < len(source) and source[at] != quote:
        at += 2 if source[at] == "\\" else 1
    return at + 1


def _skip_balanced(source: str, at: int) -> int:
    depth = 0
    while at < len(source):
        character = source[at]
        if character in "`'\"":
            at = _skip_string(source, at)
            continue
        depth += (character in "{[(") - (character in "}])")
        at += 1
        if depth == 0:
            break
    return at
