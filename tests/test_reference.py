"""Every public name says what it is: the reference is made of that."""

from __future__ import annotations

import dataclasses
import importlib
import inspect
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tools.public_modules import public_modules

ROOT = Path(__file__).resolve().parent.parent
MODULES = public_modules()


def public_names(module: str) -> Iterator[tuple[str, Any]]:
    loaded = importlib.import_module(module)
    for name in loaded.__all__:
        yield f"{module}.{name}", getattr(loaded, name)


def members(name: str, owner: type) -> Iterator[tuple[str, Any]]:
    """What the owner's own class body defines, and people call."""
    for key, value in vars(owner).items():
        if key.startswith("_"):
            continue
        if isinstance(value, property):
            yield f"{name}.{key}", value.fget
        elif inspect.isfunction(value):
            yield f"{name}.{key}", value


def test_there_are_public_modules() -> None:
    assert {"atoll", "atoll.sync", "atoll.pool", "atoll.observe", "atoll.recording"} <= set(MODULES)


@pytest.mark.parametrize("module", MODULES)
def test_every_public_name_has_a_docstring(module: str) -> None:
    missing = []
    if not importlib.import_module(module).__doc__:
        missing.append(module)
    for name, value in public_names(module):
        if inspect.isclass(value):
            own = value.__doc__ or ""
            if not own or (
                dataclasses.is_dataclass(value) and own.startswith(f"{value.__name__}(")
            ):
                missing.append(name)
            missing += [
                path
                for path, member in members(name, value)
                # A property may be described among the attributes of its class.
                if not inspect.getdoc(member) and f" {path.rpartition('.')[2]}:" not in own
            ]
        elif inspect.isfunction(value) and not value.__doc__:
            missing.append(name)
    assert missing == []


@pytest.mark.parametrize("module", ["atoll", "atoll.sync"])
@pytest.mark.parametrize("name", ["Isolate", "Pool", "Runtime", "Scope", "Sessions"])
def test_what_people_call_most_has_its_parameters_described(module: str, name: str) -> None:
    owner = getattr(importlib.import_module(module), name)
    missing = []
    for path, member in members(name, owner):
        parameters = set(inspect.signature(member).parameters) - {"self"}
        text = inspect.getdoc(member) or ""
        if len(parameters) > 1 and "see `" not in text.lower():
            described = set(re.findall(r"^    (\w+):", text, re.MULTILINE))
            missing += [f"{path}: {parameter}" for parameter in sorted(parameters - described)]
    assert missing == []


@pytest.mark.timeout(240)  # pdoc takes 8 s on a free machine
def test_the_reference_can_be_written(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "pdoc", "--docformat", "google", "-o", str(tmp_path)]
    ran = subprocess.run(
        [*command, *MODULES], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert ran.returncode == 0, ran.stderr
    page = (tmp_path / "atoll.html").read_text("utf-8")
    for name in importlib.import_module("atoll").__all__:
        assert f'id="{name}"' in page
