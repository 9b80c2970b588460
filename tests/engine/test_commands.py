"""Processes that run one of the engine's own commands over hostile files."""

from __future__ import annotations

from pathlib import Path

import pytest

from atoll.engine import SpawnOptions

from .support import Guest

# Worse than any command: a program with all of the engine's permissions, taken over from inside.
TAKEN_OVER = """
const attempts = {
  "the machine's files": () => Deno.readTextFileSync("/etc/passwd"),
  "another file of /proc": () => Deno.readTextFileSync("/proc/self/environ"),
  "the maps of another process": () => Deno.readTextFileSync("/proc/1/task/1/maps"),
  "writing": () => Deno.writeTextFileSync("written.txt", "x"),
  "replacing": () => Deno.writeTextFileSync("guest.js", "x"),
  "listening": () => Deno.listen({ port: 0 }),
  "executing": () => new Deno.Command("/bin/sh").outputSync(),
};
const reached = [];
for (const [name, attempt] of Object.entries(attempts)) {
  try { attempt(); reached.push(name); } catch { /* as it should be */ }
}
say(reached);
"""


def test_a_command_reaches_nothing_but_its_folder(tmp_path: Path) -> None:
    with Guest(tmp_path, TAKEN_OVER, command=str(tmp_path)) as guest:
        assert guest.line() == []
    assert [path.name for path in tmp_path.iterdir()] == ["guest.js"]


@pytest.mark.parametrize("unavailable", [(), ("namespaces",)])
def test_it_can_tell_where_its_own_stack_lies(tmp_path: Path, unavailable: tuple[str, ...]) -> None:
    source = "say(Deno.readTextFileSync('/proc/self/maps').includes('[stack]'))"
    with Guest(tmp_path, source, command=str(tmp_path), _unavailable=unavailable) as guest:
        assert guest.line() is True
    with Guest(tmp_path, "say(await attempt(() => Deno.readFileSync('/proc/self/maps')))") as guest:
        assert guest.line()[0] != "ok"


def test_making_a_folder_does_nothing(tmp_path: Path) -> None:
    source = "say(await attempt(() => Deno.mkdirSync('made')))"
    with Guest(tmp_path, source, command=str(tmp_path)) as guest:
        assert guest.line()[0] == "AlreadyExists"
    assert not (tmp_path / "made").exists()


def test_it_runs_in_its_folder_and_prints_to_the_output_pipe(tmp_path: Path) -> None:
    source = "console.log(JSON.stringify(Deno.cwd())); console.error('1'); say(2)"
    with Guest(tmp_path, source, command=str(tmp_path)) as guest:
        assert [guest.line(), guest.line(), guest.line()] == [str(tmp_path), 1, 2]
        assert guest.wait_exit().stderr == ""


def test_its_folder_has_to_be_readable() -> None:
    with pytest.raises(ValueError, match="command has to be one of readable_paths"):
        SpawnOptions(("/bin/deno",), ("/a",), command="/b")
