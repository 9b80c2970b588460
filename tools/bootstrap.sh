#!/bin/sh
# Creates the virtual environment $1 with a Python that Atoll supports, and a pip that knows
# dependency groups. Set PYTHON to choose the interpreter.
set -eu

venv=$1

say() { printf 'bootstrap: %s\n' "$*" >&2; }

# Run, not looked up: a version manager leaves commands on PATH that only print an error.
supported() { "$1" -c 'import sys; sys.exit(sys.version_info < (3, 11))' >/dev/null 2>&1; }

find_python() {
    if [ -n "${PYTHON:-}" ]; then
        supported "$PYTHON" && echo "$PYTHON"
        return
    fi
    for candidate in python3 python3.14 python3.13 python3.12 python3.11; do
        if supported "$candidate"; then
            echo "$candidate"
            return
        fi
    done
    return 1
}

install_or_explain() {
    if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; then
        say "installing $* with apt-get"
        apt-get update -qq
        DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "$@" >&2
    else
        say "missing: $*. On Debian or Ubuntu: sudo apt-get install $*; then run make again."
        exit 1
    fi
}

if ! python=$(find_python); then
    if [ -n "${PYTHON:-}" ]; then
        say "PYTHON=$PYTHON is not a working Python 3.11 or newer; unset it, or name another."
        exit 1
    fi
    install_or_explain python3 python3-venv
    if ! python=$(find_python); then
        say "this system's python3 is older than 3.11; install a newer one and set PYTHON to it."
        exit 1
    fi
fi

# Debian ships ensurepip in a package of its own, named after the interpreter's version.
if ! "$python" -c 'import ensurepip, venv' 2>/dev/null; then
    install_or_explain "python$("$python" -c 'import sys; print("%d.%d" % sys.version_info[:2])')-venv"
fi

say "creating $venv with $("$python" --version)"
"$python" -m venv --clear "$venv"
"$venv/bin/python" -m pip install --quiet --disable-pip-version-check --upgrade 'pip>=25.1'
