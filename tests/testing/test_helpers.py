"""What `atoll.testing` offers, tried on real isolates."""

from __future__ import annotations

import asyncio
import subprocess
import sys
import threading
import urllib.request

import pytest

from atoll import Isolate, JSError, Limits, MiB, sync
from atoll.fetch import Fetch, NetworkError, Request, Response
from atoll.testing import (
    FakeNetwork,
    IntegrationServer,
    eval_code,
    no_leaked_handles,
    no_leaked_tasks,
    no_leaks,
    run_test_code,
)
from atoll.testing import sync as blocking

pytest_plugins = ["pytester"]


def fails(match: str) -> pytest.RaisesExc[AssertionError]:
    return pytest.raises(AssertionError, match=match)


# Code


async def test_code_is_evaluated_in_a_fresh_runtime() -> None:
    assert await eval_code("(a, b) => new TextEncoder().encode(a + b).length", "x", "é") == 3
    with pytest.raises(JSError, match="crypto is not defined"):
        await eval_code("crypto", crypto=None)


async def test_test_code_has_input_and_log() -> None:
    async with Isolate() as isolate:
        run = await run_test_code(
            isolate,
            "log('doubled', input.n * 2); log('called', input.f(1)); log('doubled', 0)",
            {"n": 21, "f": lambda n: n + 1},
        )
        assert run.logs == {"doubled": 0, "called": 2}
        assert run.log_order == ["doubled", "called", "doubled"]
        assert run.value is None


async def test_errors_of_test_code_have_its_own_lines() -> None:
    async with Isolate() as isolate:
        with pytest.raises(JSError, match="no") as caught:
            await run_test_code(isolate, "\nthrow new Error('no')", filename="mine.js")
    assert "mine.js:2:7" in str(caught.value.js_stack)


def test_the_same_in_blocking_tests() -> None:
    assert blocking.eval_code("1 + 1") == 2
    with sync.Isolate(limits=Limits(memory=32 * MiB)) as isolate:
        run = blocking.run_test_code(isolate, "log('in', input); return await 5", [1])
    assert (run.value, run.logs) == (5, {"in": [1]})


# The fake network


async def test_unexpected_requests_fail_inside_and_at_the_end() -> None:
    network = FakeNetwork()
    with pytest.raises(NetworkError, match="expects no GET"):
        await network(Request("https://a.example/other"))
    with fails(r"unexpected: GET https://a\.example/other"):
        network.verify()


async def test_requests_that_never_came_fail_at_the_end() -> None:
    with fails(r"came 0 of 1 times: GET https://a\.example/"), FakeNetwork() as network:
        network.expect("GET", "https://a.example/")


async def test_an_error_can_be_the_answer() -> None:
    with FakeNetwork() as network:
        network.expect("GET", "https://a.example/").reply(NetworkError("down"))
        with pytest.raises(NetworkError, match="down"):
            await network(Request("https://a.example/"))


def test_a_test_that_fails_by_itself_is_not_hidden() -> None:
    network = FakeNetwork()
    network.expect("GET", "https://a.example/")
    with pytest.raises(KeyError), network:
        raise KeyError


# The server


def test_the_server_serves_blocking_tests() -> None:
    with IntegrationServer() as server:
        server.reply("*", Response("anything", headers={"X-A": "b"}))
        with urllib.request.urlopen(f"{server.url}/some/path") as response:
            assert response.read() == b"anything"
            assert response.headers["X-A"] == "b"


# Leaks


def test_a_process_that_is_left_is_found() -> None:
    isolate = sync.Isolate()
    with fails("processes are left"), no_leaks(patience=0.1):
        isolate.__enter__()
    isolate.dispose()


def test_a_descriptor_that_is_left_is_found() -> None:
    with fails("descriptors are left"), no_leaks():
        file = open(__file__)  # noqa: SIM115
    file.close()


def test_a_thread_that_is_left_is_found() -> None:
    done = threading.Event()
    with fails("threads are left"), no_leaks():
        thread = threading.Thread(target=done.wait)
        thread.start()
    done.set()
    thread.join()


async def test_a_task_that_is_left_is_found() -> None:
    with fails("tasks are left"):
        async with no_leaked_tasks():
            task = asyncio.create_task(asyncio.Event().wait())
    task.cancel()


async def test_a_handle_that_is_left_is_found() -> None:
    async with Isolate() as isolate:
        async with no_leaked_handles(isolate), await isolate.eval("({})", copy=False):
            pass
        with fails("1 handles are left"):
            async with no_leaked_handles(isolate):
                kept = await isolate.eval("({})", copy=False)
        kept.release()


def test_nothing_left_is_fine() -> None:
    with no_leaks(), sync.Isolate() as isolate:
        assert isolate.eval("1") == 1


# The plugin


def test_the_fixtures_work_in_a_project_of_their_own(pytester: pytest.Pytester) -> None:
    pytester.makeconftest('pytest_plugins = ["atoll.testing.plugin"]')
    pytester.makepyfile(
        """
        import pytest

        @pytest.mark.asyncio
        async def test_isolate(leaves_nothing, isolate):
            assert await isolate.eval("typeof crypto") == "undefined"

        @pytest.mark.asyncio
        async def test_runtime(runtime):
            assert await runtime.eval("typeof crypto") == "object"

        @pytest.mark.asyncio
        async def test_factory(make_runtime, make_isolate):
            manual = await make_runtime(timers="manual")
            await manual.eval("rung = 0; setTimeout(() => { rung = 1 }, 1000)")
            await manual.tick(1000)
            assert await manual.eval("rung") == 1
            assert await (await make_isolate()).eval("1") == 1

        def test_blocking(sync_isolate, sync_runtime, make_sync_isolate, make_sync_runtime):
            made = [sync_isolate, sync_runtime, make_sync_isolate(), make_sync_runtime(crypto=None)]
            assert [each.eval("typeof crypto") for each in made] == [
                "undefined", "object", "undefined", "undefined",
            ]

        def test_server(integration_server):
            assert integration_server.url.startswith("http://127.0.0.1:")

        def test_network(fake_network):
            fake_network.expect("GET", "https://a.example/")
        """
    )
    result = pytester.runpytest_subprocess("-p", "no:cacheprovider", "-q")
    result.assert_outcomes(passed=6, errors=1)
    result.stdout.fnmatch_lines(["*came 0 of 1 times: GET https://a.example/*"])


def test_the_package_needs_no_pytest() -> None:
    code = "import sys; sys.modules['pytest'] = None; import atoll.testing"
    subprocess.run([sys.executable, "-c", code], check=True)


async def test_expected_requests_are_answered() -> None:
    with FakeNetwork() as network:
        page = network.expect("GET", "https://a.example/", times=2)
        page.reply(Response("one"), Response("two"))
        network.expect("POST", "https://a.example/", json={"n": 1}, headers={"X-Key": "k"}).reply(
            lambda request: Response(request.method, status=201)
        )
        async with Isolate() as isolate:
            await isolate.install(Fetch(network))
            answers = await isolate.eval(
                """
                const get = () => fetch("https://a.example/").then((r) => r.text());
                const post = await fetch("https://a.example/", {
                  method: "POST", body: '{"n":1}', headers: { "x-key": "k" },
                });
                [await get(), await get(), post.status, await post.text()]
                """
            )
        assert answers == ["one", "two", 201, "POST"]
        assert network.requests[0].json() == {"n": 1}


async def test_the_server_records_what_the_guest_asks() -> None:
    async with IntegrationServer() as server, Isolate() as isolate:
        server.reply("/items", Response.json([1, 2]))
        server.reply("/items", lambda request: Response(status=204), method="DELETE")
        await isolate.install(Fetch(server.network()))
        result = await isolate.eval(
            """
            async (base) => [
              await fetch(base + "/items?x=1").then((r) => r.json()),
              (await fetch(base + "/items", { method: "DELETE" })).status,
              (await fetch(base + "/missing", { method: "POST", body: "b" })).status,
            ]
            """,
            server.url,
        )
        assert result == [[1, 2], 204, 404]
        assert [str(request) for request in server.requests] == [
            f"GET {server.url}/items?x=1",
            f"DELETE {server.url}/items",
            f"POST {server.url}/missing",
        ]
        assert server.requests[2].text == "b"
