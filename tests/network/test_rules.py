"""What the patterns of an allow-list cover."""

from __future__ import annotations

from typing import Any

import pytest
from yarl import URL

from atoll.network import Rule

COVERED = [
    ("*", "https://example.com/"),
    ("*", "ws://example.com:81/x"),
    ("https://example.com", "https://example.com/any/path?query"),
    ("https://example.com", "https://example.com:443/"),
    ("https://EXAMPLE.com", "https://example.com./"),
    ("https://example.com:8443", "https://example.com:8443/"),
    ("https://example.com:*", "https://example.com:2/"),
    ("http://example.com:6667", "http://example.com:6667/"),
    ("https://*.example.com", "https://a.b.example.com/"),
    ("https://bücher.example", "https://xn--bcher-kva.example/"),
    ("http://[::1]:*", "http://[::1]:80/"),
    ("https://example.com/", "https://example.com/"),
    ("https://example.com/v1/*", "https://example.com/v1/items/3?full"),
    ("https://example.com/*/items", "https://example.com/shop/items"),
    ("https://example.com/*", "https://example.com/a%2Fb"),
    ("https://*", "https://anything.example/"),
]
NOT_COVERED = [
    ("*", "ftp://example.com/"),
    ("*", "file:///etc/passwd"),
    ("*", "http://example.com:25/"),
    ("*", "wss://example.com:6667/"),
    ("http://example.com:*", "http://example.com:22/"),
    ("https://example.com", "http://example.com/"),
    ("https://example.com", "https://example.com:8443/"),
    ("https://example.com", "https://example.com.evil.example/"),
    ("https://example.com", "https://evil.example/example.com"),
    ("https://example.com", "https://example.com@evil.example/"),
    ("https://*.example.com", "https://example.com/"),
    ("https://*.example.com", "https://evilexample.com/"),
    ("https://example.com/", "https://example.com/a"),
    ("https://example.com/v1/*", "https://example.com/v2/"),
    ("https://example.com/v1/*", "https://example.com/v1"),
    ("https://example.com/v1/*", "https://example.com/v1/../admin"),
    ("https://example.com/v1/*", "https://example.com/v1/%2e%2e/admin"),
    ("https://example.com/v1/*", "https://example.com/v1/..%2Fadmin"),
    ("https://example.com/v1/*", "https://example.com/v1/%252e%252e/admin"),
    ("https://example.com/v1/*", "https://example.com/v1/..%5Cadmin"),
    ("https://example.com/v1/*", "https://example.com/v1/..;/admin"),
    ("https://example.com/v1/*", "https://example.com/v1/%2e%2e;a=b/admin"),
    ("https://example.com/v1/*", "https://example.com/v1/%c0%ae%c0%ae/admin"),
]


@pytest.mark.parametrize(("pattern", "url"), COVERED)
def test_a_pattern_covers(pattern: str, url: str) -> None:
    assert Rule(pattern).allows("GET", URL(url, encoded=True))


@pytest.mark.parametrize(("pattern", "url"), NOT_COVERED)
def test_a_pattern_does_not_cover(pattern: str, url: str) -> None:
    assert not Rule(pattern).allows("GET", URL(url, encoded=True))


def test_methods_narrow_a_rule() -> None:
    rule = Rule("https://example.com", methods={"get"})
    url = URL("https://example.com/")
    assert rule.allows("GET", url)
    assert not rule.allows("POST", url)


@pytest.mark.parametrize(
    "pattern",
    [
        "",
        "example.com",
        "ftp://example.com",
        "https://",
        "https://user@example.com",
        "https://a?b",
        "https://exa*mple.com",
        "//example.com",
        "https://example.com:x",
        "https://example.com:65536",
        "https://*.",
        "https://a\0b",
        "https://*.*.com",
    ],
)
def test_what_is_no_pattern_says_how_to_write_one(pattern: str) -> None:
    with pytest.raises(ValueError, match="write it like"):
        Rule(pattern)


def test_methods_are_not_taken_apart_into_letters() -> None:
    with pytest.raises(TypeError, match="collection"):
        Rule("*", methods="GET")


@pytest.mark.parametrize(
    ("pattern", "methods", "error"),
    [
        (None, (), TypeError),
        (b"https://example.com", (), TypeError),
        ("*", 5, TypeError),
        ("*", [None], TypeError),
        ("*", ["GET POST"], ValueError),
    ],
)
def test_arguments_of_another_kind(pattern: Any, methods: Any, error: type[Exception]) -> None:
    with pytest.raises(error, match=r"pattern|method"):
        Rule(pattern, methods)
