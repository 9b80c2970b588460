"""``atoll run`` and ``atoll eval`` with modules."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.cli.support import atoll


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    files = {
        "main.mjs": "import { twice } from './lib/twice.ts'; print(import.meta.url, args);"
        "export default twice(21)",
        "lib/twice.ts": "export const twice = (n: number): number => n * 2;",
        "plain.js": "import './bad.js'",
        "bad.js": "export const a = ;",
        "gone.mjs": "import './nothing.js'",
        "uses.mjs": "import p from 'p'; export default p",
        "node_modules/p/index.js": "module.exports = { from: 'a package' }",
    }
    for name, text in files.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text)
    return tmp_path


def test_a_module_with_the_folder_that_it_imports_from(folder: Path) -> None:
    ran = atoll("run", "--directory", str(folder), str(folder / "main.mjs"), "--", "x")
    assert (ran.status, ran.out, ran.err) == (0, 'module:///main.mjs [ "x" ]\n42\n', "")


def test_without_the_folder_nothing_can_be_imported(folder: Path) -> None:
    ran = atoll("run", str(folder / "main.mjs"))
    assert ran.status == 1
    assert 'Cannot import "./lib/twice.ts" from module:///main.mjs' in ran.err
    assert str(folder) not in ran.err


def test_packages(folder: Path) -> None:
    modules = str(folder / "node_modules")
    ran = atoll("run", "--json", "--node-modules", modules, str(folder / "uses.mjs"))
    assert (ran.status, ran.out) == (0, '{"from":"a package"}\n')


def test_eval_of_a_module(folder: Path) -> None:
    code = "import { twice } from './lib/twice.ts'; export default await twice(4)"
    ran = atoll("eval", "--module", "--directory", str(folder), code)
    assert (ran.status, ran.out) == (0, "8\n")
    ran = atoll("eval", "--module", "--ts", "export default (1 as number)")
    assert (ran.status, ran.out) == (0, "1\n")
    ran = atoll("run", "--module", "-", stdin="export default import.meta.main")
    assert (ran.status, ran.out) == (0, "false\n")


def test_what_goes_wrong(folder: Path) -> None:
    directory = ("--directory", str(folder))
    ran = atoll("run", "--module", *directory, str(folder / "plain.js"))
    assert ran.status == 1
    assert ran.err.startswith("module:///bad.js:1:18: SyntaxError: ")
    assert "  export const a = ;\n                   ^\n" in ran.err
    ran = atoll("run", *directory, str(folder / "gone.mjs"))
    assert ran.status == 1
    assert 'atoll: Cannot import "./nothing.js" from module:///gone.mjs' in ran.err
    ran = atoll("run", str(folder / "plain.js"), *directory)
    assert (ran.status, ran.out) == (2, "")
    assert "--module" in ran.err
    ran = atoll("run", "--directory", str(folder / "lib"), str(folder / "main.mjs"))
    assert ran.status == 2
    assert "is not in the folder" in ran.err
    ran = atoll("run", "--directory", str(folder / "none"), str(folder / "main.mjs"))
    assert ran.status == 2
    assert "no folder of modules" in ran.err
    ran = atoll("run", str(folder / "plain.js"))
    assert ran.status == 1
    assert "--module" in ran.err
