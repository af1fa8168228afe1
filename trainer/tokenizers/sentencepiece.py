"""Reads and writes the protocol buffers of SentencePiece models.

The classes in the sentencepiece package need a newer protobuf than TensorFlow allows on
the compatibility lane, and only four fields matter.
"""

import struct
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import IntEnum
from typing import Any

from newsdesk.errors import DataError

# Field numbers of ModelProto and of the messages in it.
_PIECE, _TRAINER, _NORMALIZER = 1, 2, 3
_PIECE_TEXT, _PIECE_SCORE, _PIECE_TYPE = 1, 2, 3
_MODEL_TYPE = 3
_NAME, _CHARACTER_MAP, _DUMMY_PREFIX, _EXTRA_SPACES, _ESCAPE_SPACES = 1, 2, 3, 4, 5
# A trie of 256 units and no text. Without a map, SentencePiece logs a line per model.
_EMPTY_MAP = struct.pack("<I", 1024) + bytes(1024) + b"\0"
# Wire types.
_VARINT, _FIXED64, _BYTES, _FIXED32 = 0, 1, 2, 5


class ModelType(IntEnum):
    """How a model cuts words."""

    UNIGRAM = 1
    BPE = 2


class PieceType(IntEnum):
    """What a piece is."""

    NORMAL = 1
    UNKNOWN = 2
    CONTROL = 3


@dataclass(frozen=True)
class Piece:
    """A piece of a model."""

    text: str
    score: float
    type: int = PieceType.NORMAL


@dataclass(frozen=True)
class Model:
    """What a file says.

    Attributes:
        pieces: in the order of their ids.
        type: a `ModelType`, or another number.
        character_map: the normalization, as `charsmap` reads it.
    """

    pieces: tuple[Piece, ...]
    type: int
    character_map: bytes


def write(pieces: Sequence[Piece], model_type: ModelType) -> bytes:
    """Writes a model that cuts what it is given, without a normalization of its own.

    Args:
        pieces: in the order of their ids; exactly one is UNKNOWN.
        model_type: how it cuts.

    Returns:
        A serialized ModelProto.
    """
    normalizer = _block(_NAME, b"identity") + _block(_CHARACTER_MAP, _EMPTY_MAP)
    normalizer += b"".join(
        _number(field, 0) for field in (_DUMMY_PREFIX, _EXTRA_SPACES, _ESCAPE_SPACES)
    )
    parts = [_block(_PIECE, _piece(piece)) for piece in pieces]
    parts.append(_block(_TRAINER, _number(_MODEL_TYPE, model_type)))
    parts.append(_block(_NORMALIZER, normalizer))
    return b"".join(parts)


def read(data: bytes, where: str) -> Model:
    """Reads a model.

    Args:
        data: a serialized ModelProto.
        where: the file, for an error.

    Returns:
        Its pieces, type and normalization.

    Raises:
        DataError: the data is not a model.
    """
    pieces: list[Piece] = []
    model_type, character_map = int(ModelType.UNIGRAM), b""
    try:
        for field, value in _fields(data):
            if field == _PIECE:
                pieces.append(_read_piece(value))
            elif field == _TRAINER:
                model_type = dict(_fields(value)).get(_MODEL_TYPE, model_type)
            elif field == _NORMALIZER:
                character_map = dict(_fields(value)).get(_CHARACTER_MAP, b"")
    except (IndexError, struct.error, TypeError, ValueError) as error:
        raise DataError(
            f"{where}: is not a SentencePiece model ({error}); fetch it again"
        ) from None
    if not pieces:
        raise DataError(f"{where}: has no pieces; fetch it again")
    return Model(tuple(pieces), model_type, character_map)


def _piece(piece: Piece) -> bytes:
    score = _varint(_PIECE_SCORE << 3 | _FIXED32) + struct.pack("<f", piece.score)
    text = _block(_PIECE_TEXT, piece.text.encode())
    return text + score + _number(_PIECE_TYPE, piece.type)


def _read_piece(data: bytes) -> Piece:
    fields = dict(_fields(data))
    return Piece(
        fields[_PIECE_TEXT].decode() if _PIECE_TEXT in fields else "",
        struct.unpack("<f", fields.get(_PIECE_SCORE, bytes(4)))[0],
        fields.get(_PIECE_TYPE, PieceType.NORMAL),
    )


def _varint(number: int) -> bytes:
    found = bytearray()
    while number > 0x7F:
        found.append(number & 0x7F | 0x80)
        number >>= 7
    found.append(number)
    return bytes(found)


def _number(field: int, value: int) -> bytes:
    return _varint(field << 3 | _VARINT) + _varint(value)


def _block(field: int, value: bytes) -> bytes:
    return _varint(field << 3 | _BYTES) + _varint(len(value)) + value


def _read_varint(data: bytes, place: int) -> tuple[int, int]:
    value = shift = 0
    while True:
        byte = data[place]
        value |= (byte & 0x7F) << shift
        place, shift = place + 1, shift + 7
        if not byte & 0x80:
            return value, place
        if shift > 63:
            raise ValueError("a number is too long")


def _fields(data: bytes) -> Iterator[tuple[int, Any]]:
    place = 0
    while place < len(data):
        key, place = _read_varint(data, place)
        field, wire = key >> 3, key & 7
        if wire == _VARINT:
            value, place = _read_varint(data, place)
            yield field, value
            continue
        if wire == _BYTES:
            size, place = _read_varint(data, place)
        elif wire in (_FIXED32, _FIXED64):
            size = 4 if wire == _FIXED32 else 8
        else:
            raise ValueError(f"wire type {wire}")
        if place + size > len(data):
            raise ValueError("it ends too early")
        yield field, data[place : place + size]
        place += size
