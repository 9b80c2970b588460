"""Results for other programs: JSON in the form of Jest's, and JUnit XML."""

from __future__ import annotations

import json
import re
import xml.etree.ElementTree as ET
from typing import Any, Final

from atoll.cli.testing._run import FileRun
from atoll.test_environment import TestResult

_ESCAPES: Final = re.compile(r"\x1b\[[0-9;]*m")
_NOT_XML: Final = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
_STATUSES: Final = {"passed": "passed", "failed": "failed", "skipped": "pending", "todo": "todo"}


def plain(text: str) -> str:
    """Text without the escape sequences of terminals."""
    return _ESCAPES.sub("", text)


def to_json(runs: list[FileRun], took: float) -> str:
    """What Jest prints for ``--json``: the fields that readers of it use."""
    tests = [test for run in runs for test in run.results.tests]

    def count(status: str) -> int:
        return sum(test.status == status for test in tests)

    failed_files = sum(not run.results.ok for run in runs)
    report = {
        "success": failed_files == 0,
        "numTotalTestSuites": len(runs),
        "numFailedTestSuites": failed_files,
        "numPassedTestSuites": len(runs) - failed_files,
        "numTotalTests": len(tests),
        "numPassedTests": count("passed"),
        "numFailedTests": count("failed"),
        "numPendingTests": count("skipped"),
        "numTodoTests": count("todo"),
        "duration": round(took * 1000),
        "testResults": [_file(run) for run in runs],
    }
    return json.dumps(report, ensure_ascii=True, separators=(",", ":"))


def _file(run: FileRun) -> dict[str, Any]:
    results = run.results
    return {
        "name": run.name,
        "status": "passed" if results.ok else "failed",
        "message": plain("\n\n".join(map(str, results.errors))),
        "duration": round(results.duration * 1000),
        "console": plain(run.printed),
        "assertionResults": [_test(test) for test in results.tests],
    }


def _test(test: TestResult) -> dict[str, Any]:
    return {
        "ancestorTitles": list(test.path[:-1]),
        "title": test.name,
        "fullName": test.full_name,
        "status": _STATUSES[test.status],
        "duration": round(test.duration * 1000),
        "invocations": test.retries + 1,
        "leakedTimers": test.leaked_timers,
        "failureMessages": [plain(str(error)) for error in test.errors],
    }


def to_junit(runs: list[FileRun], took: float) -> bytes:
    """JUnit XML, a ``testsuite`` for each file."""
    root = ET.Element("testsuites", name="atoll test", time=f"{took:.3f}")
    totals = {"tests": 0, "failures": 0, "errors": 0, "skipped": 0}
    for run in runs:
        results = run.results
        counts = {
            "tests": len(results.tests),
            "failures": results.failed,
            "errors": len(results.errors),
            "skipped": results.skipped + results.todo,
        }
        for name, number in counts.items():
            totals[name] += number
        suite = ET.SubElement(root, "testsuite", name=_xml(run.name))
        suite.set("time", f"{results.duration:.3f}")
        for name, number in counts.items():
            suite.set(name, str(number))
        for test in results.tests:
            _case(suite, test, run.name)
        for error in results.errors:
            case = ET.SubElement(suite, "testcase", classname=_xml(run.name), name="(file)")
            inner = ET.SubElement(case, "error", message=_first_line(error.message))
            inner.text = _xml(str(error))
        if run.printed:
            ET.SubElement(suite, "system-out").text = _xml(run.printed)
    for name, number in totals.items():
        root.set(name, str(number))
    ET.indent(root)
    text: bytes = ET.tostring(root, encoding="utf-8", xml_declaration=True)
    return text + b"\n"


def _case(suite: ET.Element, test: TestResult, file: str) -> None:
    case = ET.SubElement(suite, "testcase")
    case.set("classname", _xml(" > ".join((file, *test.path[:-1]))))
    case.set("name", _xml(test.name))
    case.set("time", f"{test.duration:.3f}")
    if test.status in ("skipped", "todo"):
        skipped = ET.SubElement(case, "skipped")
        skipped.set("message", _xml(test.note or test.status))
    for error in test.errors:
        failure = ET.SubElement(case, "failure", message=_first_line(error.message))
        failure.set("type", _xml(error.name or "Error"))
        failure.text = _xml(str(error))


def _first_line(text: str) -> str:
    return _xml(text).strip().partition("\n")[0][:500]


def _xml(text: str) -> str:
    """The text without what XML has no form for."""
    return _NOT_XML.sub("\ufffd", plain(text))
