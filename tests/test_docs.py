"""What the documentation says is so: its code runs, its links lead somewhere, its tables are true.

- A ``python`` block runs on its own. One that uses ``isolate`` without making it is given a fresh
  one; one that awaits runs on an event loop. A line ``expression  # → text`` is checked against
  ``repr(expression)``, and ``print(expression)  # → text`` against ``str(expression)``.
- A ``console`` block whose commands are ``atoll …`` is run, and its output compared; ``…`` stands
  for any text.
"""

from __future__ import annotations

import ast
import asyncio
import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

import atoll
from atoll import errors
from atoll.cli import exit_codes
from atoll.core import marshal
from atoll.wire import frames

ROOT = Path(__file__).resolve().parent.parent
PAGES = [ROOT / "README.md", ROOT / "PATTERNS.md", *sorted((ROOT / "docs").glob("*.md"))]
BLOCK = re.compile(r"^```(python|console)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
LINK = re.compile(r"\[[^\]]*\]\(([^)\s]+)\)")
EXPECTED = re.compile(r"^(\s*)(\S.*?)  # → (.+)$", re.MULTILINE)


def blocks(kind: str) -> list[Any]:
    found: list[Any] = []
    for page in PAGES:
        text = page.read_text("utf-8")
        for block in BLOCK.finditer(text):
            if block[1] == kind:
                line = text.count("\n", 0, block.start()) + 2
                found.append(pytest.param(block[2], id=f"{page.name}:{line}"))
    return found


def check(value: object, expected: str) -> None:
    assert repr(value) == expected


def with_checks(match: re.Match[str]) -> str:
    indent, expression, expected = match.groups()
    printed = re.fullmatch(r"print\((.*)\)", expression)
    value = f"Printed({printed[1]})" if printed else expression
    return f"{indent}check({value}, {expected!r})"


class Printed:
    """What `print` shows of a value."""

    def __init__(self, value: object) -> None:
        self.value = value

    def __repr__(self) -> str:
        return str(self.value)


def is_given_an_isolate(code: str) -> bool:
    return re.search(r"\bisolate\.", code) is not None and "Isolate(" not in code


async def run_async(code: str) -> None:
    names: dict[str, Any] = {"__name__": "__main__", "check": check, "Printed": Printed}
    compiled = compile(code, "block", "exec", flags=ast.PyCF_ALLOW_TOP_LEVEL_AWAIT)
    if is_given_an_isolate(code):
        async with atoll.Isolate() as isolate:
            result = eval(compiled, {**names, "isolate": isolate})
            if result is not None:
                await result
        return
    result = eval(compiled, names)
    if result is not None:
        await result


@pytest.mark.parametrize("code", blocks("python"))
def test_python_blocks_run(code: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    code = EXPECTED.sub(with_checks, code)
    try:
        is_async = bool(
            compile(code, "block", "exec", flags=ast.PyCF_ALLOW_TOP_LEVEL_AWAIT).co_flags & 0x80
        )
    except SyntaxError as error:
        pytest.fail(f"{error}\n{code}")
    if is_async or is_given_an_isolate(code):
        asyncio.run(run_async(code))
    else:
        exec(code, {"__name__": "__main__", "check": check, "Printed": Printed})


@pytest.mark.parametrize("block", blocks("console"))
def test_console_blocks_show_what_the_command_prints(block: str) -> None:
    commands = [part for part in re.split(r"^\$ ", block, flags=re.MULTILINE) if part]
    if not all(re.match(r"(echo .* \| )?atoll ", command) for command in commands):
        return  # installation and make targets: too slow, or not for here
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    for command in commands:
        line, _, expected = command.partition("\n")
        while line.endswith("\\"):
            more, _, expected = expected.partition("\n")
            line += f"\n{more}"
        ran = subprocess.run(
            ["/bin/sh", "-c", f"exec 2>&1 </dev/null; {line}"],
            cwd=ROOT, capture_output=True, text=True, check=False,
            env={**os.environ, "PATH": path},
        )  # fmt: skip
        pattern = re.escape(expected.strip()).replace("…", ".*?")
        assert re.fullmatch(pattern, ran.stdout.strip(), re.DOTALL), f"$ {line}\n{ran.stdout}"


@pytest.mark.parametrize(
    "page", [*PAGES, ROOT / "CONTRIBUTING.md", ROOT / "SECURITY.md"], ids=lambda page: page.name
)
def test_links_lead_somewhere(page: Path) -> None:
    for target in LINK.findall(page.read_text("utf-8")):
        if re.match(r"[a-z]+:", target):
            continue
        file, _, anchor = target.partition("#")
        path = (page.parent / file).resolve() if file else page
        assert path.exists(), f"{page.name}: {target}"
        if anchor:
            assert anchor in anchors(path), f"{page.name}: {target}"


def anchors(page: Path) -> set[str]:
    titles = re.findall(r"^#+ (.+)$", page.read_text("utf-8"), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", title.lower()).replace(" ", "-") for title in titles}


def test_every_page_is_in_the_index() -> None:
    linked = set(LINK.findall((ROOT / "docs" / "index.md").read_text("utf-8")))
    pages = {page.name for page in (ROOT / "docs").glob("*.md")} - {"index.md"}
    assert pages <= linked


def rows(page: str, columns: int) -> list[list[str]]:
    """The rows of the tables in a page that have so many columns."""
    text = (ROOT / "docs" / page).read_text("utf-8")
    cells = [
        [cell.strip().replace("\\|", "|") for cell in re.split(r"(?<!\\)\|", line)[1:-1]]
        for line in text.splitlines()
        if line.startswith("|")
    ]
    return [row for row in cells if len(row) == columns and not row[0].startswith("---")]


def test_the_wire_page_lists_all_kinds_and_flags() -> None:
    kinds = {row[0]: row[1] for row in rows("wire.md", 4)}
    for name in ("CALL", "RETURN", "THROW", "CANCEL", "POST", "RELEASE", "READY"):
        assert kinds[f"`{name}`"] == str(getattr(frames, name))
    flags = {row[0]: row[1] for row in rows("wire.md", 3)}
    for name in ("SYNC", "TAGGED"):
        assert flags[f"`{name}`"] == str(getattr(frames, name))
    fields = [int(row[0]) for row in rows("wire.md", 5)[1:]]
    formats = [row[1] for row in rows("wire.md", 5)[1:]]
    assert formats == ["u32", "u8", "u8", "u16", "u32", "u32"]
    assert fields == [0, 4, 5, 6, 8, 12]
    assert frames.HEADER.format == "<IBBHII"


def test_the_wire_page_lists_all_tags() -> None:
    documented = set(re.findall(r"^\| `([^`]+)` \| `\[", wire_text(), re.MULTILINE))
    source = marshal.__doc__ or ""
    defined = set(re.findall(r"^``([^`]+)``", source, re.MULTILINE))
    assert documented == defined


def wire_text() -> str:
    return (ROOT / "docs" / "wire.md").read_text("utf-8")


def test_the_errors_page_lists_every_error() -> None:
    listed = {row[0].strip("`") for row in rows("errors.md", 3)}
    assert set(errors.__all__) <= listed


def test_the_cli_page_lists_every_exit_status() -> None:
    listed = {row[0] for row in rows("cli.md", 2)}
    statuses = {str(v) for k, v in vars(exit_codes).items() if k.isupper()}
    assert statuses <= listed
