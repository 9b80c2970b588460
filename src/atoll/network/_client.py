"""The HTTP client behind `Network`: aiohttp, kept from every address that is not allowed.

The check is made on the address that a socket is about to connect to, so no name that changes
its meaning between check and use, and no spelling of an address, gets around it.
"""

from __future__ import annotations

import asyncio
import socket
import ssl
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, Final
from weakref import WeakValueDictionary

import aiohttp

from atoll.network._addresses import Network, why_refused

if TYPE_CHECKING:
    from aiohttp.abc import ResolveResult

_HEADER_BYTES: Final = 64 * 1024


class AddressRefused(OSError):
    """A host leads to an address that the guest may not reach."""


class Redirected(aiohttp.ClientError):
    """The server of a WebSocket answers with a redirect."""


async def _refuse_redirect(
    request: aiohttp.ClientRequest, handler: aiohttp.ClientHandlerType
) -> aiohttp.ClientResponse:
    """The client would follow it to where no rule was asked about, and take added headers along.

    WebSockets Standard, section 2: the handshake's redirect mode is "error".
    """
    response = await handler(request)
    if 300 <= response.status < 400:
        response.close()
        raise Redirected(f"a redirect ({response.status})")
    return response


def written(method: str) -> aiohttp.ClientMiddlewareType:
    """Has a method sent as it is; the client would write it in upper case."""

    async def send(
        request: aiohttp.ClientRequest, handler: aiohttp.ClientHandlerType
    ) -> aiohttp.ClientResponse:
        request.method = method
        return await handler(request)

    return send


class _CheckedResolver(aiohttp.ThreadedResolver):
    """Leaves out refused addresses, so that a host with one that is allowed can be reached."""

    def __init__(self, allowed: tuple[Network, ...]) -> None:
        super().__init__()
        self._allowed = allowed

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_UNSPEC
    ) -> list[ResolveResult]:
        found = await super().resolve(host, port, family)
        usable = [each for each in found if why_refused(each["host"], self._allowed) is None]
        if found and not usable:
            address = found[0]["host"]
            raise AddressRefused(f"{host} is {address}, {why_refused(address, self._allowed)}")
        return usable


def _checked_sockets(allowed: tuple[Network, ...]) -> Callable[[Any], socket.socket]:
    def make(info: tuple[int, int, int, str, tuple[Any, ...]]) -> socket.socket:
        family, kind, protocol, _, address = info
        reason = why_refused(address[0], allowed)
        if reason is not None:
            raise AddressRefused(f"{address[0]} is {reason}")
        return socket.socket(family, kind, protocol)

    return make


def open_session(
    allowed: tuple[Network, ...], *, connect_timeout: float, tls: ssl.SSLContext | None
) -> aiohttp.ClientSession:
    """A client that keeps no cookies, follows no redirect, and reads no proxy from the environment.

    Args:
        allowed: networks that are open although they are not public.
        connect_timeout: seconds for a connection.
        tls: settings for ``https``; None: the system's certificates.
    """
    connector = aiohttp.TCPConnector(
        limit=0,  # `Network` counts requests itself
        resolver=_CheckedResolver(allowed),
        socket_factory=_checked_sockets(allowed),
        ssl=True if tls is None else tls,
        use_dns_cache=False,
    )
    return aiohttp.ClientSession(
        connector=connector,
        cookie_jar=aiohttp.DummyCookieJar(),
        timeout=aiohttp.ClientTimeout(total=None, sock_connect=connect_timeout),
        trust_env=False,
        max_line_size=_HEADER_BYTES,
        max_field_size=_HEADER_BYTES,
        skip_auto_headers=("Accept", "Content-Type"),
        middlewares=(_refuse_redirect,),
    )


class Sessions:
    """The client of each event loop that uses a `Network`, open while something uses it."""

    def __init__(self, open_one: Callable[[], aiohttp.ClientSession], concurrency: int) -> None:
        self._open_one = open_one
        self._concurrency = concurrency
        self._opened: dict[asyncio.AbstractEventLoop, Opened] = {}

    async def acquire(self) -> Opened:
        """The client of the running loop; `release` it afterwards."""
        loop = asyncio.get_running_loop()
        opened = self._opened.get(loop)
        if opened is None:
            for other in [each for each in self._opened if each.is_closed()]:
                del self._opened[other]
            opened = Opened(self._open_one(), asyncio.Semaphore(self._concurrency))
            self._opened[loop] = opened
        opened.users += 1
        return opened

    async def release(self) -> None:
        """Give the client back; it is closed with its last user."""
        loop = asyncio.get_running_loop()
        opened = self._opened[loop]
        opened.users -= 1
        if opened.users == 0:
            del self._opened[loop]
            await opened.session.close()


class Opened:
    __slots__ = ("_handshakes", "session", "slots", "users")

    def __init__(self, session: aiohttp.ClientSession, slots: asyncio.Semaphore) -> None:
        self.session = session
        self.slots = slots
        self.users = 0
        self._handshakes: WeakValueDictionary[str, asyncio.Lock] = WeakValueDictionary()

    def handshake(self, host: str) -> asyncio.Lock:
        """What the opening handshake of a WebSocket holds: RFC 6455, section 4.1, allows one."""
        return self._handshakes.setdefault(host, asyncio.Lock())
