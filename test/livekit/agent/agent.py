"""An agent of LiveKit's framework with the third-party plugin, as its users write one: told over stdin what to do, says on stdout what became of it."""
import asyncio
import json
import logging
import os
import sys
import wave

from livekit import api, rtc
from livekit.agents import Agent, AgentSession, APIConnectOptions, tts, utils
from livekit.plugins import spatius
import spatius as sdk

URL, KEY, SECRET, ROOM = (os.environ[name] for name in ("LIVEKIT_URL", "LIVEKIT_API_KEY", "LIVEKIT_API_SECRET", "ROOM"))


def tell(event: str, **fields: object) -> None:
    print(json.dumps({"event": event, **fields}), flush=True)


class Recording(tts.TTS):
    """A voice that says one recording, whatever it is asked to."""

    def __init__(self, path: str) -> None:
        with wave.open(path) as source:
            self.pcm, rate = source.readframes(source.getnframes()), source.getframerate()
        super().__init__(capabilities=tts.TTSCapabilities(streaming=False), sample_rate=rate, num_channels=1)

    def synthesize(self, text: str, *, conn_options: APIConnectOptions = APIConnectOptions()) -> tts.ChunkedStream:
        return Said(tts=self, input_text=text, conn_options=conn_options)


class Said(tts.ChunkedStream):
    async def _run(self, output_emitter: tts.AudioEmitter) -> None:
        voice = self._tts
        output_emitter.initialize(request_id=utils.shortuuid(), sample_rate=voice.sample_rate, num_channels=1, mime_type="audio/pcm")
        seconds = float(self.input_text)
        output_emitter.push(voice.pcm[: int(seconds * voice.sample_rate) * 2])
        output_emitter.flush()


class Errors(logging.Handler):
    """What the plugin tells its log of an error that it was told of."""

    def emit(self, record: logging.LogRecord) -> None:
        if record.exc_info and isinstance(record.exc_info[1], sdk.AvatarSDKError):
            tell("error", code=str(record.exc_info[1].code), message=str(record.exc_info[1]))


async def main() -> None:
    sdk.configure_telemetry("")
    logging.getLogger("livekit.plugins.spatius").addHandler(Errors())
    token = api.AccessToken(KEY, SECRET).with_identity("agent").with_kind("agent").with_grants(api.VideoGrants(room_join=True, room=ROOM, agent=True)).to_jwt()
    room = rtc.Room()
    await room.connect(URL, token)
    session = AgentSession(tts=Recording(os.environ["RECORDING"]))
    for changes in json.loads(os.environ.get("REFUSALS", "[]")):
        try:
            await spatius.AvatarSession().start(session, room, **changes)
        except spatius.SpatiusException as error:
            tell("refused", code=str(error.__cause__.code), message=str(error.__cause__))
    avatar = spatius.AvatarSession(idle_timeout_seconds=int(os.environ.get("IDLE_TIMEOUT", "0")))
    await avatar.start(session, room)
    await session.start(Agent(instructions="be brief"), room=room)
    await avatar.wait_for_join()
    session.output.audio.on("playback_started", lambda _: tell("started"))
    session.output.audio.on("playback_finished", lambda ev: tell("finished", position=ev.playback_position, interrupted=ev.interrupted))
    tell("ready")
    handle = None
    lines = asyncio.StreamReader()
    await asyncio.get_running_loop().connect_read_pipe(lambda: asyncio.StreamReaderProtocol(lines), sys.stdin)
    while line := (await lines.readline()).decode().split():
        if line[0] == "say":
            handle = session.say(line[1])
            handle.add_done_callback(lambda done: tell("done", interrupted=done.interrupted))
        elif line[0] == "interrupt":
            await session.interrupt()
        elif line[0] == "quit":
            break
    await session.aclose()
    await avatar.aclose()
    await room.disconnect()
    tell("bye")


asyncio.run(main())
