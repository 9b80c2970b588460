"""Names of modules and their URLs.

Every module has an absolute URL, which is its identity. A name that is no URL ("app/main.js",
"@/env") stands for one below `BASE`; the scheme is Atoll's own, so that no such URL can be mistaken
for a file of the host.
"""

from __future__ import annotations

import re
from typing import Final
from urllib.parse import quote, unquote, urljoin, urlsplit, urlunsplit

BASE: Final = "module:///"
_SCHEME: Final = re.compile(r"([A-Za-z][A-Za-z0-9+.-]*):")
_SAFE: Final = "/@:!$&'()*+,;=~%[]|-._"
_SPECIAL: Final = frozenset({"http", "https", "file"})
_LIKE_HTTP: Final = "http://module/"


def scheme_of(specifier: str) -> str | None:
    """The scheme of an absolute URL, in lower case; None for anything else."""
    match = _SCHEME.match(specifier)
    return match[1].lower() if match else None


def is_relative(specifier: str) -> bool:
    """Whether a specifier is relative to its importer's URL, as HTML § 8.1.6.2 has it."""
    return specifier.startswith(("/", "./", "../"))


def normal(url: str) -> str:
    """An absolute URL without dot segments and raw characters, where its scheme has them."""
    if url.startswith(BASE):
        return join(url[len(BASE) - 1 :], BASE) or url
    if url.partition(":")[0].lower() not in _SPECIAL:
        return url
    parts = urlsplit(url)
    path = urljoin(_LIKE_HTTP, quote(parts.path or "/", safe=_SAFE))[len(_LIKE_HTTP) - 1 :]
    query = quote(parts.query, safe=_SAFE + "?")
    fragment = quote(parts.fragment, safe=_SAFE + "?")
    return urlunsplit((parts.scheme, parts.netloc.lower(), path, query, fragment))


def is_special(url: str) -> bool:
    """Whether the paths of a URL are those of a hierarchy."""
    return url.startswith(BASE) or url.partition(":")[0].lower() in _SPECIAL


def to_url(name: str) -> str:
    """The URL of a name or a prefix; one that is an absolute URL already is itself."""
    if scheme_of(name) is not None:
        return normal(name)
    path, question, query = name.partition("?")
    return urljoin(_LIKE_HTTP, quote(path.lstrip("/"), safe=_SAFE)).replace(_LIKE_HTTP, BASE, 1) + (
        question + quote(query, safe=_SAFE + "?")
    )


def join(specifier: str, importer: str) -> str | None:
    """The URL that a relative specifier means there; None: the importer's URL has no path."""
    if importer.startswith(BASE):
        quoted = quote(specifier, safe=_SAFE + "?#")
        joined = urljoin(importer.replace(BASE, _LIKE_HTTP, 1), quoted)
        return joined.replace(_LIKE_HTTP, BASE, 1) if joined.startswith(_LIKE_HTTP) else None
    if importer.partition(":")[0] in _SPECIAL:
        return normal(urljoin(importer, specifier))
    return None


def without_query(url: str) -> str:
    """The URL without its query and fragment."""
    return url.partition("#")[0].partition("?")[0]


def name_of(url: str) -> str:
    """What an error shows of a URL: the name that it stands for, if it does."""
    return unquote(url[len(BASE) :]) if url.startswith(BASE) else url


def path_below(url: str, prefix: str) -> str | None:
    """The decoded path of a URL below a prefix; None when it has none, or one that leads out."""
    rest = without_query(url)[len(prefix) :]
    if "%2f" in rest.lower() or "%5c" in rest.lower():
        return None
    path = unquote(rest)
    parts = path.split("/")
    if "\0" in path or "\\" in path or any(part in ("", ".", "..") for part in parts):
        return None
    return path
