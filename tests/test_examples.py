"""Every program in examples/ runs, and does what it says."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

EXAMPLES = Path(__file__).resolve().parent.parent / "examples"


def run(*arguments: str) -> str:
    ran = subprocess.run(
        [sys.executable, *arguments], cwd=EXAMPLES, capture_output=True, text=True, check=False
    )
    assert (ran.returncode, ran.stderr) == (0, "")
    return ran.stdout


def test_invoices() -> None:
    told = run("-m", "atoll", "run", "invoices.js", "--input", "invoices.json")
    customers = [line.split("  ")[0] for line in told.splitlines()[2:7]]
    assert customers == [
        "Ångström Optik", "Čapek & Sons", "Dvořák Instruments", "Émile Fournier", "Zoë's Bakery",
    ]  # fmt: skip
    assert "€180,143,985,118,402.50" in told  # more cents than a double can count
    assert '2025-0107: lines[0].price: "12.345" is no amount' in told


def test_invoices_in_another_language() -> None:
    program = ("-m", "atoll", "run", "invoices.js", "--input", "invoices.json")
    assert "3.534,30\u00a0€" in run(*program, "--", "--locale", "de-DE")


def test_agent_tools() -> None:
    told = run("agent_tools.py")
    assert "total: 91.5" in told
    assert "result.total: a promise is no data" in told
    assert "the program failed: KeyError" in told
    assert "ended by a limit: WallTimeLimitExceeded" in told


def test_plugin() -> None:
    told = run("plugin.py")
    assert "total 80.1" in told
    assert "refused: ValueError: a discount is 0 to 30 %, not 90" in told
    assert "refused: TypeError" in told


def test_worker() -> None:
    assert run("worker.py").splitlines() == [
        "text/html;charset=utf-8 <h1>Notes & <more></h1>",
        "204",
        "{'id': '2', 'text': 'call Ada'} 404",
        "405 404",
        str(
            {
                "title": "photo",
                "name": "photo.txt",
                "type": "text/plain",
                "size": 11,
                "text": "not a photo",
            }
        ),
        "[b'1\\n', b'2\\n', b'3\\n']",
        "visit 7 ['visits=7; Path=/; HttpOnly', 'seen=yes; Path=/']",
        "so it goes quotes",
        "['hello', 'bye'] 1000",
    ]


def test_serverless() -> None:
    told = run("serverless.py").splitlines()
    assert told[:4] == [
        'ada/visits: 200 {"visits":1}',
        'ada/visits: 200 {"visits":2}',
        'ada/price?of=gold: 200 {"price":100}',
        "ada/nothing: 404 nothing here",
    ]
    assert "169.254.169.254 is not allowed" in told[4]
    assert "RequestTimeout" in told[5]
    assert told[6] == 'ada/visits: 200 {"visits":3}'


def test_spreadsheet() -> None:
    told = {line.split()[0]: line for line in run("spreadsheet.py").splitlines()}
    assert told["B1"].endswith(" 66.5")
    assert told["C1"].endswith(" 12.50 €")
    assert "#CircularReference: B3 → B3" in told["B3"]
    assert "#JSError: SyntaxError" in told["C2"]
    assert "#JSError: ReferenceError: fetch is not defined" in told["C3"]
    assert told["D1"].endswith(" low")


def test_tested() -> None:
    told = run("-m", "atoll", "test", "tested", "--ci")
    assert "Tests  11 passed" in told
