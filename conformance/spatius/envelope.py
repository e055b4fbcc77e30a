"""Reads answer messages without the SDK's own classes: fields by number, as a client of ours would find them."""

from __future__ import annotations

from dataclasses import dataclass


def fields(data: bytes) -> dict[int, list]:
    """Every field of a protobuf message by number: ints for varints, bytes for the rest."""
    found: dict[int, list] = {}
    at = 0
    while at < len(data):
        key, at = _varint(data, at)
        number, wire = key >> 3, key & 7
        if wire == 0:
            value, at = _varint(data, at)
        elif wire == 2:
            size, at = _varint(data, at)
            value, at = data[at : at + size], at + size
        else:
            size = {1: 8, 5: 4}[wire]
            value, at = data[at : at + size], at + size
        found.setdefault(number, []).append(value)
    return found


def _varint(data: bytes, at: int) -> tuple[int, int]:
    value = shift = 0
    while True:
        byte = data[at]
        value |= (byte & 127) << shift
        at, shift = at + 1, shift + 7
        if byte < 128:
            return value, at


@dataclass
class Answer:
    connection_id: str
    req_id: str
    end: bool
    first_frame: int
    frame_count: int
    has_audio: bool
    size: int


def read_answer(payload: bytes) -> Answer:
    """A ServerResponseAnimation (member 6 of the envelope, type 5); motion is field 100, encoded audio 101."""
    message = fields(payload)
    assert message[1] == [5], f"not an answer: type {message.get(1)}"
    body = fields(message[6][0])
    motion = fields(body[100][0]) if 100 in body else {}
    return Answer(
        connection_id=body[1][0].decode(),
        req_id=body[2][0].decode(),
        end=body.get(3, [0])[0] == 1,
        first_frame=motion.get(3, [0])[0],
        frame_count=motion.get(4, [0])[0],
        has_audio=101 in body,
        size=len(payload),
    )
