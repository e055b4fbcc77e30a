"""Requests, their answers and interrupts."""

from __future__ import annotations

import time

import harness
from harness import frames_of, hum, open_session, read_wav, send_in_pieces
from registry import check

RATES = (8000, 16000, 22050, 24000, 32000, 44100, 48000)


@check("4")
async def speech() -> None:
    """recorded speech, in pieces, gets motion for all of it"""
    pcm, rate = read_wav(harness.SPEECH_WAV) if harness.SPEECH_WAV else (hum(5), 16000)
    async with open_session(sample_rate=rate) as (session, recorder):
        answers = await recorder.ended(await send_in_pieces(session, pcm, 3201), frames_of(pcm, rate))
        assert {answer.connection_id for answer in answers} == {recorder.connection_id}


@check("5")
async def rates() -> None:
    """all seven sample rates, cut anywhere"""
    for rate in RATES:
        async with open_session(sample_rate=rate) as (session, recorder):
            pcm = hum(1, rate)
            await recorder.ended(await send_in_pieces(session, pcm, 777), frames_of(pcm, rate))


@check("4")
async def several() -> None:
    """several requests in a row, and some sent at once"""
    async with open_session() as (session, recorder):
        pcm = hum(1)
        for _ in range(3):
            await recorder.ended(await session.send_audio(pcm, end=True), 30)
        ids = [await session.send_audio(pcm, end=True) for _ in range(12)]
        for req_id in ids:
            await recorder.ended(req_id, 30)
        order = [answer.req_id for answer in recorder.answers if answer.req_id in ids]
        assert order == sorted(order, key=ids.index), "answers out of order"


@check("8.6")
async def odd() -> None:
    """empty, tiny, odd and silent requests each get one end"""
    async with open_session() as (session, recorder):
        for pcm in (b"", b"\1", b"\1\2", bytes(3201), bytes(32000)):
            answers = await recorder.ended(await session.send_audio(pcm, end=True), frames_of(pcm, 16000))


@check("8.8")
async def whole_clip() -> None:
    """a minute at 48 kHz in one message, every answer under 1 MiB"""
    async with open_session(sample_rate=48000) as (session, recorder):
        pcm = hum(2, 48000) * 30
        await recorder.ended(await session.send_audio(pcm, end=True), 1800)


@check("4")
async def slow_callback() -> None:
    """a callback that takes its time loses nothing"""
    async with open_session() as (session, recorder):
        answers = recorder.frames

        def slow(payload: bytes, last: bool) -> None:
            time.sleep(0.02)
            answers(payload, last)

        session.config.transport_frames = slow
        req_id = await session.send_audio(hum(2) * 5, end=True)
        await recorder.ended(req_id, 300)


def assert_cut(recorder: harness.Recorder, old: str, new: str) -> None:
    order = [answer.req_id for answer in recorder.answers]
    assert old not in order[order.index(new) :], "a frame of the interrupted request came late"
    assert not any(answer.end for answer in recorder.of(old)), "an end nobody asked for"


@check("8.12")
async def interrupt() -> None:
    """interrupt in mid-stream, then new audio at once, ten times: no stale frame"""
    async with open_session() as (session, recorder):
        for _ in range(10):
            old = await session.send_audio(hum(2) * 15, end=True)
            await recorder.until(lambda: recorder.of(old))
            assert await session.interrupt() == old
            new = await session.send_audio(hum(0.5), end=True)
            await recorder.ended(new, 15)
            assert_cut(recorder, old, new)


@check("4")
async def interrupt_open() -> None:
    """interrupt before the end of the audio, then new audio at once"""
    async with open_session() as (session, recorder):
        for at in range(20):
            old = await session.send_audio(hum(0.2))
        await recorder.until(lambda: recorder.of(old))
        assert await session.interrupt() == old
        new = await session.send_audio(hum(0.5))
        assert new != old
        await session.send_audio(b"", end=True)
        await recorder.ended(new, 15)
        assert_cut(recorder, old, new)


@check("4")
async def interrupt_unheard() -> None:
    """interrupt before anything was answered, then new audio at once"""
    async with open_session() as (session, recorder):
        old = await session.send_audio(hum(2) * 15, end=True)
        await session.interrupt()
        new = await session.send_audio(hum(0.5), end=True)
        await recorder.ended(new, 15)
        assert_cut(recorder, old, new)


@check("4")
async def interrupt_late() -> None:
    """interrupt of a finished request, twice, changes nothing"""
    async with open_session() as (session, recorder):
        req_id = await session.send_audio(hum(0.5), end=True)
        await recorder.ended(req_id)
        await session.interrupt()
        await session.interrupt()
        await recorder.ended(await session.send_audio(hum(1), end=True), 30)
        assert sum(answer.end for answer in recorder.of(req_id)) == 1


@check("0", needs="visavis")
async def encoded_audio() -> None:
    """encoded audio passes through, where asked for, in messages of its own, first"""
    async with open_session(extra_params={"visavis.capabilities": "audio", "visavis.fps": "50"}) as (session, recorder):
        answers = await recorder.ended(await session.send_audio(hum(1), end=True), 50)
        assert answers[0].has_audio and not answers[0].frame_count


@check("0", needs="visavis")
async def whole_clip_with_audio() -> None:
    """a minute with encoded audio in one message, every answer under 1 MiB"""
    async with open_session(sample_rate=48000, extra_params={"visavis.capabilities": "audio"}) as (session, recorder):
        await recorder.ended(await session.send_audio(hum(2, 48000) * 30, end=True), 1800)


@check("8.9")
async def other_params() -> None:
    """parameters that nobody knows do no harm"""
    async with open_session(extra_params={"server_post_process": "x", "other": "y"}) as (session, recorder):
        await recorder.ended(await session.send_audio(hum(0.2), end=True))
