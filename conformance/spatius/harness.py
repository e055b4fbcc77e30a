"""Sessions of the unmodified SDK against the server under test, and what came back."""

from __future__ import annotations

import asyncio
import json
import math
import os
import struct
import wave
from contextlib import asynccontextmanager

from spatius import new_avatar_session

from envelope import Answer, read_answer

CONSOLE_URL = os.environ["VISAVIS_CONSOLE_URL"]
INGRESS_URL = os.environ["VISAVIS_INGRESS_URL"]
APP_ID = os.environ.get("VISAVIS_APP_ID", "dev-app")
API_KEY = os.environ.get("VISAVIS_API_KEY", "dev-key")
AVATAR_ID = os.environ.get("VISAVIS_AVATAR_ID", "ava")
# Without what Visavis adds: motion is opaque, frames cannot be counted.
PUBLIC = bool(os.environ.get("VISAVIS_PUBLIC"))
WAIT_S = 30
MIB = 1024 * 1024

# A server with small limits: {"consoleUrl", "ingressUrl", "otherApp": {"appId"}, "limits": {...}}, or None.
STRICT = json.loads(os.environ.get("VISAVIS_STRICT") or "null")
# Recorded speech to send, mono, 16 bit; a hum where there is none.
SPEECH_WAV: str | None = None


class Recorder:
    """Keeps every answer and error of one session; waits for what should come."""

    def __init__(self) -> None:
        self.answers: list[Answer] = []
        self.errors: list[Exception] = []
        self.closes = 0
        self._changed = asyncio.Event()

    def frames(self, payload: bytes, last: bool) -> None:
        answer = read_answer(payload)
        assert answer.end == last, "the SDK and we disagree on what the end is"
        self.answers.append(answer)
        self._changed.set()

    def error(self, error: Exception) -> None:
        self.errors.append(error)
        self._changed.set()

    def closed(self) -> None:
        self.closes += 1
        self._changed.set()

    def of(self, req_id: str) -> list[Answer]:
        return [answer for answer in self.answers if answer.req_id == req_id]

    async def until(self, condition) -> None:
        async def wait() -> None:
            while not condition():
                self._changed.clear()
                await self._changed.wait()

        await asyncio.wait_for(wait(), WAIT_S)

    async def ended(self, req_id: str, frames: int | None = None) -> list[Answer]:
        """All answers to a request, checked: so many frames, without gap from 0, exactly one end, last."""
        await self.until(lambda: any(answer.end for answer in self.of(req_id)))
        answers = self.of(req_id)
        assert [answer.end for answer in answers] == [False] * (len(answers) - 1) + [True], "one end, last"
        expected = 0
        for answer in answers:
            assert answer.size < MIB, "a message of 1 MiB or more: the SDK would close with 1009"
            if answer.frame_count:
                assert answer.first_frame == expected, f"frame {answer.first_frame} where {expected} was due"
                expected += answer.frame_count
        if frames is not None and not PUBLIC:
            assert expected == frames, f"{expected} frames; {frames} were due"
        return answers


def make(recorder: Recorder, **overrides):
    settings = dict(
        api_key=API_KEY, app_id=APP_ID, avatar_id=AVATAR_ID, sample_rate=16000, console_endpoint_url=CONSOLE_URL,
        ingress_endpoint_url=INGRESS_URL, transport_frames=recorder.frames, on_error=recorder.error, on_close=recorder.closed,
    )
    return new_avatar_session(**{**settings, **overrides})


@asynccontextmanager
async def open_session(**overrides):
    """A started session and its recorder; no error may have come by the end."""
    recorder = Recorder()
    session = make(recorder, **overrides)
    await session.init()
    recorder.connection_id = await session.start()
    try:
        yield session, recorder
        assert not recorder.errors, f"unexpected errors: {recorder.errors}"
    finally:
        await session.close()


def at_strict() -> dict:
    """Settings of a session at the server with small limits."""
    return dict(console_endpoint_url=STRICT["consoleUrl"], ingress_endpoint_url=STRICT["ingressUrl"])


async def failing(**overrides):
    """A started session that is meant to fail later, and its recorder."""
    recorder = Recorder()
    session = make(recorder, **overrides)
    await session.init()
    await session.start()
    return session, recorder


async def send_in_pieces(session, audio: bytes, size: int) -> str:
    """One request in pieces of `size` bytes, its end in a message of its own; the request's id."""
    for at in range(0, len(audio), size):
        req_id = await session.send_audio(audio[at : at + size])
    await session.send_audio(b"", end=True)
    return req_id


def frames_of(pcm: bytes, rate: int, fps: int = 30) -> int:
    """How many frames cover so much audio."""
    return math.ceil(len(pcm) // 2 * fps / rate - 1e-9)


def read_wav(path: str) -> tuple[bytes, int]:
    with wave.open(path) as wav:
        assert wav.getnchannels() == 1 and wav.getsampwidth() == 2, f"{path} must be mono, 16 bit"
        return wav.readframes(wav.getnframes()), wav.getframerate()


def hum(seconds: float, rate: int = 16000) -> bytes:
    """A voice-like hum in syllables."""
    samples = []
    for i in range(int(seconds * rate)):
        t = i / rate
        syllable = max(0.0, math.sin(2 * math.pi * 4 * t))
        samples.append(int(4000 * syllable * sum(math.sin(2 * math.pi * 130 * k * t) / k for k in range(1, 6))))
    return struct.pack(f"<{len(samples)}h", *samples)
