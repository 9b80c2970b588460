"""The same names as `atoll`, blocking: for scripts and threads.

::

    from atoll.sync import Runtime

    with Runtime() as rt:
        rt.define_function("add", lambda a, b: a + b)
        assert rt.eval("add(1, 2)") == 3

An isolate may be used from any thread, by one at a time; many threads each use their own. A
callback that is a coroutine function runs to its end before anything else, on an event loop of its
own; where one runs already, as in a notebook, in a helper thread.

An exception in the waiting thread, KeyboardInterrupt above all, cancels the call in the guest. A
guest that does not react within a second is ended, and so is one interrupted in mid-message.
"""

from __future__ import annotations

from atoll.sync._isolate import (
    BlobReference,
    Isolate,
    JSFunction,
    JSPromise,
    ReadableStream,
    Reference,
    Scope,
    WritableStream,
)
from atoll.sync._pool import Pool
from atoll.sync._runtime import Runtime
from atoll.sync._sessions import Sessions

__all__ = [
    "BlobReference",
    "Isolate",
    "JSFunction",
    "JSPromise",
    "Pool",
    "ReadableStream",
    "Reference",
    "Runtime",
    "Scope",
    "Sessions",
    "WritableStream",
]
