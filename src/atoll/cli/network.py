"""``--allow``: URLs that a program may fetch."""

from __future__ import annotations

from typing import Any

from .arguments import UsageError


def handlers_for(allowed: list[str]) -> dict[str, Any]:
    """What `Fetch` is given for those patterns; nothing without any.

    Raises:
        UsageError: a pattern makes no sense, or the client for HTTP is not installed.
    """
    if not allowed:
        return {}
    try:
        from atoll.network import Network

        network = Network(allowed)
    except (ModuleNotFoundError, ValueError) as error:
        raise UsageError(str(error)) from None
    return {"handler": network, "websocket": network.websocket}
