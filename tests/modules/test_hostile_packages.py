"""Packages that are made to harm the host: to be resolved without end, or by much work."""

from __future__ import annotations

import json
import os
import time
from pathlib import Path
from typing import Any

import pytest

from atoll import Isolate
from atoll.errors import ModuleDenied, ModuleError, ModuleNotFound
from atoll.modules import Modules
from atoll.modules._builder import IsolateModules

pytestmark = pytest.mark.asyncio(loop_scope="module")


def mount(folder: Path, **files: Any) -> Modules:
    """A mounted folder with these packages: texts, and a ``package.json`` for what is none."""
    for name, content in {"p": {}, **files}.items():
        package = folder / name
        package.mkdir(parents=True, exist_ok=True)
        if isinstance(content, str):
            (package / "index.js").write_text(content)
        else:
            (package / "package.json").write_text(json.dumps(content))
    return Modules().mount_node_modules("", folder)


@pytest.mark.parametrize(
    "manifests",
    [
        {"p": {"main": "./b"}, "p/b": {"main": ".."}},
        {"p": {"main": "../q"}, "q": {"main": "../p"}},
        {"p": {"main": "."}},
        {"p": {"name": "p", "imports": {"#a": "#a"}, "main": "./b"}},
    ],
)
async def test_a_main_that_leads_back(
    manifests: dict[str, Any], isolate: Isolate, tmp_path: Path
) -> None:
    handle = await isolate.install(mount(tmp_path, **manifests))
    with pytest.raises(ModuleNotFound, match="no file"):
        await handle.import_module("p")


@pytest.mark.parametrize("table", [{"#a": "#a"}, {"#a": "#b", "#b": "#a"}, {"#*": "#*"}])
async def test_a_private_import_that_leads_back(
    table: dict[str, str], isolate: Isolate, tmp_path: Path
) -> None:
    modules = mount(tmp_path, p={"imports": table})
    (tmp_path / "p" / "index.js").write_text("import '#a'; export default 1")
    handle = await isolate.install(modules)
    with pytest.raises(ModuleNotFound, match='there is no package "#'):
        await handle.import_module("p")


async def test_empty_lines_cost_no_more_than_others(isolate: Isolate, tmp_path: Path) -> None:
    handle = await isolate.install(mount(tmp_path, p="\n" * 200_000 + "exports.a = 1"))
    began = time.process_time()
    assert await (await handle.import_module("p")).get("a") == 1
    # Minutes, if each of them is a beginning that looks at all that follow.
    assert time.process_time() - began < 5


async def test_stars_that_multiply(isolate: Isolate, tmp_path: Path) -> None:
    modules = mount(tmp_path, p={"exports": {"./*": "./" + "*" * 1_000_000}})
    handle = await isolate.install(modules)
    with pytest.raises(ModuleDenied, match="more than 16384 characters"):
        await handle.import_module("p/" + "z" * 4000)


async def test_a_file_whose_name_is_no_text(isolate: Isolate, tmp_path: Path) -> None:
    modules = mount(tmp_path, p={"exports": {"./raw": "./\udc80.js", ".": "./a.js"}})
    Path(os.fsdecode(os.fsencode(tmp_path / "p") + b"/\x80.js")).write_text("export default 1")
    (tmp_path / "p" / "a.js").symlink_to("\udc80.js")
    handle = await isolate.install(modules)
    for specifier in ("p", "p/raw"):
        with pytest.raises(ModuleNotFound):
            await handle.import_module(specifier)


async def test_a_virtual_module_in_a_package_whose_manifest_is_broken(
    isolate: Isolate, tmp_path: Path
) -> None:
    modules = mount(tmp_path).virtual("node_modules/p/v.js", "export default 1")
    (tmp_path / "p" / "package.json").write_text("{")
    handle = await isolate.install(modules)
    with pytest.raises(ModuleDenied, match="no JSON"):
        await handle.import_module("./node_modules/p/v.js")


async def test_importers_and_parts_that_a_guest_makes_up(tmp_path: Path) -> None:
    """What a guest that has taken over its process could send."""
    load = IsolateModules(mount(tmp_path)._config).options()["load"]
    inside = "module:///node_modules/"
    requests = [
        ["zzz", f"{inside}{'a/' * 4000}x.js", ""],
        ["zzz", f"{inside}{'a/' * 1_000_000}x.js", ""],
        ["./chunk-nothing.js", "node:buffer", ""],
        ["node:buffer.js", "node:buffer", ""],
    ]
    began = time.process_time()
    for request in requests:
        with pytest.raises(ModuleError):
            await load([request], [])
    assert time.process_time() - began < 5


@pytest.mark.parametrize("head", ["export default", "module.exports ="])
async def test_a_program_for_a_shell(head: str, isolate: Isolate, tmp_path: Path) -> None:
    code = f"#!/usr/bin/env node\n{head} typeof process.env"
    handle = await isolate.install(mount(tmp_path, p=code))
    assert await (await handle.import_module("p")).get("default") == "object"
