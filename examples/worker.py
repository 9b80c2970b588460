"""Ask a handler that was written for Cloudflare Workers, without a server in between.

`atoll serve examples/worker.js` puts the same file behind one.
"""

import asyncio
from pathlib import Path

from atoll import File, FormData, Limits, MiB, Runtime
from atoll.fetch import Fetch, NetworkError, Request, Response

WORKER = Path(__file__).with_name("worker.js")
SITE = "https://worker.example"


async def other_sites(request: Request) -> Response:
    """Every request of the worker comes here; there is no other way out."""
    if request.url.hostname != "quotes.example":
        raise NetworkError(f"{request.url.hostname} is not allowed")
    return Response("so it goes", headers={"x-from": "quotes"})


async def main() -> None:
    limits = Limits(memory=64 * MiB, cpu_time=10)
    fetch = Fetch(other_sites, env={"TITLE": "Notes & <more>"})
    async with Runtime(limits=limits, fetch=fetch, modules=True) as rt:
        await rt.eval(WORKER.read_text("utf-8"), module=True, filename="worker.js", copy=False)

        async def ask(path: str, **options: object) -> Response:
            return await rt.dispatch_request(Request(SITE + path, **options))  # type: ignore[arg-type]

        page = await ask("/")
        print(page.headers["content-type"], await page.text())

        print((await ask("/notes/2", method="PUT", json={"text": "call Ada"})).status)
        print(await (await ask("/notes/2")).json(), (await ask("/notes/3")).status)
        print((await ask("/notes/2", method="DELETE")).status, (await ask("/nowhere")).status)

        form = FormData()
        form.append("title", "photo")
        form.append("file", File("not a photo", "photo.txt", "text/plain"))
        print(await (await ask("/upload", method="POST", body=form)).json())

        async with await ask("/count/1000000") as numbers:  # nobody waits for all of them
            print([await anext(numbers.body) for _ in range(3)])

        visit = await ask("/visits", headers={"Cookie": "visits=6; theme=dark"})
        print(await visit.text(), visit.headers.get_set_cookie())

        quote = await ask("/proxy?url=https://quotes.example/vonnegut")
        print(await quote.text(), quote.headers["x-from"])

        answer = await ask("/echo", headers={"Upgrade": "websocket"})
        if (socket := answer.websocket) is not None:
            for word in ("hello", "bye"):
                await socket.send(word)
            print([message async for message in socket], socket.close_code)


if __name__ == "__main__":
    asyncio.run(main())
