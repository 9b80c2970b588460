"""What becomes of isolates where the host, or the guest, has no memory left."""

from __future__ import annotations

import sys
from collections.abc import AsyncIterator

import pytest

import atoll.sync
from atoll import Limits, MemoryLimitExceeded, MiB, Pool
from tests.runtime.support import run_program

linux = pytest.mark.skipif(sys.platform != "linux", reason="other systems do not enforce RLIMIT_AS")

# A host that may map only so much more, until the limit is lifted again.
LIMITED = """
import asyncio, os, resource, sys
from pathlib import Path
import atoll, atoll.sync
from atoll import HostOutOfMemory, MiB
from atoll.engine.process import spawner_pid

def leave(size):
    words = Path("/proc/self/statm").read_text().split()
    mapped = int(words[0]) * resource.getpagesize()
    resource.setrlimit(resource.RLIMIT_AS, (mapped + size, resource.RLIM_INFINITY))

def lift():
    resource.setrlimit(resource.RLIMIT_AS, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))

def fails(work):
    try:
        work()
    except HostOutOfMemory as error:
        assert isinstance(error, MemoryError)
        return str(error)
    raise AssertionError("there was enough memory")

def processes(left=1):
    path = Path(f"/proc/{spawner_pid()}/task/{spawner_pid()}/children")
    while len(pids := path.read_text().split()) > left:
        pass  # those that have been disposed of are being reaped
    return pids
"""
BIG = "new Uint8Array(64 * 2 ** 20)"


def limited(text: str) -> list[str]:
    return run_program(LIMITED + text).splitlines()


@linux
def test_a_result_without_room_ends_its_isolate_alone() -> None:
    said = limited(
        f"""
with atoll.sync.Isolate() as isolate, atoll.sync.Isolate() as sibling:
    leave(20 * MiB)
    print(fails(lambda: isolate.eval("{BIG}")))
    print(fails(lambda: isolate.eval("1")))
    isolate.dispose()
    assert processes() == [str(sibling._driver.process.pid)]
    print(sibling.eval("6 * 7"))
    lift()
    print(len(sibling.eval("{BIG}")))
"""
    )
    assert "so the isolate was ended" in said[0]
    assert said[1:] == [said[0], "42", str(64 * MiB)]


@linux
def test_a_result_without_room_reaches_everybody_who_waits_on_the_loop() -> None:
    said = limited(
        f"""
async def main():
    async with atoll.Isolate() as isolate, atoll.Isolate() as sibling:
        waits = asyncio.ensure_future(isolate.eval("new Promise(() => {{}})"))
        other = asyncio.ensure_future(sibling.eval("new Promise(go => answer = go)"))
        await sibling.eval("1")
        leave(20 * MiB)
        results = await asyncio.gather(isolate.eval("{BIG}"), waits, return_exceptions=True)
        for error in results:
            assert type(error) is HostOutOfMemory, error
            print(error)
        await isolate.dispose()
        assert processes() == [str(sibling._driver.process.pid)]
        lift()
        await sibling.eval("answer(42)")
        print(await other)
        print(len(await sibling.eval("{BIG}")))

asyncio.run(main())
"""
    )
    assert "so the isolate was ended" in said[0]
    assert said[1:] == [said[0], "42", str(64 * MiB)]


@linux
@pytest.mark.parametrize("value", ['"x" * (15 * MiB)', '["x" * MiB] * 15'])
def test_an_argument_without_room_is_not_sent_and_the_isolate_lives(value: str) -> None:
    said = limited(
        f"""
with atoll.sync.Isolate() as isolate:
    value = {value}
    leave(4 * MiB)
    print(fails(lambda: isolate.eval("(x) => x.length", value)))
    print(isolate.eval("6 * 7"))
    lift()
    assert isolate.eval("(x) => x.length", value) == len(value)

async def main():
    async with atoll.Isolate() as isolate:
        leave(4 * MiB)
        try:
            await isolate.eval("(x) => x.length", value)
        except HostOutOfMemory as error:
            print(error)
        print(await isolate.eval("6 * 7"))
        lift()
        assert await isolate.eval("(x) => x.length", value) == len(value)

asyncio.run(main())
"""
    )
    assert "was not sent" in said[0]
    assert said[1:] == ["42", said[0], "42"]


@linux
def test_a_callbacks_result_without_room_is_an_error_in_the_guest() -> None:
    said = limited(
        """
value = "x" * (15 * MiB)
with atoll.sync.Isolate() as isolate:
    isolate.define_function("get", lambda: value)
    leave(4 * MiB)
    print(isolate.eval("try { get() } catch (error) { error.name }"))
    lift()
    assert isolate.eval("get().length") == len(value)
"""
    )
    assert said == ["HostOutOfMemory"]


@linux
@pytest.mark.parametrize("flavour", ["blocking", "asyncio"])
def test_where_there_is_no_room_for_a_start_it_says_so_and_works_later(flavour: str) -> None:
    said = limited(
        f"""
def start():
    if {flavour == "blocking"}:
        with atoll.sync.Isolate() as isolate:
            print(isolate.eval("6 * 7"))
    else:
        async def main():
            async with atoll.Isolate() as isolate:
                print(await isolate.eval("6 * 7"))
        asyncio.run(main())

start()
hog = []
leave(8 * MiB)
try:
    size = MiB
    while size > 64:
        try:
            hog.append(bytearray(size))
        except MemoryError:
            size //= 2
    start()
except MemoryError:
    hog.clear()
    print("no memory")
lift()
assert not processes(0)
start()
"""
    )
    assert said == ["42", "no memory", "42"]


@linux
def test_a_limit_on_the_hosts_addresses_is_not_the_guests() -> None:
    assert limited(
        """
leave(40 * MiB)  # before the spawner, which inherits it
with atoll.sync.Isolate() as isolate:
    print(isolate.eval("6 * 7"))
"""
    ) == ["42"]


@linux
def test_addresses_that_cannot_be_had_are_named_as_the_reason() -> None:
    said = limited(
        """
resource.setrlimit(resource.RLIMIT_AS, (3000 * MiB, 3000 * MiB))
try:
    atoll.sync.Isolate().__enter__()
except atoll.IsolateCrashed as error:
    print(error)
"""
    )
    assert "ulimit -v" in said[0]


# A guest


@pytest.fixture
async def pool() -> AsyncIterator[Pool[atoll.Isolate]]:
    limits = Limits(memory=32 * MiB)
    async with Pool(lambda: atoll.Isolate(limits=limits), size=2) as pool:
        yield pool


HUNGRY = "const all = []; for (;;) all.push(new Array(1e5).fill(all.length))"


async def test_a_guest_without_memory_leaves_its_pool_as_it_was(pool: Pool[atoll.Isolate]) -> None:
    async with pool.checkout() as sibling:
        await sibling.eval("state = 41")
        for _ in range(3):
            with pytest.raises(MemoryLimitExceeded):
                async with pool.checkout() as hungry:
                    await hungry.eval(HUNGRY)
        assert await sibling.eval("state + 1") == 42
    async with pool.checkout() as fresh:
        assert await fresh.eval("typeof state") == "undefined"
    metrics = pool.metrics()
    assert (metrics.checkouts, metrics.died_idle, metrics.failed_starts) == (5, 0, 0)


def test_a_guest_without_memory_leaves_its_blocking_pool_as_it_was() -> None:
    limits = Limits(memory=32 * MiB)
    with (
        atoll.sync.Pool(lambda: atoll.sync.Isolate(limits=limits), size=2) as pool,
        pool.checkout() as sibling,
    ):
        sibling.eval("state = 41")
        for _ in range(3):
            with pytest.raises(MemoryLimitExceeded), pool.checkout() as hungry:
                hungry.eval(HUNGRY)
        assert sibling.eval("state + 1") == 42
        assert pool.metrics().failed_starts == 0
