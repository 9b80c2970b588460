"""The CSS of ``%c`` as ANSI escape sequences: colours, weight, slant and lines."""

from __future__ import annotations

import functools
import re
from typing import Final

RESET: Final = "\x1b[0m"

_NAMES: Final = {
    "aqua": 0x00FFFF, "black": 0x000000, "blue": 0x0000FF, "brown": 0xA52A2A, "crimson": 0xDC143C,
    "cyan": 0x00FFFF, "darkblue": 0x00008B, "darkgreen": 0x006400, "darkorange": 0xFF8C00,
    "darkred": 0x8B0000, "dodgerblue": 0x1E90FF, "fuchsia": 0xFF00FF, "gold": 0xFFD700,
    "gray": 0x808080, "green": 0x008000, "grey": 0x808080, "hotpink": 0xFF69B4, "indigo": 0x4B0082,
    "lightblue": 0xADD8E6, "lightgray": 0xD3D3D3, "lightgreen": 0x90EE90, "lightgrey": 0xD3D3D3,
    "lime": 0x00FF00, "limegreen": 0x32CD32, "magenta": 0xFF00FF, "maroon": 0x800000,
    "navy": 0x000080, "olive": 0x808000, "orange": 0xFFA500, "orangered": 0xFF4500,
    "orchid": 0xDA70D6, "pink": 0xFFC0CB, "purple": 0x800080, "rebeccapurple": 0x663399,
    "red": 0xFF0000, "royalblue": 0x4169E1, "salmon": 0xFA8072, "silver": 0xC0C0C0,
    "skyblue": 0x87CEEB, "steelblue": 0x4682B4, "teal": 0x008080, "tomato": 0xFF6347,
    "violet": 0xEE82EE, "white": 0xFFFFFF, "yellow": 0xFFFF00,
}  # fmt: skip
_HEX: Final = re.compile(r"#([0-9a-f]{3}|[0-9a-f]{6})")
_RGB: Final = re.compile(r"rgba?\(\s*(\d{1,3})[\s,]+(\d{1,3})[\s,]+(\d{1,3})\s*(?:[,/][^)]*)?\)")
_LINES: Final = {"underline": "4", "line-through": "9", "overline": "53"}


@functools.lru_cache(maxsize=256)
def ansi(css: str) -> str:
    """The sequence that starts a style. Nothing of `css` itself gets into it."""
    codes: list[str] = ["0"]
    for declaration in css.lower().split(";")[:20]:
        name, _, value = declaration.partition(":")
        codes += _codes(name.strip(), value.strip().removesuffix("!important").strip())
    return f"\x1b[{';'.join(codes)}m"


def _codes(name: str, value: str) -> list[str]:
    match name:
        case "color":
            return _colour("38", value)
        case "background-color" | "background":
            return _colour("48", value)
        case "font-weight":
            heavy = value in ("bold", "bolder") or (value.isdecimal() and value >= "600")
            return ["1"] if heavy else []
        case "font-style":
            return ["3"] if value.startswith(("italic", "oblique")) else []
        case "text-decoration" | "text-decoration-line":
            return [code for word, code in _LINES.items() if word in value.split()]
        case _:
            return []


def _colour(plane: str, value: str) -> list[str]:
    if found := _HEX.fullmatch(value):
        digits = found[1]
        if len(digits) == 3:
            digits = "".join(digit * 2 for digit in digits)
        number = int(digits, 16)
    elif found := _RGB.fullmatch(value):
        red, green, blue = (min(255, int(part)) for part in found.groups())
        number = red << 16 | green << 8 | blue
    elif value in _NAMES:
        number = _NAMES[value]
    else:
        return []
    return [plane, "2", str(number >> 16), str(number >> 8 & 255), str(number & 255)]
