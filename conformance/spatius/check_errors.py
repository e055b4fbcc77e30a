"""Errors, by the code that the SDK makes of them. Billing, credits and upstream errors have no cause in our server."""

from __future__ import annotations

import asyncio
import socket
from datetime import datetime, timedelta, timezone

from spatius import AudioFormat, AvatarSDKError, AvatarSDKErrorCode, LiveKitEgressConfig
from spatius.token_cache import clear_cached_session_tokens, store_session_token

import harness
from harness import API_KEY, APP_ID, CONSOLE_URL, MIB, Recorder, at_strict, failing, hum, make
from registry import check

CODE = AvatarSDKErrorCode


def in_time(**delta) -> datetime:
    return datetime.now(timezone.utc) + timedelta(**delta)


async def refused(code: AvatarSDKErrorCode | tuple[AvatarSDKErrorCode, ...], phase: str, **overrides) -> AvatarSDKError:
    """The error that opening a session must end in: with this code, or one of these."""
    session = make(Recorder(), **overrides)
    try:
        await session.init()
        await session.start()
    except AvatarSDKError as error:
        assert error.code in (code if isinstance(code, tuple) else (code,)), f"{error.code} instead of {code}: {error.message}"
        assert error.phase == phase, f"in {error.phase} instead of {phase}"
        return error
    finally:
        await session.close()
    raise AssertionError(f"the session opened; {code} was due")


async def ended(recorder: Recorder, code: AvatarSDKErrorCode, close_code: int) -> None:
    """The server ended the session: its error first, then the close with the number that goes with it."""
    await recorder.until(lambda: len(recorder.errors) == 2)
    first, second = recorder.errors
    assert first.code == code, f"{first.code} instead of {code}: {first.message}"
    assert first.phase == "websocket_runtime" and first.connection_id
    assert (second.code, second.close_code) == (CODE.connectionClosed, close_code), second
    assert second.close_reason == first.server_detail, "the close says the same as the error"


@check("2")
async def wrong_key() -> None:
    """wrong API key: invalidRequest, nothing about egress or expiry"""
    error = await refused(CODE.invalidRequest, "session_token", api_key="nope")
    assert error.http_status == 403 and error.server_detail and error.raw_body


@check("2")
async def bad_expiry() -> None:
    """expiry in the past or a day away: invalidRequest"""
    for expire_at in (in_time(seconds=-5), in_time(hours=25)):
        error = await refused(CODE.invalidRequest, "session_token", expire_at=expire_at)
        assert error.http_status == 400 and "expire_at" in (error.server_detail or "")


@check("2")
async def wrong_console() -> None:
    """mistyped console endpoint: invalidRequest, not an unknown app"""
    await refused(CODE.invalidRequest, "session_token", console_endpoint_url=f"{CONSOLE_URL}s")


@check("3")
async def wrong_avatar() -> None:
    """unknown avatar: avatarNotFound"""
    assert (await refused(CODE.avatarNotFound, "websocket_connect", avatar_id="nobody")).http_status == 404


@check("3")
async def wrong_app() -> None:
    """unknown app: appIDUnrecognized, with both ways to authenticate"""
    for use_query_auth in (False, True):
        await refused(CODE.appIDUnrecognized, "websocket_connect", app_id="nobody", use_query_auth=use_query_auth)


@check("3", needs="strict")
async def app_mismatch() -> None:
    """token of another app: appIDMismatch, with both ways to authenticate"""
    for use_query_auth in (False, True):
        app_id = harness.STRICT["otherApp"]["appId"]
        await refused(CODE.appIDMismatch, "websocket_connect", app_id=app_id, use_query_auth=use_query_auth, **at_strict())


@check("3")
async def wrong_token() -> None:
    """bad token: sessionTokenInvalid, with both ways to authenticate"""
    for use_query_auth in (False, True):
        key = dict(api_key=API_KEY, app_id=APP_ID, console_endpoint_url=CONSOLE_URL)
        store_session_token(**key, token="bad", expire_at=in_time(hours=1))
        try:
            await refused(CODE.sessionTokenInvalid, "websocket_connect", use_query_auth=use_query_auth)
        finally:
            clear_cached_session_tokens()


@check("3")
async def expired_token() -> None:
    """expired token: sessionTokenExpired, with both ways to authenticate"""
    sessions = [make(Recorder(), expire_at=in_time(seconds=2), use_query_auth=query) for query in (False, True)]
    for session in sessions:
        await session.init()
    await asyncio.sleep(3)  # until the token, whose time is in whole seconds, is surely past
    for session in sessions:
        try:
            await session.start()
        except AvatarSDKError as error:
            assert error.code == CODE.sessionTokenExpired, error
            continue
        raise AssertionError("an expired token opened a session")


@check("8.2")
async def wrong_rate() -> None:
    """unsupported sample rate: unsupportedSampleRate"""
    for rate, audio_format in ((11025, AudioFormat.PCM_S16LE), (12000, AudioFormat.PCM_S16LE), (44100, AudioFormat.OGG_OPUS)):
        error = await refused(CODE.unsupportedSampleRate, "websocket_handshake", sample_rate=rate, audio_format=audio_format)
        assert error.connection_id and str(rate) in error.message


@check("6")
async def egress() -> None:
    """egress to where the server does not go: invalidEgressConfig, or egressUnavailable where it goes nowhere"""
    egress_config = LiveKitEgressConfig(url="wss://room.invalid", api_token="x", room_name="r", publisher_id="p")
    await refused((CODE.invalidEgressConfig, CODE.egressUnavailable), "websocket_handshake", livekit_egress=egress_config)


@check("3")
async def nobody_there() -> None:
    """nobody listens: connectionFailed"""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))  # bound, not listening: refused
        await refused(CODE.connectionFailed, "websocket_connect", ingress_endpoint_url=f"ws://127.0.0.1:{taken.getsockname()[1]}")


@check("4")
async def not_opus() -> None:
    """audio that is no Ogg Opus: invalidRequest with the request's id, and the session goes on"""
    session, recorder = await failing(audio_format=AudioFormat.OGG_OPUS)
    req_id = await session.send_audio(bytes(3200), end=True)
    await recorder.until(lambda: recorder.errors)
    [error] = recorder.errors
    assert (error.code, error.phase, error.req_id) == (CODE.invalidRequest, "websocket_runtime", req_id)
    await recorder.ended(await session.send_audio(b"", end=True), 0)
    await session.close()
    assert len(recorder.errors) == 1


@check("3")
async def garbage() -> None:
    """bytes that are no message: protocolError, and the session goes on; text frames are ignored"""
    session, recorder = await failing()
    await session._connection.send("hello")
    await session._connection.send(b"\xff")
    await recorder.until(lambda: recorder.errors)
    assert [error.code for error in recorder.errors] == [CODE.protocolError]
    await recorder.ended(await session.send_audio(hum(1), end=True), 30)
    await session.close()
    assert len(recorder.errors) == 1


@check("4", needs="strict")
async def too_large() -> None:
    """a message over the limit: invalidRequest, then connectionClosed 1009; sending then raises"""
    session, recorder = await failing(**at_strict())
    await session.send_audio(bytes(harness.STRICT["limits"]["maxMessageBytes"] + MIB), end=True)
    await ended(recorder, CODE.invalidRequest, 1009)
    await recorder.until(lambda: recorder.closes)
    try:
        await session.send_audio(bytes(10))
    except ValueError:
        return
    raise AssertionError("audio was sent on a closed connection")


@check("3", needs="strict")
async def idle() -> None:
    """no audio for too long: idleTimeout, then connectionClosed 4004"""
    _, recorder = await failing(**at_strict())
    await ended(recorder, CODE.idleTimeout, 4004)


@check("3", needs="strict")
async def too_long() -> None:
    """a session for too long: sessionDurationExceeded, then connectionClosed 4002"""
    session, recorder = await failing(**at_strict())

    async def talk() -> None:
        while not recorder.errors:
            await session.send_audio(hum(0.1))
            await asyncio.sleep(0.2)

    talking = asyncio.create_task(talk())
    await ended(recorder, CODE.sessionDurationExceeded, 4002)
    await asyncio.gather(talking, return_exceptions=True)


@check("3", needs="strict")
async def token_expires() -> None:
    """a token that expires under an open session, where the server is set so: sessionTokenExpired, then connectionClosed 4010"""
    session, recorder = await failing(expire_at=in_time(seconds=2), **at_strict())
    await session.send_audio(hum(0.1))
    await ended(recorder, CODE.sessionTokenExpired, 4010)


@check("0", needs="strict")
async def too_many() -> None:
    """more sessions than an app may have: serverError in the handshake, and the others go on"""
    opened = [await failing(**at_strict()) for _ in range(harness.STRICT["limits"]["maxSessionsPerApp"])]
    error = await refused(CODE.serverError, "websocket_handshake", **at_strict())
    assert "too many sessions" in error.message
    for session, recorder in opened:
        await recorder.ended(await session.send_audio(hum(0.1), end=True), 3)
        await session.close()
