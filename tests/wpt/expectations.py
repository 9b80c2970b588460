"""What is expected to fail, and why: one JSON file for each directory of the suite.

::

    {
        "groups": [
            {
                "reason": "A sentence that says why.",
                "kind": "fails",
                "tests": {
                    "url/x.any.js": ["name of a subtest", "name of another"],
                    "url/y.any.js": true,
                },
            }
        ]
    }

``true`` stands for every subtest of a case. The kinds:

- ``fails``: a deviation from the standard. One that passes is as wrong as another that fails.
- ``not-applicable``: the test is for something that an isolate is not meant to have, or for a
  text of the standard that has changed since. Not counted.
- ``unstable``: passes or fails, depending on the clock. Counted as what it was.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final, Literal

from .outcome import Outcome

Kind = Literal["fails", "not-applicable", "unstable"]
KINDS: Final = ("fails", "not-applicable", "unstable")
UNEXPLAINED: Final = "TO BE EXPLAINED"
"""The reason that an update gives; a check refuses it."""
NOT_RUN: Final = "expected to fail, and was not run"


class BadExpectations(Exception):
    """An expectations file is not as it should be."""


@dataclass
class Group:
    """Tests that one reason holds for."""

    reason: str
    kind: Kind
    tests: dict[str, set[str] | Literal[True]]

    def holds(self, case: str, subtest: str) -> bool:
        names = self.tests.get(case, set())
        return names is True or subtest in names


@dataclass(frozen=True)
class Surprise:
    """A subtest that did not come out as expected."""

    case: str
    subtest: str
    what: str
    message: str = ""


@dataclass
class Tally:
    """Subtests of a directory."""

    passed: int = 0
    failed: int = 0
    not_applicable: int = 0

    @property
    def applicable(self) -> int:
        return self.passed + self.failed

    def __add__(self, other: Tally) -> Tally:
        return Tally(
            self.passed + other.passed,
            self.failed + other.failed,
            self.not_applicable + other.not_applicable,
        )


@dataclass
class Expectations:
    """Those of one directory."""

    groups: list[Group] = field(default_factory=list)

    @classmethod
    def load(cls, file: Path) -> Expectations:
        """Read a file; one that does not exist expects every subtest to pass.

        Raises:
            BadExpectations: it does not have the form above, or says two things of one subtest.
        """
        if not file.exists():
            return cls()
        try:
            groups = [_group(item) for item in json.loads(file.read_text("utf-8"))["groups"]]
        except (KeyError, TypeError, ValueError) as error:
            raise BadExpectations(f"{file.name}: {error!r}") from None
        _check_once(file.name, groups)
        return cls(groups)

    def save(self, file: Path) -> None:
        """Write the file, or remove it if everything is expected to pass."""
        groups = [_plain(group) for group in self.groups if group.tests]
        if groups:
            text = json.dumps({"groups": groups}, indent=1, ensure_ascii=True)
            file.write_text(text + "\n", "ascii")
        else:
            file.unlink(missing_ok=True)

    @property
    def unexplained(self) -> bool:
        return any(group.reason == UNEXPLAINED for group in self.groups)

    def kind(self, case: str, subtest: str) -> Kind | None:
        """What is expected of a subtest; None: that it passes."""
        for group in self.groups:
            if group.holds(case, subtest):
                return group.kind
        return None

    def is_left_out(self, case: str) -> bool:
        """Nothing of a case is applicable, so it need not run."""
        return any(
            group.kind == "not-applicable" and group.tests.get(case) is True
            for group in self.groups
        )

    def tally(self, outcomes: Iterable[Outcome]) -> Tally:
        """Count the subtests that came out."""
        tally = Tally()
        for outcome in outcomes:
            for name, result in outcome.results.items():
                if self.kind(outcome.id, name) == "not-applicable":
                    tally.not_applicable += 1
                elif result.passed:
                    tally.passed += 1
                else:
                    tally.failed += 1
        return tally

    def surprises(self, outcomes: Iterable[Outcome]) -> list[Surprise]:
        """What differs from the expectations, in both directions."""
        found = []
        for outcome in outcomes:
            for name, result in outcome.results.items():
                kind = self.kind(outcome.id, name)
                if kind is None and not result.passed:
                    found.append(Surprise(outcome.id, name, result.status, result.message))
                elif kind == "fails" and result.passed:
                    found.append(Surprise(outcome.id, name, "unexpected PASS"))
            for group in self.groups:
                names = group.tests.get(outcome.id)
                if group.kind == "fails" and isinstance(names, set):
                    gone = sorted(names - set(outcome.results))
                    found += [Surprise(outcome.id, name, NOT_RUN) for name in gone]
        return found

    def update(self, outcomes: Iterable[Outcome]) -> None:
        """Expect what came out: drop what passes, and put what is new under `UNEXPLAINED`."""
        new = next((group for group in self.groups if group.reason == UNEXPLAINED), None)
        if new is None:
            new = Group(UNEXPLAINED, "fails", {})
            self.groups.append(new)
        for outcome in outcomes:
            failed = {name for name, result in outcome.results.items() if not result.passed}
            for group in self.groups:
                if group.kind == "fails":
                    _keep(group, outcome.id, failed)
            missing = {name for name in failed if self.kind(outcome.id, name) is None}
            if missing:
                known = new.tests.setdefault(outcome.id, set())
                assert known is not True  # it would hold for all names
                known |= missing
        self.groups = [group for group in self.groups if group.tests]


def _keep(group: Group, case: str, failed: set[str]) -> None:
    names = group.tests.get(case)
    if names is None or (names is True and failed):
        return
    kept = set() if names is True else names & failed
    if kept:
        group.tests[case] = kept
    else:
        del group.tests[case]


def _group(item: Mapping[str, Any]) -> Group:
    unknown = set(item) - {"reason", "kind", "tests"}
    if unknown:
        raise ValueError(f"unknown keys: {sorted(unknown)}")
    reason, kind = item["reason"], item["kind"]
    if kind not in KINDS:
        raise ValueError(f"unknown kind {kind!r}")
    if reason != UNEXPLAINED and not (len(reason) > 20 and reason.endswith(".")):
        raise ValueError(f"a reason is a sentence, not {reason!r}")
    tests: dict[str, set[str] | Literal[True]] = {}
    for case, names in item["tests"].items():
        if names is not True and not (isinstance(names, list) and names):
            raise ValueError(f"{case} needs true or a list of names")
        tests[case] = True if names is True else set(names)
    return Group(reason, kind, tests)


def _check_once(name: str, groups: list[Group]) -> None:
    seen: dict[str, set[str] | Literal[True]] = {}
    for group in groups:
        for case, names in group.tests.items():
            before = seen.get(case)
            if before is not None and (before is True or names is True or before & names):
                raise BadExpectations(f"{name}: {case} is in two groups, for the same subtests")
            seen[case] = True if names is True else names | (before or set())


def _plain(group: Group) -> dict[str, Any]:
    tests = {
        case: True if names is True else sorted(names)
        for case, names in sorted(group.tests.items())
    }
    return {"reason": group.reason, "kind": group.kind, "tests": tests}
