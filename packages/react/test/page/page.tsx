/**
 * The page behind the browser test of mounting: an <Avatar> under StrictMode, and a count of everything it makes.
 * The test drives it with `page.evaluate`; it does nothing by itself.
 */
import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import { PMREMGenerator, WebGLCubeRenderTarget } from 'three';
import { AvatarManager } from '@visavis/client';
import { Avatar, Captions } from '../../src/index.js';

/** Reflections are the one thing that software rendering takes seconds for, and an unlit triangle has none. */
PMREMGenerator.prototype.fromScene = () => new WebGLCubeRenderTarget(1);

/** What the page has made since it was loaded. */
const made = { contexts: [] as WebGL2RenderingContext[], audio: [] as AudioContext[], sockets: [] as WebSocket[], frames: 0, listeners: 0 };

const getContext = HTMLCanvasElement.prototype.getContext as (...given: unknown[]) => RenderingContext | null;
HTMLCanvasElement.prototype.getContext = function (this: HTMLCanvasElement, ...given: unknown[]) {
  const context = getContext.apply(this, given);
  if (context instanceof WebGL2RenderingContext && !made.contexts.includes(context)) made.contexts.push(context);
  return context;
} as typeof HTMLCanvasElement.prototype.getContext;

globalThis.AudioContext = class extends AudioContext {
  constructor(options?: AudioContextOptions) {
    super(options);
    made.audio.push(this);
  }
};

globalThis.WebSocket = class extends WebSocket {
  constructor(url: string | URL) {
    super(url);
    made.sockets.push(this);
  }
};

const request = globalThis.requestAnimationFrame.bind(globalThis);
globalThis.requestAnimationFrame = (callback) => {
  made.frames += 1;
  return request(callback);
};

for (const [name, step] of [['addEventListener', 1], ['removeEventListener', -1]] as const) {
  const original = document[name].bind(document) as (...given: unknown[]) => void;
  document[name] = (...given: unknown[]) => {
    made.listeners += step;
    original(...given);
  };
}

const root = createRoot(document.getElementById('root')!);
const errors: string[] = [];

/** Shows the avatar; resolves when it is drawn and connected, its audio device opened. */
function mount(relayUrl: string): Promise<void> {
  return new Promise((resolve) => {
    let open = 2;
    const step = (): void => { if (--open === 0) resolve(); };
    root.render(
      <StrictMode>
        <Avatar
          avatarId="triangle" quality="low" label="Triangle"
          getTicket={() => Promise.resolve({ url: relayUrl, ticket: 't' })}
          onReady={({ unlock }) => { void unlock().then(step); }}
          onConnectionState={(state) => { if (state === 'connected') step(); }}
          onError={({ code, message }) => errors.push(`${code}: ${message}`)}
        >
          <Captions />
        </Avatar>
      </StrictMode>,
    );
  });
}

const unmount = (): void => root.render(null);

/** What is still there. */
const left = () => ({
  canvases: document.querySelectorAll('canvas').length,
  contexts: made.contexts.filter((context) => !context.isContextLost()).length,
  audio: made.audio.filter(({ state }) => state !== 'closed').length,
  sockets: made.sockets.filter(({ readyState }) => readyState !== WebSocket.CLOSED).length,
  listeners: made.listeners,
});

const page = { mount, unmount, left, made, errors, forget: () => AvatarManager.shared.clearAll() };

declare global {
  var reactPage: typeof page;
}

globalThis.reactPage = page;
document.documentElement.dataset['ready'] = 'yes';
