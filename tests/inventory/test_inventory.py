"""The global scope is what the checked-in inventory says, so that nothing is added silently."""

from __future__ import annotations

import difflib

import pytest

from atoll.sync import Isolate
from tests.inventory.generate import CAPABILITIES, FOLDER, changes, describe, inventory


@pytest.mark.parametrize("name", ["bare", *CAPABILITIES])
def test_the_global_scope_is_the_one_in_the_inventory(name: str) -> None:
    expected = (FOLDER / f"{name}.txt").read_text("utf-8").splitlines()
    found = inventory(name).splitlines()
    different = "\n".join(difflib.unified_diff(expected, found, "inventory", "isolate", n=0))
    assert not different, f"{different}\n\nIf that is meant: make inventory"


def test_the_inventory_describes_every_global() -> None:
    text = (FOLDER / "bare.txt").read_text("utf-8")
    with Isolate() as isolate:
        names: list[str] = isolate.eval("Object.getOwnPropertyNames(globalThis)")
    described = {line.split(" ", 1)[0] for line in text.splitlines()}
    assert set(names) <= described
    assert len(names) > 90


def test_a_change_anywhere_is_seen() -> None:
    """The walk itself: what it would miss would go unnoticed."""
    tampering = {
        "a method": "URL.prototype.added = () => 1",
        "a hidden method": "Object.defineProperty(Array.prototype, 'added', { value() {} })",
        "an attribute": "Object.defineProperty(URL, 'canParse', { enumerable: false })",
        "a prototype": "Object.setPrototypeOf(DOMException.prototype, Object.prototype)",
        "a getter": "Object.defineProperty(Blob.prototype, 'size', { get() { return 1 } })",
        "a symbol": "Event.prototype[Symbol.for('x')] = 1",
        "an intrinsic": "Object.getPrototypeOf(function* () {}).added = 1",
        "a number": "Object.defineProperty(EventTarget, 'length', { value: 7 })",
        "an iterator": "Object.getPrototypeOf(new URLSearchParams().entries()).added = 1",
    }
    code = (FOLDER / "walk.js").read_text("utf-8")
    with Isolate() as isolate:
        before = isolate.eval(f"({code})()")
    for what, tamper in tampering.items():
        with Isolate() as isolate:
            after = isolate.eval(f"{tamper};({code})()")
        assert changes(before, after), what


def test_two_isolates_are_described_alike() -> None:
    assert describe() == describe()
