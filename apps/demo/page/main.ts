/**
 * The demo's page: a conversation with an avatar, spoken or typed. Everything it does goes through the public client and
 * the demo's own few routes; `globalThis.visavis` holds the view for the console and the tests.
 */
import { AvatarController, AvatarManager, AvatarSDK, AvatarView, unlockOnGesture, type Presence } from '@visavis/client';
import { openMicrophone } from '@visavis/client/microphone';
import { avatarFromAddress, qualityFromAddress, wishFromAddress } from './address.js';
import { CaptionLine } from './caption.js';
import { byId } from './dom.js';
import { listAvatars } from './gallery/list.js';
import { LoadBar } from './load-bar.js';
import { TalkButton } from './microphone/control.js';
import { GatedMicrophone } from './microphone/gated.js';
import { Meter } from './microphone/meter.js';
import { isOfTheLink, sentence } from './notice.js';
import { showPanel } from './panel.js';
import { Backend } from './talk/backend.js';
import { Settings } from './talk/settings.js';
import { wireComposer, wireSpeech, type Speech } from './talk/speech.js';
import { wireTabs } from './talk/tabs.js';
import { Transcript } from './talk/transcript.js';
import { TranscriptView } from './talk/transcript-view.js';
import { SeenTurns } from './talk/seen-turns.js';
import { waterfallOf } from './talk/waterfall.js';
import { WaterfallView } from './talk/waterfall-view.js';
import { Toasts } from './toasts.js';
import { createTransport } from './transport.js';
import { tryAgainWhenBack } from './try-again.js';

const toasts = new Toasts(byId('notice'));
const backend = new Backend();
const bar = new LoadBar(byId('progress'));

const STATUS: Readonly<Record<Presence, string>> = { idle: 'Ready', listening: 'Listening', thinking: 'Thinking', speaking: 'Speaking' };

function createMicrophone(): GatedMicrophone {
  const meter = new Meter(byId('meter'), document.querySelector<HTMLElement>('.ring')!);
  return new GatedMicrophone({
    open: (deviceId) => openMicrophone({ deviceId }),
    onLevel: (level) => (level === 0 ? meter.clear() : meter.show(level, performance.now())),
    onNarrowBand: () => {
      backend.report('microphoneNarrowBand');
      toasts.pass('This microphone sends telephone quality, as headsets over Bluetooth do. If words are misheard, choose another microphone in Settings.');
    },
  });
}

/** What is said, as captions under the avatar and as the transcript beside it. */
function wireWords(view: AvatarView, name: string): { transcript: Transcript; showCaptions(shown: boolean): void } {
  const caption = new CaptionLine(byId('caption'));
  const transcript = new Transcript(new TranscriptView(byId('transcript'), byId('panel-talk'), name));
  view.controller.onCaption = (line) => {
    byId('welcome').hidden = true;
    transcript.hear(line);
    if (line.role === 'avatar') caption.show(line);
  };
  view.controller.onConversationState = (state) => { if (state === 'idle') caption.clear(); };
  return { transcript, showCaptions: (shown) => { byId('caption').hidden = !shown; } };
}

function wirePresence({ controller }: AvatarView, speech: Speech): void {
  const status = byId('status');
  const show = (): void => {
    status.dataset['presence'] = controller.presence;
    status.textContent = controller.connectionState === 'connected' ? STATUS[controller.presence] : 'Connecting';
    speech.presenceChanged();
  };
  const { onConnectionState, onConversationState } = controller;
  controller.onPresence = show;
  controller.onConnectionState = (state) => {
    onConnectionState?.(state);
    show();
  };
  controller.onConversationState = (state) => {
    onConversationState?.(state);
    show();
  };
}

function wireSound({ controller }: AvatarView): void {
  const unlock = byId<HTMLButtonElement>('unlock');
  controller.onAudioState = (state) => { unlock.hidden = state !== 'locked'; };
  unlockOnGesture(controller);
}

async function start(): Promise<void> {
  await AvatarSDK.initialize('dev-app', { drivingServiceMode: 'backend' });
  const avatarId = avatarFromAddress();
  const [avatar, avatars] = await Promise.all([AvatarManager.shared.load(avatarId, ({ progress }) => bar.show(progress)), listAvatars()]);
  bar.show(1);
  const gated = createMicrophone();
  const view = new AvatarView(avatar, byId('stage'), { controller: new AvatarController({ microphone: gated }) });
  const { controller } = view;
  view.onFirstRendering = () => bar.done();
  Object.assign(globalThis, { visavis: view });
  const speech = wireSpeech({ view, notices: toasts, onTooLong: () => backend.report('textTooLong') });
  const { transcript, showCaptions } = wireWords(view, avatar.manifest.name);
  const talk = new TalkButton({
    controller, gated,
    onProblem: ({ code, text }) => {
      backend.report(code);
      // What fails at the button is told at the button.
      if (code === 'microphoneUnplugged') toasts.pass(text);
    },
    onFirst: () => speech.say('/greet'),
    onPush: () => { if (controller.presence === 'speaking' || controller.presence === 'thinking') speech.interrupt(); },
  });
  const settings = new Settings({
    view, avatarId, avatars, quality: qualityFromAddress(),
    choose: (chosen) => void backend.choose(chosen).catch((error: Error) => toasts.pass(error.message)),
    onMicrophone: (deviceId) => {
      gated.deviceId = deviceId;
      void talk.changeDevice();
    },
    onCaptions: showCaptions,
  });
  wirePresence(view, speech);
  wireComposer(speech);
  wireTabs(document.querySelector('[role="tablist"]')!);
  wireSound(view);
  view.onError = (error) => {
    if (error.code !== 'renderingReduced') bar.done();
    toasts.pass(sentence(error.message));
  };
  controller.onError = (error) => {
    if (error.code === 'microphoneDenied' || error.code === 'microphoneUnavailable') talk.failed(error);
    else if (!isOfTheLink(error)) toasts.pass(sentence(error.message));
  };
  const seen = new SeenTurns(view);
  const waterfalls = new WaterfallView(byId('turns'));
  backend.listen({
    onTurn: (report) => waterfalls.show(waterfallOf(report, seen.take())),
    onState: (state) => {
      settings.show(state);
      talk.setMissing(state.hears ? undefined : state.notice);
    },
  });
  const transport = await createTransport(avatarId, backend.visitor, gated);
  const panel = showPanel(controller, transport, { link: byId('link'), rate: byId('rate'), skew: byId('skew') });
  controller.onPlaybackFinished = (result) => {
    panel.utteranceEnded();
    transcript.finished(result);
    seen.finished();
    speech.finished(result);
  };
  tryAgainWhenBack(controller, transport);
  await controller.connect(transport);
  const wish = wishFromAddress();
  if (wish) speech.say(wish);
}

start().catch((error: unknown) => {
  bar.done();
  toasts.stand(error instanceof Error ? error.message : String(error));
});
