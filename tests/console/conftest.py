"""One isolate with a console for each test file."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from .support import Shell, shell


@pytest.fixture(scope="module")
def module_shell() -> Iterator[Shell]:
    with shell() as made:
        yield made


@pytest.fixture
def console(module_shell: Shell) -> Shell:
    """The file's console, as new."""
    module_shell.console.reset()
    return module_shell
