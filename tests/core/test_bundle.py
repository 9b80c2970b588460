"""The guest's core, and guest halves of capabilities, as scripts."""

from __future__ import annotations

import re
from importlib import resources
from typing import Any

import pytest

import atoll.core.bundle as bundle
from atoll import Isolate
from atoll.console import Console
from atoll.core.capability import BundledCapability
from atoll.crypto import Crypto
from atoll.encoding import Encoding
from atoll.timers import Timers


@pytest.mark.parametrize(
    "capability", [Console(), Crypto(), Encoding(), Timers()], ids=lambda c: type(c).__name__
)
def test_every_capability_of_atoll_installs_as_a_script(capability: BundledCapability) -> None:
    assert capability.guest_script is not None


def test_the_core_is_all_there_and_imports_nothing() -> None:
    script = bundle.core_script().decode()
    for path in (resources.files("atoll") / "core" / "guest").iterdir():
        if path.name.endswith(".js") and path.name != "boot.js":
            assert f"core_guest_{path.name.removesuffix('.js')}_js = " in script
    assert not re.search(r"^(import|export)\b", script, re.MULTILINE)


@pytest.mark.parametrize(
    "source",
    [
        "export default (atoll) => {}",
        "export default function other(atoll) {}",
        "function install() {}\nexport { install as default }",
        'import { x } from "./x.js";\nexport default function install(atoll) {}',
        "export default function install(atoll) { return import.meta }",
        "export default function install(atoll) {}\nexport * from 'data:text/javascript,'",
    ],
)
async def test_a_guest_half_in_another_form_is_installed_as_the_module_that_it_is(
    source: str,
) -> None:
    assert bundle.capability_script(source, "test") is None


async def test_both_forms_can_be_installed_in_one_isolate() -> None:
    class Module:
        guest_source = """
            const x = await 20;
            export default (atoll, options) => { globalThis.a = x + options.n };
        """

        def options(self) -> dict[str, Any]:
            return {"n": 1}

        def installed(self) -> str:
            return "module"

    class Script(BundledCapability):
        guest_source = (
            "export const two = later();\n"
            "export default function install(atoll) { globalThis.b = two; strict(); }\n"
            "function later() { return 2 }\n"
            "function strict() { if (this !== undefined) throw new Error('sloppy') }\n"
        )

        def installed(self) -> str:
            return "script"

    class Scripted(Script):
        package = "test"

    async with Isolate() as isolate:
        assert await isolate._install_all([Module(), Scripted(), Module()]) == [
            "module",
            "script",
            "module",
        ]
        assert await isolate.eval("[a, b]") == [21, 2]


async def test_what_user_code_did_to_arrays_does_not_get_between_install_and_its_script() -> None:
    async with Isolate() as isolate:
        await isolate.eval(
            "stolen = []; Array.prototype[Symbol.iterator] = function* () {"
            " yield (...args) => { stolen.push(args) }; yield null }"
        )
        await isolate.install(Encoding())
        assert await isolate.eval("[stolen.length, btoa('a')]") == [0, "YQ=="]


def joined(monkeypatch: pytest.MonkeyPatch, tmp_path: Any, **modules: str) -> str:
    """What the core would be if these were its modules."""
    folder = tmp_path / "core" / "guest"
    folder.mkdir(parents=True)
    for name, text in modules.items():
        (folder / f"{name}.js").write_text(text)
    monkeypatch.setattr(resources, "files", lambda _: tmp_path)
    return bundle.core_script.__wrapped__().decode()


@pytest.mark.parametrize(
    ("modules", "message"),
    [
        ({"main": 'import { b } from "./a.js";', "a": "export const c = 1;"}, "does not export"),
        ({"main": 'import "./a.js";', "a": 'import "./main.js";'}, "import each other"),
        ({"main": "export let main = 1;"}, "cannot be joined: export let main"),
        ({"main": 'export * from "./a.js";'}, "cannot be joined"),
        ({"main": "const u = import.meta.url;"}, "cannot be joined"),
    ],
)
def test_what_would_be_joined_wrongly_is_refused(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Any, modules: dict[str, str], message: str
) -> None:
    with pytest.raises(ValueError, match=message):
        joined(monkeypatch, tmp_path, **modules)


def test_exports_of_every_known_form_are_found(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Any
) -> None:
    script = joined(
        monkeypatch,
        tmp_path,
        main='import * as a from "./a.js";\nimport { one, two as zwei } from "./a.js";\n'
        "export function main() { return [a, one, zwei]; }\n",
        a="export const one = 1,\n  two = 2;\nexport const { x: y, z } = { x: 1, z: 2 };\n"
        "export class C {}\nexport async function f() {}\nexport const g = () => {};\n",
    )
    assert "{ __proto__: null, one, two, y, z, C, f, g }" in script
    assert "const { one: one" not in script
    assert "const { one, two: zwei } = $core_guest_a_js;" in script
