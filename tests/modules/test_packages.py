"""Ten packages of different kinds from npm, as they are published, from a mounted node_modules."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio

from atoll import Runtime
from atoll.fetch import Request
from atoll.modules import Modules
from tests.modules.npm import node_modules

pytestmark = [pytest.mark.asyncio(loop_scope="module"), pytest.mark.timeout(290)]


@pytest.fixture(scope="module")
def packages() -> Path:
    return node_modules()


@pytest_asyncio.fixture(loop_scope="module", scope="module")
async def rt(packages: Path) -> AsyncIterator[Runtime]:
    modules = Modules().mount_node_modules("", packages)
    async with Runtime(modules=modules, fetch=True) as runtime:
        yield runtime


PROGRAMS: dict[str, tuple[str, Any]] = {
    "lodash, CommonJS in one file": (
        """
        import _ from "lodash";
        export default [_.chunk([1, 2, 3], 2), _.merge({ a: { b: 1 } }, { a: { c: 2 } }),
            _.template("<%= who %>!")({ who: "you" }), _.VERSION]""",
        [[[1, 2], [3]], {"a": {"b": 1, "c": 2}}, "you!", "4.17.21"],
    ),
    "lodash, one file for each function": (
        """
        import groupBy from "lodash/groupBy.js"; import fp from "lodash/fp.js";
        export default [groupBy([1, 2, 3], (n) => n % 2 ? "odd" : "even"),
            fp.map((n) => n + 1)([1])]""",
        [{"odd": [1, 3], "even": [2]}, [2]],
    ),
    "date-fns, hundreds of ES modules": (
        """
        import { addDays, format, formatDistance } from "date-fns";
        import { de } from "date-fns/locale/de";
        const start = new Date(2024, 1, 28);
        export default [format(addDays(start, 2), "yyyy-MM-dd"),
            formatDistance(start, addDays(start, 3), { locale: de })]""",
        ["2024-03-01", "3 Tage"],
    ),
    "zod, ES modules with a CommonJS twin": (
        """
        import { z } from "zod";
        const User = z.object({ name: z.string().min(2), age: z.coerce.number().int() });
        const bad = User.safeParse({ name: "A", age: "x" });
        export default [User.parse({ name: "Ada", age: "36" }),
            bad.error.issues.map((issue) => issue.path[0])]""",
        [{"name": "Ada", "age": 36}, ["name", "age"]],
    ),
    "marked, one bundled ES module": (
        """
        import { marked } from "marked";
        export default marked.parse("# Hi *you*\\n\\n- a\\n- b\\n")""",
        "<h1>Hi <em>you</em></h1>\n<ul>\n<li>a</li>\n<li>b</li>\n</ul>\n",
    ),
    "d3-array, ES modules with a dependency": (
        """
        import { bin, extent, group, quantile } from "d3-array";
        export default [extent([3, 1, 2]), quantile([1, 2, 3, 4], 0.5), bin()([1, 1, 5]).length,
            group(["ab", "ac", "b"], (s) => s[0]).get("a")]""",
        [[1, 3], 2.5, 5, ["ab", "ac"]],
    ),
    "ajv, CommonJS that makes functions at run time": (
        """
        import { Ajv } from "ajv"; import Default from "ajv/dist/2020.js";
        const properties = { id: { type: "integer" } };
        const schema = { type: "object", required: ["id"], properties };
        const validate = new Ajv().compile(schema);
        export default [validate({ id: 1 }), validate({ id: "1" }), validate.errors[0].instancePath,
            new Default.default().validate({ prefixItems: [{ type: "null" }] }, [null])]""",
        [True, False, "/id", True],
    ),
    "luxon, one large ES module": (
        """
        import { DateTime, Duration } from "luxon";
        const noon = DateTime.fromISO("2024-05-06T12:00", { zone: "Europe/Berlin" });
        export default [noon.toUTC().toISO(), noon.plus({ months: 1 }).toFormat("dd LLL yyyy"),
            Duration.fromObject({ hours: 25 }).shiftTo("days", "hours").toObject()]""",
        ["2024-05-06T10:00:00.000Z", "06 Jun 2024", {"days": 1, "hours": 1}],
    ),
    "immer, which asks process for its mode": (
        """
        import { produce, enablePatches, produceWithPatches } from "immer";
        enablePatches();
        const base = { list: [1, 2], same: {} };
        const next = produce(base, (draft) => { draft.list.push(3) });
        const [, patches] = produceWithPatches(base, (draft) => { delete draft.same });
        export default [next.list, base.list, next.same === base.same, patches[0].op]""",
        [[1, 2, 3], [1, 2], True, "remove"],
    ),
}


@pytest.mark.parametrize("name", PROGRAMS)
async def test_package(name: str, rt: Runtime) -> None:
    code, expected = PROGRAMS[name]
    assert await rt.eval(code, module=True, filename="main.js") == expected


async def test_preact_renders_on_the_server(rt: Runtime) -> None:
    code = """
    /** @jsxImportSource preact */
    import { useState } from "preact/hooks";
    import { renderToString } from "preact-render-to-string";
    function Counter({ start }: { start: number }) {
      const [n] = useState(start);
      return <button class="c">{n} {"<"} {n + 1}</button>;
    }
    export default renderToString(<><Counter start={1} /></>);
    """
    html = await rt.eval(code, module=True, filename="main.tsx")
    assert html == '<button class="c">1 &lt; 2</button>'


async def test_hono_serves_requests(rt: Runtime) -> None:
    await rt.eval(
        """
        import { Hono } from "hono"; import { cors } from "hono/cors";
        const app = new Hono();
        app.use("*", cors());
        app.get("/hello/:name", (c) => c.json({ hello: c.req.param("name"), q: c.req.query("q") }));
        app.post("/echo", async (c) => c.text(await c.req.text(), 201));
        export default app""",
        module=True,
        copy=False,
    )
    response = await rt.dispatch_request(Request("https://x.example/hello/ada?q=1"))
    assert await response.json() == {"hello": "ada", "q": "1"}
    assert response.headers["access-control-allow-origin"] == "*"
    response = await rt.dispatch_request(
        Request("https://x.example/echo", method="POST", body="hi")
    )
    assert (response.status, await response.text()) == (201, "hi")
    missing = await rt.dispatch_request(Request("https://x.example/nope"))
    assert missing.status == 404


async def test_commonjs_packages_name_their_exports_as_in_node(rt: Runtime) -> None:
    code = "import * as ajv from 'ajv'; export default Object.keys(ajv).toSorted()"
    names = await rt.eval(code, module=True)
    expected = ["Ajv", "CodeGen", "KeywordCxt", "MissingRefError", "Name", "ValidationError", "_"]
    assert set(expected) <= set(names)


async def test_nothing_of_node_is_left_in_the_global_scope(rt: Runtime) -> None:
    names = ["process", "require", "module", "exports", "Buffer", "global", "__filename"]
    assert await rt.eval(f"{names!r}.filter((name) => name in globalThis)") == []
