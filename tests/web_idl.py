"""What Web IDL asks of the classes that capabilities put into the global scope."""

from __future__ import annotations

from atoll import Isolate


async def odd_members(isolate: Isolate, name: str) -> list[str]:
    """Members of a global class whose attributes are not Web IDL's, or that are no standard's."""
    odd: list[str] = await isolate.eval(
        """name => {
            const { prototype } = globalThis[name];
            return Reflect.ownKeys(prototype).filter((key) => {
                const { enumerable, configurable, set } =
                    Object.getOwnPropertyDescriptor(prototype, key);
                const hidden = key === "constructor" || key === Symbol.toStringTag;
                return typeof key === "symbol" && key !== Symbol.toStringTag ||
                    enumerable === hidden || !configurable || set !== undefined;
            }).map(String);
        }""",
        name,
    )
    return odd
