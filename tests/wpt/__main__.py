"""``python -m tests.wpt``: run web-platform-tests in isolates, and in bare Deno beside them."""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import os
import sys
from collections.abc import Awaitable, Callable, Sequence
from pathlib import Path

from .areas import AREAS, Area
from .expectations import Surprise
from .in_deno import run_in_deno
from .in_isolate import run_in_isolate, run_many
from .outcome import Outcome
from .server import suite_server, through_server
from .suite import Case, Checkout, NotInCheckout
from .table import ENGINES, Row, as_json, document, markdown, terminal

Run = Callable[[Case, Checkout, float, str | None], Awaitable[Outcome]]
PAGE = Path(__file__).parents[2] / "docs" / "conformance.md"
NO_SUITE = (
    "no web-platform-tests: clone the repository web-platform-tests/wpt from GitHub and set "
    "ATOLL_WPT to the folder"
)


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="make wpt ARGS=…", description=__doc__)
    parser.add_argument("filter", nargs="*", help="directories or files of the suite")
    parser.add_argument("--suite", default=os.environ.get("ATOLL_WPT"), help="its checkout")
    parser.add_argument("--engine", choices=("atoll", "deno", "both"), default="atoll")
    parser.add_argument("--concurrency", type=int, default=2, help="files at once")
    parser.add_argument("--patience", type=float, default=2, help="times the suite's timeouts")
    parser.add_argument("--json", action="store_true", help="for programs")
    parser.add_argument("--verbose", action="store_true", help="every subtest that fails")
    parser.add_argument("--left-out", action="store_true", help="files that are not run, and why")
    parser.add_argument("--update", action="store_true", help="expect what came out")
    parser.add_argument("--document", action="store_true", help="write docs/conformance.md")
    return parser.parse_args()


def main() -> int:
    options = arguments()
    if not options.suite:
        print(NO_SUITE, file=sys.stderr)
        return 2
    try:
        checkout = Checkout(Path(options.suite))
    except NotInCheckout as error:
        print(f"{error}: it is no checkout of web-platform-tests", file=sys.stderr)
        return 2
    if options.left_out:
        for area in AREAS:
            for path, reason in area.find(checkout).left_out.items():
                print(f"{path}: {reason}")
        return 0
    return asyncio.run(run(options, checkout))


async def run(options: argparse.Namespace, checkout: Checkout) -> int:
    engines = ["atoll", "deno"] if options.engine == "both" else [options.engine]
    rows = []
    for area in AREAS:
        found = area.find(checkout)
        cases = [case for case in found.cases if _selected(case, area, options.filter)]
        if not cases:
            continue
        row = Row(area.name, len(cases), len(found.left_out))
        for engine in engines:
            await run_area(area, cases, checkout, engine, row, options)
        rows.append(row)
    if not rows:
        print("no test has that name", file=sys.stderr)
        return 2
    if sys.stderr.isatty():
        print("\r\x1b[K", end="", file=sys.stderr)
    if options.document:
        document(PAGE, markdown(rows, engines))
    print(as_json(rows) if options.json else terminal(rows, engines))
    surprises = [surprise for row in rows for surprise in row.surprises]
    for surprise in surprises[: 10_000 if options.verbose else 50]:
        print(line(surprise), file=sys.stderr)
    if surprises:
        print(f"{len(surprises)} results are not as expected", file=sys.stderr)
    return 1 if surprises else 0


async def run_area(
    area: Area,
    cases: Sequence[Case],
    checkout: Checkout,
    engine: str,
    row: Row,
    options: argparse.Namespace,
) -> None:
    """Run the cases of one area, and put what came out into its row."""
    if sys.stderr.isatty() and not options.verbose:
        print(f"\r\x1b[K{ENGINES[engine]}: {area.name} ", end="", file=sys.stderr, flush=True)
    expected = area.expectations()
    in_engine: Run = run_in_isolate if engine == "atoll" else run_in_deno
    chosen = [case for case in cases if not expected.is_left_out(case.id)]

    def tell(outcome: Outcome) -> None:
        if options.verbose:
            tell_failures(engine, outcome)

    outcomes = await run_cases(area, chosen, checkout, in_engine, options, tell)
    row.tallies[engine] = expected.tally(outcomes)
    if engine != "atoll":
        return
    if options.update:
        expected.update(outcomes)
        expected.save(area.file)
    else:
        row.surprises = expected.surprises(outcomes)


async def run_cases(
    area: Area,
    cases: Sequence[Case],
    checkout: Checkout,
    in_engine: Run,
    options: argparse.Namespace,
    tell: Callable[[Outcome], object] | None = None,
) -> list[Outcome]:
    """Run the cases of one area, with the suite's server if they need it."""
    async with contextlib.AsyncExitStack() as stack:
        server = None
        if area.server and cases:
            server = await stack.enter_async_context(suite_server(checkout))

        async def run_one(case: Case) -> Outcome:
            if server is not None:
                case = await through_server(case, checkout, server)
            outcome = await in_engine(case, checkout, options.patience, server)
            if server is not None:
                outcome.without_ports()
            return outcome

        return await run_many(cases, run_one, options.concurrency, tell)


def tell_failures(engine: str, outcome: Outcome) -> None:
    """Say of a case what failed in it."""
    failed = [(name, result) for name, result in outcome.results.items() if not result.passed]
    total = len(outcome.results)
    print(
        f"{engine} {outcome.id}: {total - len(failed)} of {total} in {outcome.seconds:.1f} s",
        file=sys.stderr,
    )
    for name, result in failed:
        print(f"    {result.status} {name!a}: {result.message!a}", file=sys.stderr)


def line(surprise: Surprise) -> str:
    """A surprise in one line."""
    text = f"{surprise.case}: {surprise.subtest!a}: {surprise.what}"
    return f"{text}: {surprise.message!a}" if surprise.message else text


def _selected(case: Case, area: Area, filters: Sequence[str]) -> bool:
    return not filters or any(
        area.name == prefix or case.id == prefix or case.path.startswith(prefix)
        for prefix in filters
    )


if __name__ == "__main__":
    sys.exit(main())
