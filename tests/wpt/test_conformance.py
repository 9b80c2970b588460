"""Web-platform-tests, where there is a checkout of them: everything comes out as expected."""

from __future__ import annotations

import argparse
import os
from pathlib import Path

import pytest

from tests.wpt.__main__ import NO_SUITE, line, run_cases
from tests.wpt.areas import AREAS, Area
from tests.wpt.in_isolate import run_in_isolate
from tests.wpt.suite import Checkout

SUITE = os.environ.get("ATOLL_WPT")
PATIENCE = 3

pytestmark = [
    pytest.mark.skipif(not SUITE, reason=NO_SUITE),
    # The slowest area has thousands of key generations; single files have their own limits.
    pytest.mark.timeout(1800),
]


@pytest.mark.parametrize("area", AREAS, ids=lambda area: area.name)
async def test_results_are_as_expected(area: Area) -> None:
    assert SUITE
    checkout = Checkout(Path(SUITE))
    expected = area.expectations()
    cases = [case for case in area.find(checkout).cases if not expected.is_left_out(case.id)]

    options = argparse.Namespace(patience=PATIENCE, concurrency=2)
    outcomes = await run_cases(area, cases, checkout, run_in_isolate, options)
    surprises = expected.surprises(outcomes)
    assert not surprises, "\n".join(map(line, surprises))
