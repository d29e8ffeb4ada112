"""JSON values kept as text: as objects they take five to ten times the memory. Large ones are compressed."""

from __future__ import annotations

import zlib
from typing import Any

import orjson

_LARGE = 16 * 1024
"""Bytes from which on a value is compressed: few are, and a tenant may make many."""

_FAST = 1
_COMPRESSED = b"x"
"""What zlib's output begins with, and no JSON does."""


def packed(value: Any) -> bytes:
    """The JSON of a value, in no more memory than it takes; equal values are packed equally."""
    text = orjson.dumps(value)
    # A copy: what orjson gives keeps the room that it had to write in, 4 KiB for most pools.
    return zlib.compress(text, _FAST) if len(text) > _LARGE else memoryview(text).tobytes()


def mentions(text: bytes, word: bytes) -> bool:
    """Whether the JSON of a packed value has these bytes in it."""
    return word in (zlib.decompress(text) if text.startswith(_COMPRESSED) else text)


def unpacked(text: bytes) -> Any:
    """The value again; a new one each time."""
    return orjson.loads(zlib.decompress(text) if text.startswith(_COMPRESSED) else text)
