"""Values to JSON trees and back. `guest/marshal.js` is the other half.

Plain JSON values stand for themselves. Everything else is an object with the single key ``"$"``,
whose value is an array of a tag and its data:

======  ===============================  ======================================================
tag     data                             value
======  ===============================  ======================================================
``u``                                    undefined
``n``   text                             a number that JSON cannot write, or not exactly
``i``   hexadecimal digits               bigint (to the guest: sign, then ``0x`` digits)
``s``   segment                          string with lone surrogates, as UTF-16
``d``   milliseconds                     Date
``R``   source, flags                    RegExp
``m``   entries                          Map
``S``   items                            Set
``o``   entries                          plain object whose keys need care
``b``   segment, class                   ArrayBuffer, typed array or DataView
``E``   name, message, stack, fields,    error; number of the Python exception that it stands
        number                           for, or 0
``a``   aborted, number, reason          AbortSignal; the number is the guest's
        to the guest: aborted, handle,
        number of its own or 0, reason
``U``   href                             URL
``q``   pairs                            URLSearchParams
``H``   pairs                            Headers
``D``   pairs                            FormData
``Q``   method, url, headers, body       Request; headers as text, a name or value a line
``P``   status, its text, headers, url,  Response
        body
``B``   to the guest: segment, type      Blob; the guest's own stays there
        from it: handle, size, type
``F``   …, name, modification time       File, otherwise like ``B``
``r``   to the guest: two functions      ReadableStream: pull and cancel
        from it: handle
``w``   to the guest: three functions    WritableStream: write, close and abort
        from it: handle
``f``   handle, …                        function of the sender
``p``   handle                           promise of the sender
``x``   handle, kind                     any other value of the sender, by reference
``c``   handle, class                    instance of a class that the host defined
``h``   handle                           a value of the receiver, come home
``@``   label, value                     a value that occurs again
``#``   label                            the value with that label
``!``   path, reason                     from the guest: the answer could not be marshalled
``!s``  message, file, line, column,     from the guest: the source did not compile
        text
``!b``                                   from the guest: blocked, cannot wait for the promise
``!c``                                   from the guest: cancelled
======  ===============================  ======================================================
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from atoll.core.marshal_decode import _DECODERS, decode
from atoll.core.marshal_encode import _ENCODERS, Encoded, encode
from atoll.core.notation import LiveValues

__all__ = ["Encoded", "LiveValues", "decode", "encode", "register"]


def register(
    cls: type,
    encode: Callable[[Any, Any, int], Any],
    tag: str,
    decode: Callable[[Any, list[Any]], Any],
) -> None:
    """Teach the marshaller a class of a capability.

    Args:
        cls: the class; what derives from it crosses in the same way.
        encode: takes the encoder, the value and the depth, and returns the tagged form.
        tag: the tag that it has.
        decode: takes the decoder and the tag's data. Raises ``ProtocolViolation`` for what no
            correct guest sends.
    """
    _ENCODERS[cls] = encode
    _DECODERS[tag] = decode
