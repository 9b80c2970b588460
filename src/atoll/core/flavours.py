"""A word to those who enter one flavour as the other, which has the same names."""

from __future__ import annotations

from typing import TYPE_CHECKING, NoReturn


def _public_name(value: object) -> str:
    """The name of its class, or of the class of Atoll's that it derives from."""
    return next(c.__name__ for c in type(value).__mro__ if c.__module__.startswith("atoll."))


class AsyncFlavour:
    """What is entered with `async with` says so to `with`."""

    # Type checkers find the mistake by themselves, as long as they do not see these.
    if not TYPE_CHECKING:

        def __enter__(self) -> NoReturn:
            name = _public_name(self)
            raise TypeError(
                f"enter it with `async with`; for plain `with` there is atoll.sync.{name}"
            )

        def __exit__(self, *_: object) -> None:
            """Never called, but asked for first."""


class BlockingFlavour:
    """What is entered with `with` says so to `async with`."""

    if not TYPE_CHECKING:

        async def __aenter__(self) -> NoReturn:
            name = _public_name(self)
            raise TypeError(f"enter it with plain `with`; for `async with` there is atoll.{name}")

        async def __aexit__(self, *_: object) -> None:
            """Never called, but asked for first."""
