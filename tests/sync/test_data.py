"""`copy="data"`, blocking."""

from __future__ import annotations

import pytest

from atoll import MarshalError
from atoll.modules import Modules
from atoll.sync import Runtime


def test_what_lives_on_in_the_guest_is_refused() -> None:
    with Runtime(modules=Modules()) as rt:
        assert rt.eval("[1]", copy="data") == [1]
        with pytest.raises(MarshalError, match=r"result\.a: a promise"):
            rt.eval("({ a: Promise.resolve(1) })", copy="data")
        with pytest.raises(MarshalError, match=r"result\.f: a function"):
            rt.eval("export default { f() {} }", module=True, copy="data")
