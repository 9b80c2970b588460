"""Whether somebody still wants the answer."""

from __future__ import annotations

from atoll.core.abort import AbortSignal

__all__ = ["AbortSignal"]
