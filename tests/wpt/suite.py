"""What is in a checkout of web-platform-tests, and what the runner makes of each file.

A *test file* gives one *case* for each of its variants. A case is a list of classic scripts that
are run one after the other in a fresh global scope, after ``testharness.js``:

- ``.any.js``: its ``META: script`` files, then itself, as the suite's own server wraps it;
- ``.worker.js``: itself; it calls ``importScripts``;
- ``.window.js`` and ``.html``: the same, but only if nothing in them needs a document. The reason
  why one is left out is kept, and counted.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from html.parser import HTMLParser
from pathlib import Path, PurePosixPath
from typing import Final, Literal

ORIGIN: Final = "http://web-platform.test:8000"
NORMAL: Final = 10
"""Seconds that the suite gives a file, and those that it gives one with ``timeout=long``."""
LONG: Final = 60

Scope = Literal["worker", "window"]

_META: Final = re.compile(r"^//\s*META:\s*(\w+)=(.*)$")
_WORKER_SCOPES: Final = frozenset({"worker", "dedicatedworker", "jsshell"})
_WINDOW_SCOPES: Final = frozenset({"window", "dedicatedworker-module"})
_NEEDS_DOCUMENT: Final = re.compile(
    r"\b(?:document|iframe|createElement|frames|opener|frameElement|navigator|XMLHttpRequest|Image"
    r"|MutationObserver|innerHTML|requestAnimationFrame|openWindow|indexedDB"
    r"|history|Notification|(?:Mouse|Keyboard|UI|Wheel|Focus)Event|performance\.(?:timing|navigation)"
    r"|window\.(?:open|parent|top|name|onload|frames|onerror|onunhandledrejection|postMessage)"
    r"|self\.(?:top|parent)|test_driver|SharedWorker|serviceWorker|fetch_tests_from_\w+)\b"
    r"|(?<![.\w])postMessage\(|\bonload\s*="
)
_ENDS_ITSELF: Final = re.compile(
    r"\b(?:single_test|explicit_done)\s*:\s*true\b|(?<![.\w])done\(\)(?!\s*\{)"
)
_WORKERS: Final = re.compile(r"\bnew\s+(?:Shared)?Worker\(")
_PASSIVE_TAGS: Final = {
    *("html", "head", "title", "meta", "link", "body", "div", "script", "p", "style"),
    *("h1", "h2", "h3", "pre", "span"),
}
# What the suite's server has under another name.
ALIASES: Final = {"resources/WebIDLParser.js": "resources/webidl2/lib/webidl2.js"}
_HARNESS: Final = frozenset({"/resources/testharness.js", "/resources/testharnessreport.js"})


class NotInCheckout(Exception):
    """A test names a file that the checkout has not, or one outside of it."""


@dataclass(frozen=True)
class Script:
    """One classic script: a file of the checkout, or text inside of an HTML file."""

    name: str
    text: str


@dataclass(frozen=True)
class Case:
    """One test file with one of its variants.

    Attributes:
        id: path and variant, as the suite writes them: ``url/x.any.js?1-10``.
        path: of the file in the checkout.
        variant: the query, with its question mark, or nothing.
        scope: which globals the test asks for.
        timeout: seconds.
        scripts: files of the checkout to run first, then the text of the test.
        ends_itself: the test says when it is done.
        imports: texts of scripts that the test loads itself, where the server has another text
            than the checkout.
    """

    id: str
    path: str
    variant: str
    scope: Scope
    timeout: int
    scripts: tuple[Script, ...]
    ends_itself: bool
    imports: Mapping[str, str] = field(default_factory=dict)

    def href(self, server: str | None) -> str:
        """Where it is on a server; None: where the suite's own would have it."""
        return f"{server or ORIGIN}/{self.path}{self.variant}"


@dataclass
class Found:
    """What a directory holds: cases to run, and why the other files are not run."""

    cases: list[Case] = field(default_factory=list)
    left_out: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Checkout:
    """The suite's files, and nothing else of the file system."""

    root: Path

    def __post_init__(self) -> None:
        if not (self.root / "resources" / "testharness.js").is_file():
            raise NotInCheckout(f"{self.root} has no resources/testharness.js")

    def file(self, path: str) -> Path:
        """The file at a path of the suite's server.

        Raises:
            NotInCheckout: there is none inside the checkout.
        """
        root = self.root.resolve()
        name = path.partition("?")[0].lstrip("/")
        file = (root / ALIASES.get(name, name)).resolve()
        if not file.is_relative_to(root) or not file.is_file():
            raise NotInCheckout(f"the checkout has no {path}")
        return file

    def text(self, path: str) -> str:
        """A file as a browser would decode it."""
        data = self.file(path).read_bytes()
        encoding = "cp1252" if b"<meta charset=windows-1252>" in data[:1024] else "utf-8"
        return data.decode(encoding, "replace")

    def script(self, path: str) -> Script:
        text = self.file(path).read_text("utf-8")
        return Script(f"{ORIGIN}/{path.lstrip('/')}", text)

    def find(self, directory: str) -> Found:
        """All tests at or below a directory; ``directory`` may also name one file."""
        found = Found()
        start = self.root / directory
        files = [start] if start.is_file() else sorted(start.rglob("*"))
        for file in files:
            path = file.relative_to(self.root).as_posix()
            kind = _kind(path)
            if kind is not None and file.is_file():
                self._add(found, path, kind)
        return found

    def _add(self, found: Found, path: str, kind: str) -> None:
        text = self.text(path)
        reason: str | None
        if kind in (".html", ".htm"):
            reason = self.add_page(found, path, text)
        else:
            reason = self._add_script(found, path, kind, text)
        if reason is not None:
            found.left_out[path] = reason

    def _add_script(self, found: Found, path: str, kind: str, text: str) -> str | None:
        meta = list(metadata(text))
        scope: Scope = "window" if kind == ".window.js" else "worker"
        if kind == ".any.js":
            scopes = {
                name.strip() for key, value in meta if key == "global" for name in value.split(",")
            } or {"window", "dedicatedworker"}
            if not scopes & (_WORKER_SCOPES | _WINDOW_SCOPES):
                return f"is for {', '.join(sorted(scopes))} alone"
            scope = "worker" if scopes & _WORKER_SCOPES else "window"
        if kind == ".window.js" and (need := document_need(text)):
            return need
        try:
            scripts = [self.script(resolved(path, value)) for key, value in meta if key == "script"]
        except NotInCheckout as error:
            return str(error)
        scripts.append(Script(f"{ORIGIN}/{path}", text))
        variants = [value for key, value in meta if key == "variant"]
        slow = ("timeout", "long") in meta
        _add_variants(found, path, scope, scripts, variants, slow, kind)
        return None

    def add_page(self, found: Found, path: str, text: str) -> str | None:
        """Add the cases of an HTML test; returns why there is none, if so."""
        page = _Page()
        page.feed(text)
        page.close()
        if "/resources/testharness.js" not in page.sources:
            return "is no testharness.js test"
        if page.active:
            return f"needs a document: it has <{page.active}>"
        scripts = []
        for source, inline in page.scripts:
            if source in _HARNESS:
                continue
            if source is None and (need := document_need(inline)):
                return need
            try:
                script = (
                    Script(f"{ORIGIN}/{path}", inline)
                    if source is None
                    else self.script(resolved(path, source))
                )
            except NotInCheckout as error:
                return str(error)
            if source is not None and not source.startswith("/resources/"):
                need = document_need(script.text)
                if need:
                    return need
            scripts.append(script)
        variants = page.meta("variant")
        slow = "long" in page.meta("timeout")
        _add_variants(found, path, "window", scripts, variants, slow, ".html")
        return None


def _add_variants(
    found: Found,
    path: str,
    scope: Scope,
    scripts: list[Script],
    variants: list[str],
    slow: bool,
    kind: str,
) -> None:
    ends_itself = kind == ".worker.js" or any(
        _ENDS_ITSELF.search(script.text) for script in scripts if "/resources/" not in script.name
    )
    for variant in variants or [""]:
        found.cases.append(
            Case(
                id=path + variant,
                path=path,
                variant=variant,
                scope=scope,
                timeout=LONG if slow else NORMAL,
                scripts=tuple(scripts),
                ends_itself=ends_itself,
            )
        )


def _kind(path: str) -> str | None:
    parts = PurePosixPath(path).parts
    if {"resources", "support", "tools"} & set(parts[:-1]):
        return None
    if re.search(r"[-.](?:manual|ref)\.", parts[-1]):
        return None
    for suffix in (".any.js", ".worker.js", ".window.js", ".html", ".htm"):
        if path.endswith(suffix):
            return suffix
    return None


def metadata(text: str) -> Iterator[tuple[str, str]]:
    """The ``// META: key=value`` lines that a test begins with."""
    for line in text.splitlines():
        match = _META.match(line.strip())
        if match:
            yield match[1], match[2].strip()
        elif line.strip() and not line.startswith("//"):
            return


def resolved(path: str, reference: str) -> str:
    """A path of the server, from one that is relative to a test file."""
    if reference.startswith("/"):
        return reference
    name, mark, query = reference.partition("?")
    parts: list[str] = list(PurePosixPath(path).parent.parts)
    for part in PurePosixPath(name).parts:
        if part == "..":
            parts = parts[:-1]
        elif part != ".":
            parts.append(part)
    return "/" + "/".join(parts) + mark + query


def document_need(text: str) -> str | None:
    """Why a test for windows cannot do without a document, if so."""
    match = _NEEDS_DOCUMENT.search(text)
    if match:
        return f"needs a document: it uses {match[0]}"
    if _WORKERS.search(text):
        return "makes workers, which isolates have not"
    return None


class _Page(HTMLParser):
    """The scripts of an HTML test."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.scripts: list[tuple[str | None, str]] = []
        self.active: str | None = None
        self._metas: list[tuple[str, str]] = []
        self._inside = False

    @property
    def sources(self) -> set[str]:
        return {source for source, _ in self.scripts if source is not None}

    def meta(self, name: str) -> list[str]:
        return [content for key, content in self._metas if key == name]

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        values = dict(attributes)
        if tag == "body" and "onload" in values:
            self.active = "body onload"
        if tag == "script":
            source = values.get("src")
            if values.get("type") == "module":
                self.active = "script type=module"
            self._inside = source is None
            self.scripts.append((source, ""))
        elif tag == "meta":
            self._metas.append((values.get("name") or "", values.get("content") or ""))
        elif tag not in _PASSIVE_TAGS:
            self.active = tag

    def handle_endtag(self, tag: str) -> None:
        if tag == "script":
            self._inside = False

    def handle_data(self, data: str) -> None:
        if self._inside:
            source, text = self.scripts[-1]
            self.scripts[-1] = (source, text + data)
