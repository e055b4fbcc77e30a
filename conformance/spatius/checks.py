"""What the SDK must be able to do with our server. Each check is a coroutine; its docstring is its name in the report."""

from __future__ import annotations

import asyncio
import time
from datetime import datetime, timedelta, timezone

from spatius import AudioFormat, AvatarSDKError, AvatarSDKErrorCode, LiveKitEgressConfig, OggOpusEncoderConfig
from spatius.token_cache import clear_cached_session_tokens, store_session_token

from harness import CONSOLE_URL, Recorder, frame_count, frames_of, hum, make, open_session, read_wav

CODE = AvatarSDKErrorCode
SPEECH_WAV = None


async def speech() -> None:
    """recorded speech, in pieces, gets motion for all of it"""
    pcm, rate = read_wav(SPEECH_WAV) if SPEECH_WAV else (hum(5), 16000)
    async with open_session(sample_rate=rate) as (session, recorder):
        for at in range(0, len(pcm), 3201):
            req_id = await session.send_audio(pcm[at : at + 3201])
        await session.send_audio(b"", end=True)
        answers = await recorder.ended(req_id)
        assert frame_count(answers) == frames_of(pcm, rate)
        assert {answer.connection_id for answer in answers} == {recorder.connection_id}


async def query_auth() -> None:
    """credentials in the query"""
    async with open_session(use_query_auth=True) as (session, recorder):
        await recorder.ended(await session.send_audio(hum(0.5), end=True))


async def rates() -> None:
    """all seven sample rates"""
    for rate in (8000, 16000, 22050, 24000, 32000, 44100, 48000):
        async with open_session(sample_rate=rate) as (session, recorder):
            pcm = hum(1, rate)
            answers = await recorder.ended(await session.send_audio(pcm, end=True))
            assert frame_count(answers) == frames_of(pcm, rate), rate


async def several() -> None:
    """several requests in a row, and some sent at once"""
    async with open_session() as (session, recorder):
        pcm = hum(1)
        for _ in range(3):
            assert frame_count(await recorder.ended(await session.send_audio(pcm, end=True))) == 30
        ids = [await session.send_audio(pcm, end=True) for _ in range(4)]
        for req_id in ids:
            assert frame_count(await recorder.ended(req_id)) == 30
        order = [answer.req_id for answer in recorder.answers if answer.req_id in ids]
        assert order == sorted(order, key=ids.index), "answers out of order"


async def odd() -> None:
    """empty, tiny, odd and silent requests each get one end"""
    async with open_session() as (session, recorder):
        for pcm in (b"", b"\1", b"\1\2", bytes(3201), bytes(32000)):
            answers = await recorder.ended(await session.send_audio(pcm, end=True))
            assert frame_count(answers) == frames_of(pcm, 16000), len(pcm)


async def whole_clip() -> None:
    """a minute at 48 kHz in one message"""
    async with open_session(sample_rate=48000) as (session, recorder):
        pcm = hum(2, 48000) * 30
        assert frame_count(await recorder.ended(await session.send_audio(pcm, end=True))) == 1800


async def interrupt() -> None:
    """interrupt, then new audio at once: no stale frame"""
    async with open_session() as (session, recorder):
        old = await session.send_audio(hum(2) * 15, end=True)
        await recorder.until(lambda: recorder.of(old))
        assert await session.interrupt() == old
        new = await session.send_audio(hum(1), end=True)
        assert frame_count(await recorder.ended(new)) == 30
        order = [answer.req_id for answer in recorder.answers]
        assert old not in order[order.index(new) :], "a frame of the interrupted request came late"
        assert not any(answer.end for answer in recorder.of(old)), "an end nobody asked for"


async def interrupt_late() -> None:
    """interrupt of a finished request changes nothing"""
    async with open_session() as (session, recorder):
        req_id = await session.send_audio(hum(0.5), end=True)
        await recorder.ended(req_id)
        await session.interrupt()
        assert frame_count(await recorder.ended(await session.send_audio(hum(1), end=True))) == 30
        assert sum(answer.end for answer in recorder.of(req_id)) == 1


async def many() -> None:
    """twenty sessions at once"""

    async def one() -> None:
        async with open_session() as (session, recorder):
            assert frame_count(await recorder.ended(await session.send_audio(hum(1), end=True))) == 30

    await asyncio.gather(*(one() for _ in range(20)))


async def encoded_audio() -> None:
    """encoded audio passes through, where asked for"""
    async with open_session(extra_params={"visavis.capabilities": "audio", "visavis.fps": "50"}) as (session, recorder):
        answers = await recorder.ended(await session.send_audio(hum(1), end=True))
        assert frame_count(answers) == 50
        assert answers[0].has_audio and not answers[0].frame_count, "audio first, in messages of its own"


async def ogg_opus() -> None:
    """Ogg Opus from the SDK's own encoder"""
    for rate, frame_ms in ((16000, 20), (24000, 60), (48000, 10), (8000, 40), (12000, 20)):
        encoder = OggOpusEncoderConfig(frame_duration_ms=frame_ms)
        async with open_session(sample_rate=rate, audio_format=AudioFormat.OGG_OPUS, ogg_opus_encoder=encoder) as (session, recorder):
            for _ in range(2):
                pcm = hum(1.013, rate)
                for at in range(0, len(pcm), 5000):
                    req_id = await session.send_audio(pcm[at : at + 5000])
                await session.send_audio(b"", end=True)
                assert frame_count(await recorder.ended(req_id)) == frames_of(pcm, rate), (rate, frame_ms)


async def empty_ogg_opus() -> None:
    """an Ogg Opus request without any audio"""
    async with open_session(audio_format=AudioFormat.OGG_OPUS) as (session, recorder):
        assert frame_count(await recorder.ended(await session.send_audio(b"", end=True))) == 0


async def close_reply() -> None:
    """close is answered at once"""
    async with open_session() as (session, recorder):
        started = time.monotonic()
        await session.close()
        assert time.monotonic() - started < 5, "the SDK waited for a close reply"


async def refused(code: AvatarSDKErrorCode, phase: str, **overrides) -> AvatarSDKError:
    """The error that opening a session must end in."""
    session = make(Recorder(), **overrides)
    try:
        await session.init()
        await session.start()
    except AvatarSDKError as error:
        assert error.code == code, f"{error.code} instead of {code}: {error.message}"
        assert error.phase == phase, f"in {error.phase} instead of {phase}"
        return error
    finally:
        await session.close()
    raise AssertionError(f"the session opened; {code} was due")


async def wrong_key() -> None:
    """wrong API key: invalidRequest, nothing about egress or expiry"""
    error = await refused(CODE.invalidRequest, "session_token", api_key="nope")
    assert error.http_status == 403


async def bad_expiry() -> None:
    """expiry in the past or a day away: invalidRequest"""
    for delta in (timedelta(seconds=-5), timedelta(hours=25)):
        error = await refused(CODE.invalidRequest, "session_token", expire_at=datetime.now(timezone.utc) + delta)
        assert error.http_status == 400 and "expire_at" in (error.server_detail or "")


async def wrong_avatar() -> None:
    """unknown avatar: avatarNotFound"""
    assert (await refused(CODE.avatarNotFound, "websocket_connect", avatar_id="nobody")).http_status == 404


async def wrong_app() -> None:
    """unknown app: appIDUnrecognized"""
    await refused(CODE.appIDUnrecognized, "websocket_connect", app_id="nobody")


async def wrong_token() -> None:
    """bad token: sessionTokenInvalid, with both ways to authenticate"""
    expire_at = datetime.now(timezone.utc) + timedelta(hours=1)
    for use_query_auth in (False, True):
        store_session_token(api_key="dev-key", app_id="dev-app", console_endpoint_url=CONSOLE_URL, token="bad", expire_at=expire_at)
        try:
            await refused(CODE.sessionTokenInvalid, "websocket_connect", use_query_auth=use_query_auth)
        finally:
            clear_cached_session_tokens()


async def expired_token() -> None:
    """expired token: sessionTokenExpired"""
    expire_at = datetime.now(timezone.utc) + timedelta(seconds=2)
    session = make(Recorder(), expire_at=expire_at)
    await session.init()
    await asyncio.sleep(3)  # until the token, whose time is in whole seconds, is surely past
    try:
        await session.start()
    except AvatarSDKError as error:
        assert error.code == CODE.sessionTokenExpired, error
        return
    raise AssertionError("an expired token opened a session")


async def wrong_rate() -> None:
    """unsupported sample rate: unsupportedSampleRate"""
    await refused(CODE.unsupportedSampleRate, "websocket_handshake", sample_rate=11025)


async def egress() -> None:
    """egress: egressUnavailable"""
    egress_config = LiveKitEgressConfig(url="wss://room.invalid", api_token="x", room_name="r", publisher_id="p")
    await refused(CODE.egressUnavailable, "websocket_handshake", livekit_egress=egress_config)


CHECKS = [
    speech, query_auth, rates, several, odd, whole_clip, interrupt, interrupt_late, many, encoded_audio, ogg_opus, empty_ogg_opus, close_reply,
    wrong_key, bad_expiry, wrong_avatar, wrong_app, wrong_token, expired_token, wrong_rate, egress,
]
