"""Where the engine's classes differ from their standards, and are put right."""

from __future__ import annotations

import pytest

from atoll import Isolate
from atoll.fetch import Fetch

pytestmark = pytest.mark.asyncio(loop_scope="module")


@pytest.mark.parametrize(
    ("url", "host", "href"),
    [
        ("non-spec:/.//", "", "non-spec:/.//"),
        ("non-spec:/a/..//path", "", "non-spec:/.//path"),
        ("non-spec://host//path", "host", "non-spec://host//path"),
        ("https://example.com:8080/", "example.com:8080", "https://example.com:8080/"),
    ],
)
async def test_the_host_of_a_url_has_nothing_of_its_path(
    url: str, host: str, href: str, isolate: Isolate
) -> None:
    """URL Standard, section 4.5: "/." is the serializer's."""
    parsed = "(url) => { const { host, href } = new URL(url); return [host, href] }"
    assert await isolate.eval(parsed, url) == [host, href]


async def test_call_can_be_overridden_but_not_replaced(fresh_isolate: Isolate) -> None:
    result = await fresh_isolate.eval("""(() => {
      "use strict";
      function own() { return this }
      const original = own.call;
      own.call = () => "mine";
      const inherited = Object.create(own);
      class Caller extends Function {}
      Caller.prototype.call = 7;
      const attempts = [
        () => { Function.prototype.call = () => "stolen" },
        () => Object.defineProperty(Function.prototype, "call", { value: 1 }),
        () => { delete Function.prototype.call },
      ].map((attempt) => { try { attempt(); return "done" } catch (error) { return error.name } });
      return [
        own.call(), inherited.call(), original.call(own, 5), typeof (() => {}).call,
        Object.keys(own), attempts, Function.prototype.call === original,
      ];
    })()""")
    assert result == [
        *("mine", "mine", 5, "function"),
        ["call"],
        ["TypeError", "TypeError", "TypeError"],
        True,
    ]


async def test_the_blob_of_a_body_has_the_type_of_its_header() -> None:
    """MIME Sniffing Standard, section 4.5; the Blob constructor would change these."""
    async with Isolate() as isolate:
        await isolate.install(Fetch())
        types = await isolate.eval(
            """(types) => Promise.all(types.map(async (type) => {
              const response = new Response("body", { headers: { "content-type": type } });
              const blob = await response.blob();
              return [blob.type, blob.slice(0, 1, "X/Y").type, await blob.text()];
            }))""",
            ["TEXT/HTML;charset=GBK", "x/x;a=\x80;b=c", 'x/x;a="\\', "x/x", ""],
        )
        blob = await isolate.eval("""new Response("", {
          headers: { "content-type": "text/x;a=B" },
        }).blob()""")
        assert await isolate.eval("new Blob([], { type: 'A/B' }).type") == "a/b"
    assert types == [
        ["text/html;charset=GBK", "x/y", "body"],
        ['x/x;a="\x80";b=c', "x/y", "body"],
        ['x/x;a="\\\\"', "x/y", "body"],
        ["x/x", "x/y", "body"],
        ["", "x/y", "body"],
    ]
    assert blob.type == "text/x;a=B"
