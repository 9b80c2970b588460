"""A spreadsheet: formulas are JavaScript that users write, cells and their values are Python's.

The guest sees one class, whose state stays on the host. A formula that reads another cell makes the
host compute that one first, in the same isolate, while the first waits.
"""

from atoll import JSError, Limits, js_class
from atoll.sync import Runtime

CELLS = {
    "A1": "12.5",
    "A2": "4",
    "A3": "=A1 * A2",
    "B1": "=sum('A1:A3')",
    "B2": "=Math.round(B1 * 1.25)",
    "B3": "=B3 + 1",
    "C1": "=A1.toFixed(2) + ' €'",
    "C2": "=for (;;);",
    "C3": "=fetch('https://example.com')",
    "D1": "=B2 > 100 ? 'high' : 'low'",
}


class CircularReference(Exception):
    pass


@js_class(name="Sheet", constructible=False)
class Sheet:
    """The cells. Methods without an underscore are the guest's."""

    def __init__(self, cells: dict[str, str], rt: Runtime) -> None:
        self._cells = cells
        self._rt = rt
        self._values: dict[str, object] = {}
        self._computing: list[str] = []

    def value(self, name: str) -> object:
        """The value of a cell, computed when it is first needed."""
        if name in self._computing:
            raise CircularReference(" → ".join([*self._computing, name]))
        if name not in self._values:
            self._computing.append(name)
            try:
                self._values[name] = self._compute(self._cells.get(name, "0"))
            finally:
                self._computing.pop()
        return self._values[name]

    def sum(self, area: str) -> float:
        """The sum of the numbers in an area of one column, such as ``A1:A3``."""
        first, last = area.split(":")
        names = [f"{first[0]}{row}" for row in range(int(first[1:]), int(last[1:]) + 1)]
        values = [self.value(name) for name in names]
        return sum(value for value in values if isinstance(value, int | float))

    def _compute(self, text: str) -> object:
        if not text.startswith("="):
            return float(text) if "." in text else int(text)
        return self._rt.call("compute", self, text[1:])


COMPUTE = """
function compute(sheet, formula) {
    // Names of cells are looked up when the formula reads them.
    const scope = new Proxy({ sum: (area) => sheet.sum(area) }, {
        has: (target, name) => name in target || /^[A-Z]\\d+$/.test(name),
        get: (target, name) => name in target ? target[name] : sheet.value(String(name)),
    });
    return Function("scope", `with (scope) { return (${formula}); }`)(scope);
}
"""


def main() -> None:
    with Runtime(limits=Limits(call_time=1, nesting=20), console=None, timers=None) as rt:
        rt.define_class(Sheet)
        rt.eval(COMPUTE)
        sheet = Sheet(CELLS, rt)
        for name in CELLS:
            try:
                shown = sheet.value(name)
            except (JSError, CircularReference) as error:
                shown = f"#{type(error).__name__}: {error}"
            print(f"{name:4} {CELLS[name]:28} {shown}")


main()
