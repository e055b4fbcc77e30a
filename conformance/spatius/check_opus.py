"""Ogg Opus, from the SDK's own encoder."""

from __future__ import annotations

from spatius import AudioFormat, OggOpusEncoderConfig

from harness import frames_of, hum, open_session, send_in_pieces
from registry import check

OGG = AudioFormat.OGG_OPUS


@check("5")
async def every_rate() -> None:
    """Ogg Opus at every rate and frame length, one request after the other"""
    for rate, frame_ms in ((16000, 20), (24000, 60), (48000, 10), (8000, 40), (12000, 20)):
        encoder = OggOpusEncoderConfig(frame_duration_ms=frame_ms)
        async with open_session(sample_rate=rate, audio_format=OGG, ogg_opus_encoder=encoder) as (session, recorder):
            for _ in range(2):
                pcm = hum(1.013, rate)
                await recorder.ended(await send_in_pieces(session, pcm, 5000), frames_of(pcm, rate))


@check("5")
async def applications() -> None:
    """Ogg Opus of every application and at several bitrates"""
    for application, bitrate in (("voip", 0), ("audio", 48000), ("restricted_lowdelay", 128000), ("audio", 6000)):
        encoder = OggOpusEncoderConfig(application=application)
        async with open_session(sample_rate=24000, audio_format=OGG, bitrate=bitrate, ogg_opus_encoder=encoder) as (session, recorder):
            answers = await recorder.ended(await session.send_audio(hum(1, 24000), end=True), 30)


@check("8.6")
async def short() -> None:
    """Ogg Opus of one sample, of less than a frame, and of silence"""
    async with open_session(audio_format=OGG, ogg_opus_encoder=OggOpusEncoderConfig()) as (session, recorder):
        for pcm in (bytes(2), bytes(200), bytes(32000)):
            await recorder.ended(await session.send_audio(pcm, end=True), frames_of(pcm, 16000))


@check("8.10")
async def empty() -> None:
    """an Ogg Opus request without any audio, with and without the encoder"""
    for encoder in (None, OggOpusEncoderConfig()):
        async with open_session(audio_format=OGG, ogg_opus_encoder=encoder) as (session, recorder):
            await recorder.ended(await session.send_audio(b"", end=True), 0)


@check("5")
async def encoded_elsewhere() -> None:
    """an Ogg Opus stream that is already there, cut anywhere, its end alone"""
    streams: list[bytes] = []
    pcm = hum(1)
    encoder = OggOpusEncoderConfig()
    collect = dict(ogg_opus_encoder=encoder, on_encoded_audio=lambda _, stream: streams.append(stream))
    async with open_session(audio_format=OGG, **collect) as (session, recorder):
        await recorder.ended(await session.send_audio(pcm, end=True))
    async with open_session(audio_format=OGG) as (session, recorder):
        for size in (1, 100, len(streams[0])):
            await recorder.ended(await send_in_pieces(session, streams[0], size), 30)


@check("8.12")
async def interrupted() -> None:
    """interrupt of an Ogg Opus request in mid-stream, then a new stream at once"""
    async with open_session(audio_format=OGG, ogg_opus_encoder=OggOpusEncoderConfig()) as (session, recorder):
        old = await session.send_audio(hum(2) * 10)
        await recorder.until(lambda: recorder.of(old))
        await session.interrupt()
        new = await session.send_audio(hum(1), end=True)
        await recorder.ended(new, 30)
        order = [answer.req_id for answer in recorder.answers]
        assert old not in order[order.index(new) :], "a frame of the interrupted request came late"
