"""Every benchmark runs and yields figures. None asserts a speed: `make bench` is for that."""

from __future__ import annotations

import json
import math
import subprocess
import sys
from pathlib import Path

import pytest

from benchmarks.measure import Figure, Row, at_least_speed, at_most, interleave
from benchmarks.suite import BENCHMARKS

ROOT = Path(__file__).resolve().parent.parent


@pytest.mark.parametrize("name", BENCHMARKS)
def test_a_benchmark_yields_finite_figures(name: str, tmp_path: Path) -> None:
    # A process of its own: benchmarks move to one core, and load other engines.
    report = tmp_path / "report.json"
    command = [sys.executable, "-m", "benchmarks", "--quick", "--only", name, "--json", str(report)]
    ran = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert ran.returncode == 0, ran.stderr
    rows = json.loads(report.read_text())["rows"]
    assert rows
    for row in rows:
        assert row["benchmark"] == name
        for figure in (row["atoll"], row["other"]):
            if figure is not None:
                assert math.isfinite(figure["median"])
                assert math.isfinite(figure["best"])
                # Memory that has not grown is a figure, too.
                assert figure["median"] > 0 or figure["unit"] == "MiB"
        assert row["ratio"] is None or math.isfinite(row["ratio"])
        assert row["what"] in ran.stdout


def seconds(*values: float) -> Figure:
    return Figure("s", values)


def test_a_ratio_is_the_median_of_the_ratios_of_rounds() -> None:
    row = Row("", seconds(2, 30, 4), "", seconds(1, 10, 4), at_most(2, "raw"))
    assert row.ratio == 2
    assert row.met


def test_a_row_without_a_target_is_neither_met_nor_missed() -> None:
    assert Row("", seconds(1)).met is None


@pytest.mark.parametrize(
    ("ours", "raw", "met"),
    [(1.1, 4.0, True), (0.9, 1.0, False), (0.9, 0.95, True), (0.5, 0.95, False)],
)
def test_the_target_for_speed_is_absolute_or_a_share_of_a_slower_limit(
    ours: float, raw: float, met: bool
) -> None:
    figures = Figure("GB/s", (ours,)), Figure("GB/s", (raw,))
    assert Row("", figures[0], "", figures[1], at_least_speed(1.0, 0.8)).met is met


def test_rounds_alternate_in_order() -> None:
    order = []

    def note(name: str) -> float:
        order.append(name)
        return 1.0

    assert interleave(2, lambda: note("a"), lambda: note("b")) == [(1.0, 1.0), (1.0, 1.0)]
    assert order == ["a", "b", "b", "a"]
