"""The cache on disk: private, bounded, and never a reason to fail."""

from __future__ import annotations

import os
import stat
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from atoll.core.disk_cache import DiskCache, default_directory

KEY = DiskCache.key(b"a", b"b")


def fresh(cache: DiskCache) -> DiskCache:
    """The same folder, as another process sees it."""
    return DiskCache(cache.directory, max_size=cache.max_size)


def only_entry(cache: DiskCache) -> Path:
    (path,) = (path for path in cache.directory.rglob("*") if path.is_file())
    return path


@pytest.fixture
def cache(tmp_path: Path) -> DiskCache:
    return DiskCache(tmp_path / "deep" / "cache")


def test_what_was_put_is_found_by_the_next_process(cache: DiskCache) -> None:
    assert cache.get(KEY) is None
    cache.put(KEY, b"content")
    assert cache.get(KEY) == fresh(cache).get(KEY) == b"content"
    assert fresh(cache).get(DiskCache.key(b"ab")) is None


def test_keys_of_different_parts_differ() -> None:
    parts = [(b"a", b"b"), (b"ab",), (b"", b"ab"), (b"ab", b""), ()]
    assert len({DiskCache.key(*part) for part in parts}) == len(parts)


def test_it_belongs_to_its_user_alone(cache: DiskCache) -> None:
    cache.put(KEY, b"content")
    entry = only_entry(cache)
    for path, mode in ((cache.directory, 0o700), (entry.parent, 0o700), (entry, 0o600)):
        assert stat.S_IMODE(path.stat().st_mode) == mode


@pytest.mark.parametrize(
    "damage",
    [
        lambda data: b"",
        lambda data: data[:-1],
        lambda data: data + b"x",
        lambda data: data.replace(b"content", b"malware"),
        lambda data: b"another format" + data,
        lambda data: b"\0" * len(data),
    ],
)
def test_a_damaged_entry_is_ignored_and_written_anew(cache: DiskCache, damage: object) -> None:
    cache.put(KEY, b"content")
    entry = only_entry(cache)
    entry.write_bytes(damage(entry.read_bytes()))  # type: ignore[operator]
    again = fresh(cache)
    assert again.get(KEY) is None
    again.put(KEY, b"content")
    assert fresh(cache).get(KEY) == b"content"


def test_an_entry_that_is_no_file_is_ignored(cache: DiskCache) -> None:
    cache.put(KEY, b"content")
    entry = only_entry(cache)
    entry.unlink()
    entry.mkdir()
    assert fresh(cache).get(KEY) is None
    fresh(cache).put(KEY, b"content")


@pytest.mark.parametrize("mode", [0o777, 0o720, 0o702])
def test_a_folder_that_others_can_write_to_is_not_used(
    tmp_path: Path, mode: int, caplog: pytest.LogCaptureFixture
) -> None:
    cache = DiskCache(tmp_path / "cache")
    cache.put(KEY, b"content")
    cache.directory.chmod(mode)
    again = fresh(cache)
    assert again.get(KEY) is None
    assert "is not used as a cache" in caplog.text
    again.put(DiskCache.key(b"more"), b"content")
    assert only_entry(cache).name == KEY[2:]
    cache.directory.chmod(0o700)


def test_where_nothing_can_be_written_memory_still_serves(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"")
    cache = DiskCache(tmp_path / "file" / "cache")
    cache.put(KEY, b"content")
    assert cache.get(KEY) == b"content"
    assert fresh(cache).get(KEY) is None


def test_its_size_is_bounded_and_the_used_stay(tmp_path: Path) -> None:
    cache = DiskCache(tmp_path, max_size=100_000)
    favourite = DiskCache.key(b"favourite")
    cache.put(favourite, b"f" * 1000)
    for number in range(200):
        cache.put(DiskCache.key(b"%d" % number), bytes(2000))
        cache.clear_memory()
        assert cache.get(favourite) is not None
        now = 1_000_000 + number * 10
        for path in tmp_path.rglob("*"):
            if path.is_file() and path.stat().st_mtime > 2_000_000:
                os.utime(path, (now, now + (1 if path.stat().st_size < 2000 else 0)))
    size = sum(path.stat().st_size for path in tmp_path.rglob("*") if path.is_file())
    assert 50_000 < size < 110_000
    assert fresh(cache).get(favourite) == b"f" * 1000
    assert fresh(cache).get(DiskCache.key(b"0")) is None


def test_what_is_too_large_is_not_kept(tmp_path: Path) -> None:
    cache = DiskCache(tmp_path, max_size=1000)
    cache.put(KEY, bytes(1001))
    assert fresh(cache).get(KEY) is None
    with pytest.raises(ValueError, match="max_size"):
        DiskCache(tmp_path, max_size=-1)


def test_memory_is_bounded(tmp_path: Path) -> None:
    cache = DiskCache(tmp_path)
    for number in range(20):
        cache.put(DiskCache.key(b"%d" % number), bytes(2 * 1024 * 1024))
    for path in tmp_path.rglob("*"):
        if path.is_file():
            path.unlink()
    kept = [n for n in range(20) if cache.get(DiskCache.key(b"%d" % n)) is not None]
    assert kept == list(range(12, 20))


WRITER = """
import sys
from atoll.core.disk_cache import DiskCache
cache = DiskCache(sys.argv[1])
for number in range(300):
    cache.put(DiskCache.key(b"shared"), bytes([number % 256]) * 10_000)
"""


def test_processes_and_threads_write_at_the_same_time(tmp_path: Path) -> None:
    key = DiskCache.key(b"shared")
    writers = [subprocess.Popen([sys.executable, "-c", WRITER, str(tmp_path)]) for _ in range(2)]

    def write() -> None:
        for _ in range(100):
            DiskCache(tmp_path).put(key, b"t" * 10_000)

    thread = threading.Thread(target=write)
    thread.start()
    seen = 0
    while any(writer.poll() is None for writer in writers):
        content = DiskCache(tmp_path).get(key)
        if content is not None:
            seen += 1
            assert len(content) == 10_000
            assert len(set(content)) == 1
    thread.join()
    assert [writer.wait() for writer in writers] == [0, 0]
    assert seen
    assert list(tmp_path.rglob("tmp*")) == []


@pytest.mark.parametrize(
    ("environment", "expected"),
    [
        ({"ATOLL_CACHE_DIR": "/x/y", "XDG_CACHE_HOME": "/z", "HOME": "/h"}, "/x/y"),
        ({"ATOLL_CACHE_DIR": "", "XDG_CACHE_HOME": "/z", "HOME": "/h"}, "/z/atoll"),
        ({"XDG_CACHE_HOME": "relative", "HOME": "/h"}, "/h/.cache/atoll"),
        ({"HOME": "/h"}, "/h/.cache/atoll"),
    ],
)
@pytest.mark.skipif(sys.platform == "darwin", reason="the XDG rules are Linux's")
def test_where_it_is(
    monkeypatch: pytest.MonkeyPatch, environment: dict[str, str], expected: str
) -> None:
    for name in ("ATOLL_CACHE_DIR", "XDG_CACHE_HOME"):
        monkeypatch.delenv(name, raising=False)
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    assert default_directory() == Path(expected)
