"""The internet for a guest, as far as its owner allows: extra ``http``.

::

    from atoll.fetch import Fetch
    from atoll.network import Network

    network = Network(["https://api.example.com", "https://*.example.org"])
    await isolate.install(Fetch(network, websocket=network.websocket))
"""

from __future__ import annotations

try:
    import aiohttp as _aiohttp  # noqa: F401
except ModuleNotFoundError as error:  # pragma: no cover — the extra is part of every test run
    raise ModuleNotFoundError(
        "atoll.network needs the extra `http`: pip install 'atoll[http]'", name=error.name
    ) from error

from atoll.network._network import Network
from atoll.network._rules import Rule

__all__ = ["Network", "Rule"]
