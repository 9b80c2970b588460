"""Fuzz the host's half of an isolate with atheris, guided by coverage. Run by hand::

    pip install atheris
    python -m tests.wire.fuzz_session -max_len=4096 -max_total_time=600 corpus/

The input is what a guest sends, after READY: cut into reads at random, to a host that has classes,
functions, a remembered exception and calls under way. Whatever it is, the host may end that isolate
with `ProtocolViolation` or `LimitExceeded`, and nothing else may come out. The hypothesis tests in
`tests/hostile/test_forged_frames.py` do the same with less patience, in every test run.
"""

from __future__ import annotations

import sys
from pathlib import Path

import atheris  # type: ignore[import-untyped]

with atheris.instrument_imports(include=["atoll.wire", "atoll.core"]):
    from atoll import LimitExceeded
    from atoll.core.host import Host
    from atoll.wire.frames import ProtocolViolation
    from tests.hostile.test_forged_frames import VALID, furnished_host
    from tests.wire.support import receive


def converse(host: Host, data: atheris.FuzzedDataProvider) -> None:
    while data.remaining_bytes():
        piece = data.ConsumeBytes(data.ConsumeIntInRange(1, 2000))
        for frame in receive(host.session, piece):
            invocation = host.handle(frame)
            if invocation is None:
                continue
            try:
                value = invocation.export.value(*invocation.args)  # type: ignore[operator]
            except Exception as error:  # whatever the owner's function raises
                host.answer(invocation.id, None, error)
            else:
                host.answer(invocation.id, value, None)


def test_one_input(data: bytes) -> None:
    host, driver, pending = furnished_host()
    try:
        converse(host, atheris.FuzzedDataProvider(data))
    except ProtocolViolation as error:
        host.fail(host.violation(error))
    except LimitExceeded as error:
        host.fail(error)
    if host.failure is not None:
        assert all(call.done for call in pending)
    del driver


def seed(folder: Path) -> None:
    """Start from valid conversations."""
    folder.mkdir(parents=True, exist_ok=True)
    for number, frame in enumerate(VALID):
        (folder / f"valid-{number}").write_bytes(frame)
    (folder / "valid-all").write_bytes(b"".join(VALID))


def main() -> None:
    for argument in sys.argv[1:]:
        if not argument.startswith("-"):
            seed(Path(argument))
    atheris.Setup(sys.argv, test_one_input)
    atheris.Fuzz()


if __name__ == "__main__":
    main()
