"""Reading an answer: whole, decoded, and no more of it than fits."""

from __future__ import annotations

import zlib
from collections.abc import AsyncIterator

import httpx

MEGABYTE = 2**20
MOST_OF_A_LIST = 32 * MEGABYTE
"""Bytes, decoded: a page of a hundred pools of 300 KiB."""

MOST_OF_A_POOL = 8 * MEGABYTE
"""Bytes, decoded."""

_ANY_HEADER = 47
"""For zlib: gzip or zlib, whichever the data says."""


class TooLarge(Exception):
    """The answer has more bytes than are read."""


async def read_whole(response: httpx.Response, *, most: int) -> httpx.Response:
    """The same answer with its content, decoded piece by piece.

    Raises TooLarge before more than `most` bytes are held, httpx.DecodingError for what cannot be decoded.
    """
    encoding = response.headers.get("Content-Encoding", "").strip().casefold()
    stream = response.stream
    assert isinstance(stream, httpx.AsyncByteStream), "the wire is asynchronous"
    pieces = stream.__aiter__() if encoding in {"", "identity"} else _decoded(stream, encoding, most=most)
    content = bytearray()
    async for piece in pieces:
        if len(content) + len(piece) > most:
            raise TooLarge
        content += piece
    headers = [
        (name, value)
        for name, value in response.headers.multi_items()
        if name.casefold() not in {"content-encoding", "transfer-encoding", "content-length"}
    ]
    return httpx.Response(response.status_code, headers=headers, content=bytes(content), request=response.request)


async def _decoded(stream: httpx.AsyncByteStream, encoding: str, *, most: int) -> AsyncIterator[bytes]:
    if encoding not in {"gzip", "x-gzip", "deflate"}:
        raise httpx.DecodingError(f"an encoding that was not asked for: {encoding[:20]}")
    decoder = zlib.decompressobj(_ANY_HEADER)
    total = 0
    try:
        async for piece in stream:
            left = piece
            while left:
                # One byte more than may be, so that too much is seen without being held.
                decoded = decoder.decompress(left, most + 1 - total)
                total += len(decoded)
                yield decoded
                left = decoder.unconsumed_tail
                if total > most:
                    raise TooLarge
        if not decoder.eof:
            raise httpx.DecodingError("the answer ends in its middle")
    except zlib.error as error:
        raise httpx.DecodingError("the answer is not what its encoding says") from error
