"""Coverage of the modules that tests import: lines, functions and branches.

Counters go into a module's source on its way in. V8 could count by itself, but only through its
inspector, whose engine side needs a permission and parts of Node that an isolate has good reasons
not to have. The parser is the one that the core has anyway (acorn), and runs in an isolate.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from importlib import resources
from types import TracebackType
from typing import TYPE_CHECKING, Any, Final, Self

from atoll.errors import AtollError
from atoll.limits import Limits

if TYPE_CHECKING:
    from atoll.sync import Isolate, Reference


_VLQ: Final = {
    digit: value
    for value, digit in enumerate(
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"
    )
}
_MOST_FUNCTION_NAME: Final = 200


@dataclass(slots=True)
class FileCoverage:
    """How often the parts of one file ran.

    Attributes:
        name: of the file, as stack traces show it.
        lines: count by line, for lines that a statement begins on.
        functions: name, line and count of each function.
        branches: line, number of the decision, number of its branch, and count.
    """

    name: str
    lines: dict[int, int] = field(default_factory=dict)
    functions: list[tuple[str, int, int]] = field(default_factory=list)
    branches: list[tuple[int, int, int, int]] = field(default_factory=list)

    @property
    def line_rate(self) -> float:
        """The part of the lines that ran, from 0 to 1."""
        return _rate(count > 0 for count in self.lines.values())

    @property
    def branch_rate(self) -> float:
        """The part of the branches that were taken, from 0 to 1."""
        return _rate(count > 0 for *_, count in self.branches)

    @property
    def function_rate(self) -> float:
        """The part of the functions that were called, from 0 to 1."""
        return _rate(count > 0 for *_, count in self.functions)

    @property
    def missing_lines(self) -> list[int]:
        """The lines that did not run."""
        return [line for line, count in sorted(self.lines.items()) if count == 0]


def _rate(ran: Iterator[bool]) -> float:
    all_of_it = list(ran)
    return sum(all_of_it) / len(all_of_it) if all_of_it else 1.0


@dataclass(slots=True)
class _Measured:
    """The places that counters stand for, and their sums over all runs."""

    name: str
    statements: list[int]
    functions: list[tuple[str, int]]
    branches: list[tuple[int, int, int]]
    s: list[int]
    f: list[int]
    b: list[int]


class Coverage:
    """Measures modules, over any number of runs and isolates.

    ::

        with Coverage() as coverage:
            modules = Modules().source_tree("src/", lambda path: coverage.instrument(...))
            ...
            results = await tests.run_test_module("sum.test.js", modules=…, coverage=coverage)
        print(coverage.lcov())

    It belongs to one thread at a time.
    """

    def __init__(self, *, limits: Limits | None = None) -> None:
        """Begin with nothing measured.

        Args:
            limits: of the isolate that parses. A source that exceeds them is not measured.
        """
        self._limits = limits
        self._measured: dict[str, _Measured] = {}
        self._done: dict[tuple[str, str], str] = {}
        self._isolate: Isolate | None = None
        self._guest: Reference | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._end_parser()

    def _end_parser(self) -> None:
        if self._isolate is not None:
            self._isolate.dispose()
            self._isolate = self._guest = None

    def instrument(self, name: str, code: str, source_map: str | None = None) -> str:
        """A module's JavaScript, with counters; as it is, where it cannot be parsed.

        Args:
            name: of the module, as stack traces show it.
            code: the source.
            source_map: of a source that was made from another, whose lines are to be reported.
        """
        known = self._done.get((name, code))
        if known is not None:
            return known
        try:
            found = self._parser().call_method("instrument", code, name)
        except AtollError:
            self._end_parser()  # too large a source, or one made to be: the next gets a new parser
            found = None
        if found is None:
            return code
        line_of = _line_mapper(source_map)
        statements = [line_of(*place) for place in found["statements"]]
        functions = [(fn[0], line_of(fn[1], fn[2])) for fn in found["functions"]]
        branches = [(line_of(b[2], b[3]), b[0], b[1]) for b in found["branches"]]
        self._measured[name] = _Measured(
            name, statements, functions, branches,
            [0] * len(statements), [0] * len(functions), [0] * len(branches),
        )  # fmt: skip
        instrumented: str = found["code"]
        self._done[name, code] = instrumented
        return instrumented

    def _parser(self) -> Reference:
        from atoll.sync import Isolate

        if self._guest is None:
            self._isolate = Isolate(limits=self._limits)
            self._isolate.__enter__()
            self._guest = self._isolate.install(_Instrumenter())
        return self._guest

    def add(self, counts: object) -> None:
        """Add what one isolate has counted: the guest's word, so that all of it is checked."""
        if type(counts) is not dict:
            return
        for name, told in counts.items():
            measured = self._measured.get(name) if type(name) is str else None
            if measured is None or type(told) is not dict:
                continue
            for key, sums in (("s", measured.s), ("f", measured.f), ("b", measured.b)):
                given = told.get(key)
                if isinstance(given, memoryview) and len(given) == len(sums):
                    for index, count in enumerate(given):
                        if type(count) is int and count > 0:
                            sums[index] += count

    @property
    def files(self) -> list[FileCoverage]:
        """The files that were measured, by name."""
        return [_summary(self._measured[name]) for name in sorted(self._measured)]

    def lcov(self) -> str:
        """The coverage in the format of lcov's tracefiles."""
        return "".join(map(_lcov, self.files))


class _Instrumenter:
    """The guest half: a parser, and what inserts counters."""

    @property
    def guest_source(self) -> str:
        """Text of the guest half."""
        file = resources.files("atoll") / "test_environment" / "instrument.js"
        return file.read_text("utf-8")

    def options(self) -> dict[str, Any]:
        """Options for the guest half."""
        parser = resources.files("atoll") / "vendor" / "acorn" / "acorn.js"
        return {"parser": parser.read_text("utf-8")}

    def connected(self, guest: Any) -> Any:
        """The guest's object."""
        return guest

    connected_blocking = connected


def _summary(measured: _Measured) -> FileCoverage:
    summary = FileCoverage(measured.name)
    for line, count in zip(measured.statements, measured.s, strict=True):
        if line > 0:
            summary.lines[line] = max(count, summary.lines.get(line, 0))
    for (name, line), count in zip(measured.functions, measured.f, strict=True):
        if line > 0:
            summary.functions.append((name, line, count))
    for (line, block, index), count in zip(measured.branches, measured.b, strict=True):
        if line > 0:
            summary.branches.append((line, block, index, count))
    return summary


def _lcov(file: FileCoverage) -> str:
    lines = ["TN:", f"SF:{_field(file.name)}"]
    names = [
        f"{_field(name) or 'anonymous'}:{number}"
        for number, (name, _, _) in enumerate(file.functions)
    ]
    lines += [f"FN:{fn[1]},{name}" for fn, name in zip(file.functions, names, strict=True)]
    lines += [f"FNDA:{fn[2]},{name}" for fn, name in zip(file.functions, names, strict=True)]
    lines += [f"FNF:{len(file.functions)}", f"FNH:{sum(fn[2] > 0 for fn in file.functions)}"]
    reached = {block for _, block, _, count in file.branches if count}
    for line, block, index, count in file.branches:
        lines.append(f"BRDA:{line},{block},{index},{count if block in reached else '-'}")
    lines += [f"BRF:{len(file.branches)}", f"BRH:{sum(b[3] > 0 for b in file.branches)}"]
    lines += [f"DA:{line},{count}" for line, count in sorted(file.lines.items())]
    lines += [f"LF:{len(file.lines)}", f"LH:{sum(count > 0 for count in file.lines.values())}"]
    return "\n".join([*lines, "end_of_record"]) + "\n"


def _field(text: str) -> str:
    return "".join(c for c in text if c.isprintable() and c != ",")[:_MOST_FUNCTION_NAME]


def _line_mapper(source_map: str | None) -> Callable[[int, int], int]:
    """From a place in JavaScript to the line that it was made from; 0 for one made from nothing."""
    if source_map is None:
        return lambda line, _column: line
    table = list(_original_lines(json.loads(source_map)["mappings"]))

    def line_of(line: int, column: int) -> int:
        row = table[line - 1] if line <= len(table) else []
        before = [original for start, original in row if start <= column]
        return (before[-1] if before else row[0][1]) + 1 if row else 0

    return line_of


def _original_lines(mappings: str) -> Iterator[list[tuple[int, int]]]:
    """For each line: the columns that are mapped, and the original's line, both from 0."""
    original = 0
    for line in mappings.split(";"):
        column = 0
        row = []
        for segment in filter(None, line.split(",")):
            numbers = list(_numbers(segment))
            column += numbers[0]
            if len(numbers) >= 4:
                original += numbers[2]
                row.append((column, original))
        yield row


def _numbers(segment: str) -> Iterator[int]:
    """The numbers of a segment: VLQ in base 64 (ECMA-426 § 6)."""
    value = shift = 0
    for digit in segment:
        bits = _VLQ[digit]
        value += (bits & 31) << shift
        if bits & 32:
            shift += 5
        else:
            yield -(value >> 1) if value & 1 else value >> 1
            value = shift = 0
