"""How large the objects of a bundle become, reckoned before git unpacks any.

Zeros compress a thousandfold, and a delta of a few bytes may copy its base a million times:
git would hold the outcome in memory. Each object says its size at its beginning; that is
read here, and that what is compressed keeps to it.
"""

from __future__ import annotations

import zlib

_OBJECTS = 5_000_000
_LARGEST = 1 << 30  # bytes of one object
_TOTAL = 10 << 30  # bytes of all
_CHUNK = 1 << 16
_OFFSET, _NAMED = 6, 7  # deltas: their base is found by its place, or by its id


class NoPackError(ValueError):
    """These bytes are no pack, or one that is larger than may be."""


def check(bundle: bytes) -> None:
    """Reads a bundle's pack to its end.

    Raises:
        NoPackError: it is broken, or its objects are more or larger than they may be.
    """
    head, found, _ = bundle[: 1 << 20].partition(b"\n\n")
    at = len(head) + 2
    width = 32 if b"@object-format=sha256" in head else 20
    count = int.from_bytes(bundle[at + 8 : at + 12], "big")
    if not found or bundle[at : at + 4] != b"PACK" or count > _OBJECTS:
        raise NoPackError("no pack, or too many objects")
    view, at, total = memoryview(bundle), at + 12, 0
    try:
        for _ in range(count):
            kind, size, at = _begin(view, at)
            if kind == _NAMED:
                at += width
            elif kind == _OFFSET:
                _, at = _number(view, at)
            at, start = _inflate(view, at, size)
            if kind in (_OFFSET, _NAMED):
                first = memoryview(start)
                _, after = _number(first, 0)
                target, _ = _number(first, after)
                size = max(size, target)
            total += size
            if size > _LARGEST or total > _TOTAL:
                raise NoPackError("too large")
    except (IndexError, zlib.error) as error:
        raise NoPackError("it ends early") from error


def _begin(view: memoryview, at: int) -> tuple[int, int, int]:
    """Kind and size of the object that begins here, and where its content does."""
    byte = view[at]
    kind, size, shift = byte >> 4 & 7, byte & 15, 4
    while byte & 128:
        at += 1
        byte = view[at]
        size |= (byte & 127) << shift
        shift += 7
        if shift > 63:
            raise NoPackError("a number without end")
    return kind, size, at + 1


def _number(view: memoryview, at: int) -> tuple[int, int]:
    """A number of seven bits a byte, the lowest first, and where it ends."""
    value, shift = 0, 0
    while True:
        byte = view[at]
        value |= (byte & 127) << shift
        at, shift = at + 1, shift + 7
        if not byte & 128:
            return value, at
        if shift > 63:
            raise NoPackError("a number without end")


def _inflate(view: memoryview, at: int, size: int) -> tuple[int, bytes]:
    """Where a compressed content of ``size`` bytes ends, and its first bytes."""
    if size > _LARGEST:
        raise NoPackError("too large")
    stream, done, first = zlib.decompressobj(), 0, b""
    step = min(size + 128, _CHUNK)
    while not stream.eof:
        given = view[at : at + step]
        if not given:
            raise IndexError
        out = stream.decompress(given, _CHUNK)
        done += len(out)
        first = first or out[:32]
        if done > size:
            raise NoPackError("more than it says")
        # At its end the one holds what follows, and the other what an earlier call left.
        at += len(given) - len(stream.unused_data if stream.eof else stream.unconsumed_tail)
    return at, first
