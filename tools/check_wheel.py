"""Builds the wheel and fails if it would not install what the source tree runs.

Guest code and vendored files are data to the build backend, so a packaging mistake leaves them out
without a word, and an editable install hides it.
"""

import subprocess
import sys
import tempfile
import zipfile
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent


def build(target: Path) -> Path:
    """Builds the wheel with the environment's own hatchling, and returns its path."""
    # `hatchling build` has no quiet option, and its output only matters when it fails.
    done = subprocess.run(
        [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(target)],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        sys.exit(f"check_wheel: the build failed\n{done.stdout}{done.stderr}")
    (wheel,) = target.glob("*.whl")
    return wheel


def main() -> None:
    sources = {
        path.relative_to(ROOT / "src").as_posix()
        for path in (ROOT / "src/atoll").rglob("*")
        if path.is_file() and "__pycache__" not in path.parts
    }
    with tempfile.TemporaryDirectory() as folder:
        wheel = build(Path(folder))
        packed = set(zipfile.ZipFile(wheel).namelist())
    problems = [f"not in the wheel: {name}" for name in sorted(sources - packed)]
    if not wheel.name.endswith("-py3-none-any.whl"):
        problems.append(f"not a pure-Python wheel: {wheel.name}")
    if not any(name.endswith(".dist-info/licenses/LICENSE") for name in packed):
        problems.append("the licence is not in the wheel's metadata")
    if problems:
        sys.exit("\n".join(f"check_wheel: {problem}" for problem in problems))
    print(f"check_wheel: {wheel.name} holds all {len(sources)} files of src/atoll")


if __name__ == "__main__":
    main()
