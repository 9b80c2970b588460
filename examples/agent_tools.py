"""Run what a model wrote, with three Python functions as its only way to the world.

    python examples/agent_tools.py

A model that is given a set of tools can call them one at a time, each result passing through its
context; or it can write a program that calls them. Here is the second way. The programs below
stand for a model's answers: a good one, two that fail, and one that never ends.
"""

from __future__ import annotations

import asyncio
import json
from dataclasses import dataclass, field
from typing import Any

from atoll import Isolate, JSError, LimitExceeded, Limits, MarshalError, MiB

ORDERS = {
    "A-1": {"city": "Oslo", "total": 40.0},
    "A-2": {"city": "Lima", "total": 12.25},
    "A-3": {"city": "Oslo", "total": 51.5},
}


@dataclass
class Outcome:
    """What the model is told about its program."""

    ok: bool
    value: Any
    log: list[str] = field(default_factory=list)


class Tools:
    """The three tools. What the model passes is checked like a request from the internet."""

    def __init__(self) -> None:
        self.log: list[str] = []

    async def search_orders(self, query: dict[str, Any]) -> list[str]:
        """Ids of the orders that match every field of the query."""
        await asyncio.sleep(0.01)  # a database, in real life
        return [
            number
            for number, order in ORDERS.items()
            if all(order.get(key) == value for key, value in query.items())
        ]

    async def get_order(self, number: str) -> dict[str, Any]:
        """One order, or a KeyError that the program sees as an Error of that name."""
        await asyncio.sleep(0.01)
        return ORDERS[number]

    def note(self, text: str) -> None:
        """Something to tell the model together with the result."""
        if len(self.log) < 100:
            self.log.append(str(text)[:500])


async def run_program(code: str) -> Outcome:
    """Run one program in an isolate of its own; never raises for what the program does."""
    tools = Tools()
    limits = Limits(memory=64 * MiB, cpu_time=2, call_time=1, output=1 * MiB)
    try:
        async with Isolate(limits=limits) as isolate:
            await isolate.define_async_function("tools.searchOrders", tools.search_orders)
            await isolate.define_async_function("tools.getOrder", tools.get_order)
            await isolate.define_function("tools.note", tools.note)
            # Data alone: a promise that was not awaited is an error that the model can mend.
            value = await isolate.eval(code, filename="program.js", copy="data")
            return Outcome(True, value, tools.log)
    except MarshalError as error:
        return Outcome(False, f"the program's result cannot be used: {error}", tools.log)
    except JSError as error:
        return Outcome(False, f"the program failed: {error.js_stack or error}", tools.log)
    except KeyError as error:
        # The program let an exception of our own tool through: it is that very object.
        return Outcome(False, f"the program failed: KeyError: {error}", tools.log)
    except LimitExceeded as error:
        return Outcome(False, f"ended by a limit: {type(error).__name__}: {error}", tools.log)


PROGRAMS = {
    "sums up, with all orders fetched at once": """
        const numbers = await tools.searchOrders({ city: "Oslo" });
        const orders = await Promise.all(numbers.map((number) => tools.getOrder(number)));
        tools.note(`found ${orders.length} orders`);
        `total: ${orders.reduce((sum, order) => sum + order.total, 0)}`
    """,
    "forgets an await": "const total = async () => 40 + 51.5; ({ total: total() })",
    "asks for an order that does not exist": 'await tools.getOrder("A-9")',
    "never ends": "for (;;);",
}


async def main() -> None:
    for title, code in PROGRAMS.items():
        outcome = await run_program(code)
        print(f"{title}:\n  {'ok' if outcome.ok else 'not ok'}: {outcome.value}")
        if outcome.log:
            print(f"  notes: {json.dumps(outcome.log)}")


if __name__ == "__main__":
    asyncio.run(main())
