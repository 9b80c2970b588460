"""Starting, watching, measuring and ending one process."""

from __future__ import annotations

import errno
import gc
import os
import resource
import signal
import threading
from pathlib import Path

import pytest

from atoll.engine import deno, process
from atoll.errors import AtollError, ConfinementUnavailable, EngineNotFound
from tests.engine.support import Guest, wait_gone, wait_readable, wait_until


def test_a_guest_hears_and_answers_through_its_pipes(tmp_path: Path) -> None:
    source = """
    const buffer = new Uint8Array(100);
    const read = await input.read(buffer);
    say([new TextDecoder().decode(buffer.subarray(0, read)), hear()]);
    """
    with Guest(tmp_path, source) as guest:
        os.write(guest.process.input, b"request")
        guest.send("reply")
        assert guest.line() == ["request", "reply"]


def test_the_exit_status_arrives(tmp_path: Path) -> None:
    with Guest(tmp_path, "Deno.exit(7)") as guest:
        ended = guest.wait_exit()
        assert (ended.exit_code, ended.signal) == (7, None)
        assert ended.describe() == "The isolate's process exited with status 7."
        assert ended.cpu_time > 0
        assert ended.max_rss > 1 << 20


def test_the_signal_arrives(tmp_path: Path) -> None:
    with Guest(tmp_path, "say(1); for (;;);") as guest:
        guest.wait_spawned()
        guest.line()
        guest.process.kill()
        guest.process.kill()
        ended = guest.wait_exit()
        assert (ended.exit_code, ended.signal) == (None, signal.SIGKILL)
        assert "SIGKILL" in ended.describe()


def test_the_end_of_output_comes_before_the_exit_is_known(tmp_path: Path) -> None:
    with Guest(tmp_path, "Deno.exit(0)") as guest:
        wait_readable(guest.process.output)
        assert os.read(guest.process.output, 1) == b""
        assert guest.wait_exit().exit_code == 0


def test_running_out_of_heap_is_told_on_stderr(tmp_path: Path) -> None:
    source = "const kept = []; for (;;) kept.push(new Array(10000).fill(1.5));"
    flags = ("-A", "--v8-flags=--max-old-space-size=32")
    with Guest(tmp_path, source, flags=flags) as guest:
        ended = guest.wait_exit()
        assert ended.signal == signal.SIGTRAP
        assert "out of memory" in ended.stderr


def test_only_the_tail_of_stderr_is_kept(tmp_path: Path) -> None:
    source = """
    const line = new TextEncoder().encode("x".repeat(9999) + "\\n");
    for (let n = 0; n < 2000; n++) (n % 2 ? Deno.stdout : Deno.stderr).writeSync(line);
    console.error("the end");
    """
    with Guest(tmp_path, source) as guest:
        ended = guest.wait_exit()
        assert len(ended.stderr) == 8192
        assert ended.stderr.endswith("the end\n")


def test_an_engine_that_does_not_exist_is_reported() -> None:
    with_nothing = process.SpawnOptions(("/nonexistent/deno",))
    guest = process.spawn(with_nothing)
    try:
        wait_readable(guest.control)
        with pytest.raises(EngineNotFound, match="No such file"):
            guest.poll()
    finally:
        guest.close()


def test_spawning_does_not_wait_for_the_child(tmp_path: Path) -> None:
    with Guest(tmp_path, "say(1)") as first:
        first.line()
        spawner = process.spawner_pid()
        assert spawner is not None
        os.kill(spawner, signal.SIGSTOP)
        try:
            second = Guest(tmp_path, "say(2)")
            assert second.process.pid is None
        finally:
            os.kill(spawner, signal.SIGCONT)
        with second:
            assert second.line() == 2


def test_fifty_at_once_all_answer(tmp_path: Path) -> None:
    guests = [Guest(tmp_path, "say(Deno.pid)") for _ in range(50)]
    try:
        assert len([guest.line() for guest in guests]) == 50
        assert len({guest.wait_spawned().pid for guest in guests}) == 50
        assert {guest.wait_exit().exit_code for guest in guests} == {0}
    finally:
        for guest in guests:
            guest.process.close()


def test_threads_may_spawn_at_the_same_time(tmp_path: Path) -> None:
    answers: list[object] = []

    def one(number: int) -> None:
        folder = tmp_path / str(number)
        folder.mkdir()
        with Guest(folder, f"say({number})") as guest:
            answers.append(guest.line())

    threads = [threading.Thread(target=one, args=(number,)) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(answers, key=str) == list(range(8))


def test_closing_ends_the_process(tmp_path: Path) -> None:
    guest = Guest(tmp_path, "say(1); setInterval(() => 0, 1000)")
    pid = guest.wait_spawned().pid
    guest.line()
    guest.process.close()
    guest.process.close()
    wait_gone(pid)
    assert (guest.process.input, guest.process.control) == (-1, -1)
    guest.process.kill()
    assert guest.process.memory() == 0


def test_closing_before_it_started_leaves_nothing(tmp_path: Path) -> None:
    for _ in range(20):
        Guest(tmp_path, "setInterval(() => 0, 1000)").process.close()
    with Guest(tmp_path, "say(1)") as guest:
        guest.line()
    spawner = process.spawner_pid()
    children = Path(f"/proc/{spawner}/task/{spawner}/children")
    wait_until(lambda: not children.read_text().split())


def test_forgetting_a_process_closes_it(tmp_path: Path) -> None:
    guest = Guest(tmp_path, "say(1); setInterval(() => 0, 1000)")
    pid = guest.wait_spawned().pid
    guest.line()
    del guest
    gc.collect()
    wait_gone(pid)


def test_nothing_leaks_over_many_processes(tmp_path: Path) -> None:
    def descriptors(pid: int | None) -> int:
        return len(os.listdir(f"/proc/{pid}/fd"))

    def one() -> None:
        with Guest(tmp_path, "say(1)") as guest:
            guest.line()
            guest.wait_exit()

    one()
    spawner = process.spawner_pid()
    wait_until(lambda: not Path(f"/proc/{spawner}/task/{spawner}/children").read_text().split())
    before = descriptors(spawner), descriptors(os.getpid())
    for _ in range(10):
        one()
    wait_until(lambda: (descriptors(spawner), descriptors(os.getpid())) == before)


def test_its_processor_time_and_memory_can_be_read(tmp_path: Path) -> None:
    with Guest(tmp_path, "say(1); hear(); for (;;);") as guest:
        assert guest.process.cpu_time() == 0.0
        guest.wait_spawned()
        guest.line()
        before = guest.process.cpu_time()
        assert before > 0
        assert 2 << 20 < guest.process.memory() < 200 << 20
        assert guest.process.data_size() > 10 << 20
        guest.send("go")
        wait_until(lambda: guest.process.cpu_time() > before + 0.1)
        guest.process.kill()
        assert guest.wait_exit().cpu_time > before
        assert guest.process.cpu_time() > before
        assert guest.process.memory() == 0


def test_its_memory_can_be_limited_while_it_runs(tmp_path: Path) -> None:
    source = """
    say(1); hear();
    const kept = [];
    for (;;) kept.push(new Uint8Array(8 << 20).fill(1));
    """
    with Guest(tmp_path, source) as guest:
        guest.wait_spawned()
        guest.line()
        guest.process.limit_data(guest.process.data_size() + (64 << 20))
        guest.send("go")
        ended = guest.wait_exit()
        assert ended.exit_code == 1 or ended.signal == signal.SIGTRAP
        assert ended.max_rss < 200 << 20


def test_processor_time_is_limited_by_the_kernel_too(tmp_path: Path) -> None:
    with Guest(tmp_path, "for (;;);", cpu_time=1) as guest:
        ended = guest.wait_exit()
        assert ended.signal == signal.SIGKILL
        # The kernel's limit counts ticks, which differ from the precise time reported here.
        assert 0.75 <= ended.cpu_time < 3


def test_running_out_of_descriptors_says_what_to_do(tmp_path: Path) -> None:
    limits = resource.getrlimit(resource.RLIMIT_NOFILE)
    with Guest(tmp_path, "say(1)") as guest:
        guest.line()
        resource.setrlimit(
            resource.RLIMIT_NOFILE, (len(os.listdir("/proc/self/fd")) + 3, limits[1])
        )
        try:
            with pytest.raises(AtollError, match="ulimit -n"):
                Guest(tmp_path, "say(1)")
        finally:
            resource.setrlimit(resource.RLIMIT_NOFILE, limits)
    gc.collect()


@pytest.mark.parametrize("layer", ["landlock", "seccomp", "no_new_privs", "rlimits"])
def test_a_required_layer_that_is_missing_is_refused(tmp_path: Path, layer: str) -> None:
    with Guest(tmp_path, "say(1)", _unavailable=(layer,)) as guest:
        with pytest.raises(ConfinementUnavailable, match="atoll doctor") as caught:
            guest.wait_spawned()
        assert caught.value.layer == layer


@pytest.mark.parametrize("layer", ["landlock", "seccomp", "rlimits", "capabilities"])
def test_best_effort_goes_on_without_a_layer_and_says_so(tmp_path: Path, layer: str) -> None:
    with Guest(tmp_path, "say(1)", _unavailable=(layer,), confinement="best-effort") as guest:
        assert guest.wait_spawned().layers[layer].startswith("no: ")
        assert guest.line() == 1


def test_without_namespaces_the_required_layers_still_hold(tmp_path: Path) -> None:
    source = """say(await attempt(() => Deno.readTextFileSync("/etc/passwd")))"""
    with Guest(tmp_path, source, _unavailable=("namespaces",)) as guest:
        layers = guest.wait_spawned().layers
        assert (layers["namespaces"], layers["landlock"][:3]) == ("none", "ABI")
        assert guest.line()[0] == "PermissionDenied"


def test_off_applies_no_layer_but_leaks_nothing(tmp_path: Path) -> None:
    source = """
    const count = [...Deno.readDirSync("/proc/self/fd")].length;
    say([Object.keys(Deno.env.toObject()).sort(), Deno.readTextFileSync("/proc/self/limits")]);
    """
    secret = os.open("/etc/passwd", os.O_RDONLY)
    os.set_inheritable(secret, True)
    try:
        with Guest(tmp_path, source, confinement="off") as guest:
            assert guest.wait_spawned().layers == {"confinement": "off"}
            environment, limits = guest.line()
            assert environment == ["DENO_DIR", "DENO_NO_UPDATE_CHECK"]
            core = next(line for line in limits.splitlines() if line.startswith("Max core"))
            assert core.split()[4:6] == ["0", "0"]
    finally:
        os.close(secret)


def test_errors_name_the_errno() -> None:
    assert "Permission denied" in str(process._too_many(OSError(errno.EACCES, "Permission denied")))


def test_a_folder_that_does_not_exist_is_named(tmp_path: Path) -> None:
    missing = str(tmp_path / "missing")
    with Guest(tmp_path, "say(1)", readable_paths=(missing,)) as guest:
        with pytest.raises(AtollError, match=missing) as caught:
            guest.wait_spawned()
        assert type(caught.value) is AtollError


@pytest.mark.parametrize("path", ["relative", "/tmp/../etc", "/tmp/"])
def test_paths_that_mean_something_else_elsewhere_are_refused(path: str) -> None:
    with pytest.raises(ValueError, match="absolute"):
        process.SpawnOptions(("/deno",), (path,))


def test_a_request_that_is_too_long_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="too much"):
        process.spawn(process.SpawnOptions(("/deno", "x" * 100_000)))


def test_the_engine_may_lie_in_a_readable_folder(tmp_path: Path) -> None:
    around = os.path.dirname(deno.find_engine())
    with Guest(tmp_path, "say(1)", readable_paths=(str(tmp_path), around)) as guest:
        assert guest.line() == 1


def test_folders_may_lie_in_each_other_and_be_links(tmp_path: Path) -> None:
    inner = tmp_path / "inner"
    inner.mkdir()
    (inner / "data.txt").write_text("data")
    link = tmp_path / "link"
    link.symlink_to(inner)
    source = """
    const here = import.meta.dirname;
    const read = (name) => Deno.readTextFileSync(here + name);
    say(read("/inner/data.txt") + read("/link/data.txt"));
    """
    paths = (str(inner), str(link), str(tmp_path))
    for unavailable in ((), ("namespaces",)):
        with Guest(tmp_path, source, readable_paths=paths, _unavailable=unavailable) as guest:
            assert guest.line() == "datadata"


def test_many_different_folders_do_not_pile_up(tmp_path: Path) -> None:
    for number in range(70):
        folder = tmp_path / str(number)
        folder.mkdir()
        process.spawn(process.SpawnOptions((deno.find_engine(),), (str(folder),))).close()
    with Guest(tmp_path, "say(1)") as guest:
        guest.line()
    pid = process.spawner_pid()
    links = [os.path.realpath(f"/proc/{pid}/fd/{fd}") for fd in os.listdir(f"/proc/{pid}/fd")]
    assert len([link for link in links if "landlock" in link]) <= 64
