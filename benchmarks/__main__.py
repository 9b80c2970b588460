"""``python -m benchmarks [--only NAME] [--quick] [--json FILE]``."""

from __future__ import annotations

import argparse
import json
import multiprocessing
import sys
import traceback
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

from . import machine, table
from .measure import Options, Row
from .suite import BENCHMARKS, measure


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument(
        "--only", action="append", choices=BENCHMARKS, metavar="NAME", help=", ".join(BENCHMARKS)
    )
    parser.add_argument(
        "--quick", action="store_true", help="every path, once; the figures mean nothing"
    )
    parser.add_argument("--json", type=Path, metavar="FILE", help="write every figure there, too")
    options = parser.parse_args()
    facts = machine.describe()
    for name, fact in facts.items():
        print(f"{name}: {fact}")
    rows: list[Row] = []
    failed: list[str] = []
    for name in options.only or BENCHMARKS:
        print(f"measuring {name} …", flush=True)
        try:
            # One that has loaded other engines, with their threads, must not slow the next.
            with ProcessPoolExecutor(1, mp_context=multiprocessing.get_context("spawn")) as pool:
                rows += pool.submit(measure, name, Options(quick=options.quick)).result()
        except Exception as error:  # the others took minutes: show them
            failed.append(name)
            traceback.print_exception(error)
    facts["load after"] = machine.load()
    print(f"load after: {facts['load after']}\n")
    print("\n".join(table.lines(rows)))
    print(f"\n{table.summary(rows)}")
    if options.json is not None:
        document = {"machine": facts, "quick": options.quick, "rows": [r.as_json() for r in rows]}
        options.json.write_text(json.dumps(document, indent=1, ensure_ascii=False) + "\n", "utf-8")
    if failed:
        sys.exit(f"failed: {', '.join(failed)}")


if __name__ == "__main__":
    main()
