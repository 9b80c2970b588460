"""Pools: isolates that are ready when they are needed, and isolates that are kept for somebody."""

from __future__ import annotations

from atoll.pool._metrics import PoolMetrics
from atoll.pool._pool import Pool
from atoll.pool._sessions import Sessions

__all__ = ["Pool", "PoolMetrics", "Sessions"]
