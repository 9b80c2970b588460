"""Prints the public modules: those with an ``__all__`` and no underscore in their path."""

import importlib
import pkgutil

import atoll

INTERNAL = {"atoll.cli", "atoll.confinement", "atoll.core", "atoll.engine", "atoll.wire"}
"""Packages whose names are the project's own."""


def public_modules() -> list[str]:
    found = ["atoll"]
    for module in pkgutil.walk_packages(atoll.__path__, "atoll."):
        name = module.name
        if any(part.startswith("_") for part in name.split(".")):
            continue
        if any(name == package or name.startswith(f"{package}.") for package in INTERNAL):
            continue
        if hasattr(importlib.import_module(name), "__all__"):
            found.append(name)
    return found


if __name__ == "__main__":
    print(" ".join(public_modules()))
