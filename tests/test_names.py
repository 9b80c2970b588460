"""The public names of the package."""

from __future__ import annotations

import atoll


def test_every_public_name_can_be_imported() -> None:
    assert [name for name in atoll.__all__ if not hasattr(atoll, name)] == []
    assert set(atoll.__all__) == {*atoll._MODULES, "__version__"}
