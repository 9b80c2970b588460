"""The modules that test files import their API from."""

from __future__ import annotations

from typing import Final

_SHARED: Final = ("afterAll", "afterEach", "beforeAll", "beforeEach", "describe", "expect")
_EXPORTS: Final = {
    "jest": (*_SHARED, "fdescribe", "fit", "it", "jest", "test", "xdescribe", "xit", "xtest"),
    "vitest": (
        *_SHARED, "assertType", "expectTypeOf", "it", "onTestFailed", "onTestFinished", "suite",
        "test", "vi", "vitest",
    ),
    "bun": (*_SHARED, "it", "jest", "mock", "setSystemTime", "spyOn", "test", "vi"),
}  # fmt: skip


def _source(flavour: str) -> str:
    names = _EXPORTS[flavour]
    return (
        f'const api = globalThis[Symbol.for("atoll.test_environment")].{flavour};\n'
        f"export const {{ {', '.join(names)} }} = api;\nexport default api;\n"
    )


IMPORTS: Final = {
    "@jest/globals": _source("jest"),
    "bun:test": _source("bun"),
    "vitest": _source("vitest"),
}
"""Sources of modules by their names, for ``Modules().virtual(name, source)``."""
