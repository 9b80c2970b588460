"""These tests keep their results in a folder of their own."""

from __future__ import annotations

import pytest


@pytest.fixture(autouse=True)
def cache_directory(
    tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch
) -> None:
    directory = tmp_path_factory.getbasetemp() / "atoll-cache"
    monkeypatch.setenv("ATOLL_CACHE_DIR", str(directory))
