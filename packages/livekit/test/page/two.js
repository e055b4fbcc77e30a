/** A page that shows two avatars of one room: see two-avatars.mjs. */
import { AvatarManager, AvatarSDK, AvatarView } from '@visavis/client';
import { CHANNEL } from '@visavis/face';
import { LiveKitTransport } from '@visavis/livekit/browser';
import { Room } from 'livekit-client';

const views = [];
const poses = () => views.map(({ controller }) => controller.poseAt(performance.now()));

globalThis.twoAvatars = {
  async show(url, token, identities) {
    await AvatarSDK.initialize('two-avatars');
    const room = new Room();
    await room.connect(url, token, { autoSubscribe: false, rtcConfig: { iceServers: [] } });
    for (const identity of identities) {
      const view = new AvatarView(await AvatarManager.shared.load(identity), document.getElementById(identity), { quality: 'low', frameRate: 10 });
      views.push(view);
      await new Promise((resolve) => { view.onFirstRendering = resolve; });
      await view.controller.connect(new LiveKitTransport(room, { identity }));
    }
  },
  /** Waits until all mouths are this far open, and has them stay so: without a GPU a picture takes longer than a syllable. */
  async catchOpen(jaw) {
    while (poses().some(({ values }) => values[CHANNEL.jawOpen] < jaw)) await new Promise((resolve) => setTimeout(resolve, 10));
    const held = poses().map((pose) => structuredClone(pose));
    for (const [i, { controller }] of views.entries()) controller.poseAt = () => held[i];
    return held.map(({ values }) => values[CHANNEL.jawOpen]);
  },
};
document.documentElement.dataset.ready = 'yes';
