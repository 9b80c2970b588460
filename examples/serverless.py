"""Serverless functions: customers' code answers requests, each customer in a runtime of its own.

A customer's runtime keeps its state between requests, is ended when nobody has called for a while,
and starts from a pool of warm ones. The code may fetch what its owner allows, and nothing else.
"""

import asyncio

from atoll import AtollError, Limits, MiB, Pool, Runtime, Sessions
from atoll.fetch import Fetch, NetworkError, Request, Response
from atoll.modules import Modules

DEPLOYED = {
    "ada": """
        let visits = 0;
        export default {
            async fetch(request, env) {
                const { pathname, searchParams } = new URL(request.url);
                if (pathname === "/visits") return Response.json({ visits: ++visits });
                if (pathname === "/price") {
                    const answer = await fetch(`https://rates.example/${searchParams.get("of")}`);
                    const { rate } = await answer.json();
                    return Response.json({ price: rate * env.margin });
                }
                return new Response("nothing here\\n", { status: 404 });
            },
        };
    """,
    "eve": """
        export default {
            async fetch(request) {
                if (request.url.endsWith("/loop")) for (;;);
                const stolen = await fetch("http://169.254.169.254/latest/meta-data/");
                return new Response(await stolen.text());
            },
        };
    """,
}


async def network(request: Request) -> Response:
    """The only way out of a customer's code."""
    if request.url.host != "rates.example":
        raise NetworkError(f"{request.url.host} is not allowed")
    return Response.json({"rate": {"/gold": 80.0}.get(request.url.pathname, 1.0)})


def make() -> Runtime:
    return Runtime(
        limits=Limits(memory=64 * MiB, call_time=2),
        fetch=Fetch(network, env={"margin": 1.25}),
        modules=Modules(),
    )


async def deploy(customer: str, rt: Runtime) -> None:
    """What a customer's runtime begins with: the default export becomes its handler."""
    await rt.eval(DEPLOYED[customer], filename=f"{customer}.js", module=True, copy=False)


async def handle(sessions: Sessions[Runtime], customer: str, path: str) -> str:
    request = Request(f"https://{customer}.example{path}")
    try:
        async with sessions.use(customer) as rt:
            response = await rt.dispatch_request(request, timeout=1)
            return f"{response.status} {(await response.text()).strip()}"
    except AtollError as error:
        return f"500 {type(error).__name__}: {error}".splitlines()[0][:90]


async def main() -> None:
    async with (
        Pool(make, size=2) as pool,
        Sessions(pool, limit=4, idle_timeout=60, exclusive=False, prepare=deploy) as sessions,
    ):
        for customer, path in (
            ("ada", "/visits"),
            ("ada", "/visits"),
            ("ada", "/price?of=gold"),
            ("ada", "/nothing"),
            ("eve", "/steal"),
            ("eve", "/loop"),
            ("ada", "/visits"),
        ):
            print(f"{customer}{path}: {await handle(sessions, customer, path)}")


asyncio.run(main())
