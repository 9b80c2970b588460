"""CPU-bound JavaScript: a guest's code runs as fast as in plain Deno."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Final

from atoll import Limits, MiB
from atoll.sync import Isolate

from .measure import Measurement, Options, Row, at_most, interleave, per_operation, seconds
from .raw import RawDeno

SOURCE: Final = Path(__file__).resolve().parent / "kernels.js"
_KERNELS: Final = (
    "numbers in typed arrays",
    "objects, strings and Maps",
    "regular expressions and JSON",
)
_SIZE: Final = 120
"""Units of work in one round: 20 to 50 ms."""
_MEMORIES: Final = (128, 512)


def compute(options: Options) -> Iterator[Row]:
    """The same source in both, evaluated as a classic script."""
    size = options.batch(_SIZE)
    source = SOURCE.read_text("utf-8")
    for number, title in enumerate(_KERNELS):
        with (
            RawDeno("kernels", size=size, script=SOURCE) as raw,
            Isolate(limits=Limits(memory=_MEMORIES[0] * MiB)) as isolate,
            Isolate(limits=Limits(memory=_MEMORIES[1] * MiB)) as wide,
        ):
            measurements = [
                _kernel(isolate, source, number, size),
                _kernel(wide, source, number, size),
                per_operation(1, raw.kernel(number)),
            ]
            interleave(options.rounds(8), *measurements)  # V8 optimises what is hot
            ours, ours_wide, plain = interleave(options.rounds(40), *measurements)
        what = f"JavaScript: {title}"
        yield Row(what, seconds(ours), "plain Deno", seconds(plain), at_most(1.05, "plain"))
        what = f"  with Limits.memory of {_MEMORIES[1]} MiB"
        yield Row(what, seconds(ours_wide), "plain Deno", seconds(plain))


def _kernel(isolate: Isolate, source: str, number: int, size: int) -> Measurement:
    isolate.eval(f"{source}\nglobalThis.kernel = kernels[{number}]; 0")
    return per_operation(1, lambda: isolate.call("kernel", size))
