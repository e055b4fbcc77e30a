"""Sessions of the unmodified SDK against the server under test, and what came back."""

from __future__ import annotations

import asyncio
import math
import os
import struct
import wave
from contextlib import asynccontextmanager

from spatius import new_avatar_session

from envelope import Answer, read_answer

CONSOLE_URL = os.environ["VISAVIS_CONSOLE_URL"]
INGRESS_URL = os.environ["VISAVIS_INGRESS_URL"]
WAIT_S = 30


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

    async def ended(self, req_id: str) -> list[Answer]:
        """All answers to a request, checked: frames without gap from 0, exactly one end, last."""
        await self.until(lambda: any(answer.end for answer in self.of(req_id)))
        answers = self.of(req_id)
        assert [answer.end for answer in answers] == [False] * (len(answers) - 1) + [True], "one end, last"
        expected = 0
        for answer in answers:
            if answer.frame_count:
                assert answer.first_frame == expected, f"frame {answer.first_frame} where {expected} was due"
                expected += answer.frame_count
        return answers


def make(recorder: Recorder, **overrides):
    settings = dict(
        api_key="dev-key", app_id="dev-app", avatar_id="ava", sample_rate=16000, console_endpoint_url=CONSOLE_URL,
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


def frame_count(answers: list[Answer]) -> int:
    return sum(answer.frame_count for answer in answers)


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
