"""``atoll doctor``."""

from __future__ import annotations

import argparse
import json

import pytest

from atoll import __version__
from atoll.cli import doctor
from atoll.cli.terminal import output_stream
from atoll.confinement import LayerStatus, Report
from tests.cli.support import atoll

HOLDS = LayerStatus("landlock", True, True, "ABI 7", "It was tried.")
OPTIONAL = LayerStatus("pid namespace", False, False, "denied", "It was tried.", "Allow it.")
NEEDED = LayerStatus("seccomp", False, True, "denied", "It was tried.", "Use a newer kernel.")
ABOUT = {"atoll": "1", "engine": {"deno": "2"}, "python": "CPython 3", "platform": "Linux"}


def test_the_report_is_a_table_for_people_and_json_for_programs() -> None:
    told = atoll("doctor", "--json")
    report = json.loads(told.out)
    assert report["atoll"] == __version__
    assert set(report["engine"]) == {"deno", "v8", "typescript"}
    assert told.status == (0 if report["sufficient"] else 4)
    table = atoll("doctor")
    assert table.status == told.status
    assert "\x1b" not in table.out
    for layer in report["layers"]:
        assert f"\n{layer['name']}  " in table.out


def test_every_layer_holds_here() -> None:
    report = json.loads(atoll("doctor", "--json").out)
    missing = [layer["name"] for layer in report["layers"] if not layer["holds"]]
    if missing:
        pytest.skip(f"this machine lacks {', '.join(missing)}")
    assert atoll("doctor").out.endswith("Confinement is complete on this machine.\n")


def test_a_layer_that_does_not_hold_says_what_to_do() -> None:
    page = doctor._page(Report((HOLDS, OPTIONAL)), ABOUT, output_stream())
    assert "What to do: Allow it." in page
    assert 'confinement="require" starts isolates here, without: pid namespace.' in page
    page = doctor._page(Report((HOLDS, NEEDED, OPTIONAL)), ABOUT, output_stream())
    assert "What to do: Use a newer kernel." in page
    assert "refuses to start isolates here: seccomp does not hold." in page


@pytest.mark.parametrize(
    ("layers", "status"), [((HOLDS,), 0), ((HOLDS, OPTIONAL), 0), ((HOLDS, NEEDED), 4)]
)
def test_the_exit_status_says_whether_require_works(
    layers: tuple[LayerStatus, ...],
    status: int,
    monkeypatch: pytest.MonkeyPatch,
    capfdbinary: pytest.CaptureFixture[bytes],
) -> None:
    monkeypatch.setattr(doctor, "report", lambda: Report(layers))
    assert doctor.doctor(argparse.Namespace(json=True)) == status
