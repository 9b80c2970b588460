"""A customer's script inside a Python product: it decides on discounts, and on nothing else.

    python examples/plugin.py

`Cart` is a Python class. The script gets it as a JavaScript class with the public methods and
properties; the state stays here, and what begins with an underscore does not exist over there.
"""

from __future__ import annotations

from atoll import AtollError, Limits, MiB, js_class
from atoll.sync import Isolate


@js_class(constructible=False)
class Cart:
    """What a script may see of a cart, and do to it."""

    def __init__(self, owner: str, prices: dict[str, float]) -> None:
        self._owner = owner
        self._prices = prices
        self._percent = 0

    @property
    def items(self) -> list[str]:
        """Names of the items."""
        return list(self._prices)

    @property
    def total(self) -> float:
        """What is to be paid."""
        return round(sum(self._prices.values()) * (100 - self._percent) / 100, 2)

    def price(self, item: str) -> float:
        """The price of one item."""
        return self._prices[item]

    def discount(self, percent: object) -> None:
        """Lower the total. A script may pass anything."""
        if not isinstance(percent, int) or not 0 <= percent <= 30:
            raise ValueError(f"a discount is 0 to 30 %, not {percent}")
        self._percent = percent


SCRIPTS = {
    "Ten percent from three items on": """
        function apply(cart) {
          if (cart.items.length >= 3) cart.discount(10);
        }
    """,
    "Greedy": "function apply(cart) { cart.discount(90); }",
    "Curious": """
        function apply(cart) {
          print(cart._owner, cart.constructor.name, cart instanceof Cart);
        }
    """,
    "Forger": "function apply(cart) { Cart.prototype.discount.call({ items: [] }, 30); }",
}


def run_script(script: str, cart: Cart) -> None:
    """Let a script work on a cart; its failure leaves the cart as it was or better."""
    limits = Limits(memory=32 * MiB, call_time=0.5)
    with Isolate(limits=limits) as isolate:
        isolate.define_function("print", lambda *values: print("  script says:", *values))
        isolate.define_class(Cart)
        isolate.eval(script, filename="customer.js")
        isolate.call("apply", cart)


def main() -> None:
    for title, script in SCRIPTS.items():
        cart = Cart("Ada", {"tea": 9.0, "cup": 15.0, "kettle": 65.0})
        print(f"{title}:")
        try:
            run_script(script, cart)
        except AtollError as error:
            print(f"  refused: {error}")
        except ValueError as error:  # ours, come back through the script
            print(f"  refused: ValueError: {error}")
        print(f"  total {cart.total}")


if __name__ == "__main__":
    main()
