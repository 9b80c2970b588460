"""Other ways to run JavaScript from Python, where they are installed (the ``bench`` extra)."""

from __future__ import annotations

import importlib
from types import ModuleType


def find(name: str) -> ModuleType | None:
    """That package, or None where it is not installed or does not load here."""
    try:
        return importlib.import_module(name)
    except Exception as error:  # a peer that does not load costs its row only
        if not isinstance(error, ModuleNotFoundError):
            print(f"note: {name} does not load here: {error}")
        return None
