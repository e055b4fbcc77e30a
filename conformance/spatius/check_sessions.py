"""Tokens, connections and their ends."""

from __future__ import annotations

import asyncio
import time
from datetime import datetime, timedelta, timezone

from spatius import configure_telemetry, prewarm
from spatius.telemetry import shutdown_telemetry
from spatius.token_cache import clear_cached_session_tokens, get_cached_session_token

from harness import API_KEY, APP_ID, CONSOLE_URL, INGRESS_URL, hum, open_session
from registry import check


@check("3")
async def query_auth() -> None:
    """credentials in the query"""
    async with open_session(use_query_auth=True) as (session, recorder):
        await recorder.ended(await session.send_audio(hum(0.5), end=True))


@check("2")
async def prewarmed() -> None:
    """a prefetched token opens many sessions, at once and one after the other"""
    endpoints = dict(console_endpoint_url=CONSOLE_URL, ingress_endpoint_url=INGRESS_URL)
    result = await prewarm(app_id=APP_ID, api_key=API_KEY, warm_tls=False, prefetch_session_token=True, **endpoints)
    try:
        assert result.session_token_prefetched
        key = dict(api_key=API_KEY, app_id=APP_ID, console_endpoint_url=CONSOLE_URL)
        token = get_cached_session_token(**key)

        async def one() -> None:
            async with open_session() as (session, recorder):
                assert session._session_token == token, "the session made a token of its own"
                await recorder.ended(await session.send_audio(hum(0.2), end=True))

        await asyncio.gather(*(one() for _ in range(5)))
        await one()
    finally:
        clear_cached_session_tokens()


@check("2")
async def long_token() -> None:
    """a token for almost a day"""
    expire_at = datetime.now(timezone.utc) + timedelta(hours=23, minutes=59)
    async with open_session(expire_at=expire_at) as (session, recorder):
        await recorder.ended(await session.send_audio(hum(0.2), end=True))


@check("4")
async def many() -> None:
    """twenty sessions at once"""

    async def one() -> None:
        async with open_session() as (session, recorder):
            await recorder.ended(await session.send_audio(hum(1), end=True), 30)

    await asyncio.gather(*(one() for _ in range(20)))


@check("4")
async def compression() -> None:
    """its offer of permessage-deflate does no harm"""
    async with open_session() as (session, recorder):
        connection = session._connection
        assert "permessage-deflate" in connection.request.headers["Sec-WebSocket-Extensions"]
        await recorder.ended(await session.send_audio(hum(1), end=True))


@check("8.7")
async def pings() -> None:
    """its pings are answered while a minute of audio is worked on"""
    async with open_session(sample_rate=48000) as (session, recorder):
        req_id = await session.send_audio(hum(2, 48000) * 30, end=True)
        await recorder.until(lambda: recorder.of(req_id))
        await asyncio.wait_for(await session._connection.ping(), 20)
        assert not recorder.of(req_id)[-1].end, "the pong came after the work"
        await recorder.ended(req_id)


@check("8.9")
async def traced() -> None:
    """with telemetry on, its trace context is taken"""

    async def sink(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read(65536)
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\nConnection: close\r\n\r\n")
        writer.close()

    server = await asyncio.start_server(sink, "127.0.0.1", 0)
    configure_telemetry(f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}")
    try:
        async with open_session() as (session, recorder):
            await recorder.ended(await session.send_audio(hum(0.5), end=True))
            await recorder.ended(await session.send_audio(hum(0.5), end=True))
    finally:
        await asyncio.to_thread(shutdown_telemetry)
        configure_telemetry("")
        server.close()


@check("8.7")
async def close_reply() -> None:
    """close is answered at once, idle and in the middle of an answer"""
    for speaking in (False, True):
        async with open_session() as (session, recorder):
            if speaking:
                req_id = await session.send_audio(hum(2) * 15, end=True)
                await recorder.until(lambda: recorder.of(req_id))
            started = time.monotonic()
            await session.close()
            assert time.monotonic() - started < 5, "the SDK waited for a close reply"
            assert recorder.closes >= 1
