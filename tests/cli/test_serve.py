"""``atoll serve`` as its user runs it."""

from __future__ import annotations

import signal
import socket
import subprocess
import sys
from contextlib import AbstractContextManager
from pathlib import Path

import httpx
import pytest

from atoll.testing import IntegrationServer
from tests.servers import Served, served_by


def serving(*arguments: str) -> AbstractContextManager[Served]:
    return served_by("atoll", "serve", *arguments)


def test_a_handler_is_served(tmp_path: Path) -> None:
    (tmp_path / "greeting.js").write_text("export const greet = (name) => `hello ${name}`;")
    handler = tmp_path / "handler.js"
    handler.write_text(
        """
        import { greet } from "./greeting.js";
        export default {
          fetch(request, env) {
            console.log("asked for", request.url);
            return new Response(greet(env.NAME));
          },
        };
        """
    )
    with serving(str(handler), "--isolates", "1", "--env", "NAME=Ada") as served:
        assert httpx.get(served.url).text == "hello Ada"
    assert served.process.returncode == 0


def test_a_change_is_served(tmp_path: Path) -> None:
    handler = tmp_path / "handler.js"
    handler.write_text("export default () => new Response('one')")
    with serving(str(handler), "--isolates", "1", "--reload") as served:
        assert httpx.get(served.url).text == "one"
        handler.write_text("export default () => new Response(")
        served.wait_for("(does not load)")
        assert httpx.get(served.url).text == "one"
        handler.write_text("export default () => new Response('two')")
        served.wait_for(r"(loaded handler\.js again)")
        assert httpx.get(served.url).text == "two"


def test_a_handler_fetches_what_is_allowed(tmp_path: Path) -> None:
    handler = tmp_path / "handler.js"
    with IntegrationServer() as server:
        handler.write_text(f"export default () => fetch('{server.url}').catch((e) => e.message)")
        handler.write_text(
            f"export default async () => new Response(await fetch('{server.url}')"
            ".then((r) => r.text(), (e) => e.message))"
        )
        with serving(str(handler), "--isolates", "1") as served:
            assert "not allowed" in httpx.get(served.url).text
        with serving(str(handler), "--isolates", "1", "--allow", server.url) as served:
            # Loopback is no public address, whatever the pattern says.
            assert "not allowed" in httpx.get(served.url).text
        assert server.requests == []


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["missing.js"], "no such file"),
        ([__file__, "--env", "nothing"], "NAME=VALUE"),
        ([__file__, "--allow", "nothing"], "no pattern of URLs"),
        ([__file__, "--isolates", "0"], "at least 1"),
        ([__file__, "--memory", "1"], "memory"),
        ([__file__, "--port", "99999"], "65535"),
        ([__file__, "--timeout", "0"], "timeout is a positive number of seconds"),
        ([__file__, "--max-body", "many"], "a size such as"),
        (["."], "is a directory"),
        ([sys.executable], "not UTF-8"),
    ],
)
def test_options_that_make_no_sense(arguments: list[str], said: str) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "atoll", "serve", *arguments], capture_output=True, text=True
    )
    assert done.returncode == 2
    assert said in done.stderr


@pytest.mark.parametrize(
    ("code", "said"),
    [
        ("1", "the program has no handler for requests"),
        ("export default () => {", "handler.ts:1:"),
        ("null.x", "Uncaught TypeError: Cannot read properties of null"),
        ("import './nothing.ts'", 'there is no "nothing.ts"'),
    ],
)
def test_a_handler_that_does_not_load(tmp_path: Path, code: str, said: str) -> None:
    handler = tmp_path / "handler.ts"
    handler.write_text(code)
    done = subprocess.run(
        [sys.executable, "-m", "atoll", "serve", "--port", "0", str(handler)],
        capture_output=True,
        text=True,
    )
    assert said in done.stderr
    assert done.returncode == 1
    assert "Traceback" not in done.stderr


def test_a_port_that_is_taken(tmp_path: Path) -> None:
    handler = tmp_path / "handler.js"
    handler.write_text("export default () => new Response('')")
    with serving(str(handler), "--isolates", "1") as served:
        port = httpx.URL(served.url).port
        done = subprocess.run(
            [sys.executable, "-m", "atoll", "serve", "--port", str(port), str(handler)],
            capture_output=True,
            text=True,
        )
    assert done.returncode == 2
    assert "address already in use" in done.stderr


HEAD = b"GET / HTTP/1.1\r\nHost: a\r\n"
CHUNKED = b"POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n"


@pytest.mark.parametrize(
    ("begin", "piece"),
    [
        (b"GET /", b"a" * 10_000),
        (HEAD + b"X: ", b"a" * 10_000),
        (HEAD, b"x: y\r\n" * 2000),
        (CHUNKED + b"0\r\n", b"x: y\r\n" * 2000),
        (CHUNKED + b"0\r\nX: ", b"a" * 10_000),
        (CHUNKED + b"1;", b"a" * 10_000),
    ],
)
def test_a_head_that_never_ends(tmp_path: Path, begin: bytes, piece: bytes) -> None:
    handler = tmp_path / "handler.js"
    handler.write_text("export default async (request) => new Response(await request.text())")
    with serving(str(handler), "--isolates", "1") as served:
        url = httpx.URL(served.url)
        with socket.create_connection((url.host, url.port or 0), timeout=10) as client:
            client.sendall(begin)
            with pytest.raises(ConnectionError):  # noqa: PT012 - it is closed while we send
                for _ in range(2000):
                    client.sendall(piece)
        large = httpx.post(served.url, content=iter([b"b" * 100] * 10_000))
        assert large.text == "b" * 1_000_000
        assert httpx.get(served.url, headers={"x": "a" * 60_000}).status_code == 200
        assert httpx.get(served.url, headers={"x": "a" * 600_000}).status_code == 431


def test_a_stream_does_not_keep_the_server_from_stopping(tmp_path: Path) -> None:
    handler = tmp_path / "handler.js"
    handler.write_text("""
        export default () => new Response(new ReadableStream({
          start: (controller) => controller.enqueue(new TextEncoder().encode("data: 1\\n\\n")),
        }))
    """)
    arguments = [str(handler), "--isolates", "1", "--shutdown-grace", "200ms"]
    with (
        serving(*arguments) as served,
        httpx.stream("GET", served.url, timeout=None) as response,
    ):
        assert next(response.iter_raw()) == b"data: 1\n\n"
        served.process.send_signal(signal.SIGTERM)
        assert served.process.wait(timeout=10) in (0, -signal.SIGTERM)


def test_bodies_and_times_are_bounded(tmp_path: Path) -> None:
    handler = tmp_path / "handler.js"
    handler.write_text("""
        export default async (request) =>
          request.method === "GET" ? new Promise(() => {}) : new Response(await request.text())
    """)
    options = ["--isolates", "1", "--max-body", "1kB", "--timeout", "100ms"]
    with serving(str(handler), *options) as served:
        assert httpx.get(served.url).status_code == 504
        assert httpx.post(served.url, content=b"x" * 1000).text == "x" * 1000
        assert httpx.post(served.url, content=b"x" * 1001).status_code == 413
