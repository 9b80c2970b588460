"""Import maps, as HTML § 8.1.6.3 has them: ``imports`` and ``scopes``."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ._urls import BASE, is_relative, is_special, join, normal, scheme_of, to_url

_Rules = dict[str, str | None]


class ImportMap:
    """A parsed import map."""

    def __init__(self, text: Mapping[str, Any], base: str = BASE) -> None:
        """Parse a map.

        Args:
            text: ``{"imports": {…}, "scopes": {…: {…}}}``.
            base: URL that addresses are relative to.

        Raises:
            ValueError: it has another form.
        """
        unknown = set(text) - {"imports", "scopes"}
        if unknown:
            raise ValueError(f'an import map has "imports" and "scopes", not {sorted(unknown)}')
        self._imports = _rules(text.get("imports", {}), "imports", base)
        scopes = text.get("scopes", {})
        if not isinstance(scopes, Mapping):
            raise ValueError('"scopes" of an import map has to be a mapping of mappings')
        self._scopes = sorted(
            (
                (_address(prefix, base), _rules(rules, prefix, base))
                for prefix, rules in scopes.items()
            ),
            reverse=True,
        )

    def resolve(self, specifier: str, as_url: str | None, importer: str) -> tuple[bool, str | None]:
        """Whether a rule applies, and the address it gives; None: it forbids the import."""
        key = as_url or specifier
        for prefix, rules in self._scopes:
            if importer == prefix or (prefix.endswith("/") and importer.startswith(prefix)):
                found = _match(key, as_url, rules)
                if found[0]:
                    return found
        return _match(key, as_url, self._imports)


def _rules(text: Any, where: str, base: str) -> _Rules:
    if not isinstance(text, Mapping):
        raise ValueError(f'"{where}" of an import map has to be a mapping')
    rules: _Rules = {}
    for key, address in text.items():
        if not isinstance(key, str) or not key:
            raise ValueError(f'a key of "{where}" of an import map is no text, or empty: {key!r}')
        if address is not None and not isinstance(address, str):
            raise ValueError(f'the address of "{key}" in an import map is no text: {address!r}')
        if address is not None and key.endswith("/") and not address.endswith("/"):
            raise ValueError(f'the address of "{key}" in an import map has to end with a slash')
        rules[_key(key, base)] = None if address is None else _address(address, base)
    return dict(sorted(rules.items(), reverse=True))


def _key(key: str, base: str) -> str:
    if scheme_of(key) is not None:
        return normal(key)
    return (join(key, base) or key) if is_relative(key) else key


def _address(address: str, base: str) -> str:
    if scheme_of(address) is not None:
        return normal(address)
    if not address:
        return base
    return (join(address, base) or address) if is_relative(address) else to_url(address)


def _match(key: str, as_url: str | None, rules: _Rules) -> tuple[bool, str | None]:
    if key in rules:
        return True, rules[key]
    # Sorted backwards, so that a longer key comes before its own beginnings.
    for rule, address in rules.items():
        if rule.endswith("/") and key.startswith(rule) and (as_url is None or is_special(as_url)):
            if address is None:
                return True, None
            joined = join("./" + key[len(rule) :], address)
            # A rest full of `..` must not lead out of what the rule maps to.
            return True, joined if joined is not None and joined.startswith(address) else None
    return False, None
