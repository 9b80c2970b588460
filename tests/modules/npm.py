"""Real packages from the npm registry, installed once into the cache of the work tree."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import subprocess
import tempfile
from pathlib import Path
from typing import Final

import pytest

from atoll.engine import find_engine

PACKAGES: Final = {
    "ajv": "8.17.1",
    "d3-array": "3.2.4",
    "date-fns": "4.1.0",
    "hono": "4.8.5",
    "immer": "10.1.1",
    "lodash": "4.17.21",
    "luxon": "3.6.1",
    "marked": "15.0.12",
    "preact": "10.26.9",
    "preact-render-to-string": "6.5.13",
    "zod": "3.25.76",
    # What those depend on.
    "fast-deep-equal": "3.1.3",
    "fast-uri": "3.0.6",
    "internmap": "2.0.3",
    "json-schema-traverse": "1.0.0",
    "require-from-string": "2.0.2",
}
_CACHE: Final = Path(__file__).resolve().parents[2] / ".cache" / "npm"
_SECONDS: Final = 240


def node_modules() -> Path:
    """The ``node_modules`` folder with these packages; skips the test where they cannot be had."""
    text = json.dumps({"private": True, "dependencies": PACKAGES, "overrides": PACKAGES})
    target = _CACHE / hashlib.sha256(text.encode()).hexdigest()[:16] / "node_modules"
    if not target.is_dir():
        _install(text, target)
    return target


def _install(manifest: str, target: Path) -> None:
    _CACHE.mkdir(parents=True, exist_ok=True)
    folder = Path(tempfile.mkdtemp(dir=_CACHE))
    try:
        (folder / "package.json").write_text(manifest)
        done = subprocess.run(
            _command(folder),
            cwd=folder,
            env=os.environ | {"DENO_DIR": str(_CACHE / "deno"), "DENO_NO_UPDATE_CHECK": "1"},
            capture_output=True,
            text=True,
            timeout=_SECONDS,
            check=False,
        )
        if done.returncode != 0:
            pytest.skip(f"the packages cannot be installed: {done.stderr.strip()[-300:]}")
        target.parent.mkdir(parents=True, exist_ok=True)
        if not target.exists():  # another process may have been faster
            (folder / "node_modules").rename(target)
    except subprocess.TimeoutExpired:
        pytest.skip(f"the packages could not be installed within {_SECONDS} s")
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _command(folder: Path) -> list[str]:
    npm = shutil.which("npm")
    if npm is not None:
        return [npm, "install", "--ignore-scripts", "--no-audit", "--no-fund", "--no-package-lock"]
    (folder / "deno.json").write_text('{"nodeModulesDir": "auto", "lock": false}')
    return [find_engine(), "install", "--quiet"]
