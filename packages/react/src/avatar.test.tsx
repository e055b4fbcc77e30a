// @vitest-environment happy-dom
import { act, createRef, StrictMode, type ReactNode, type RefAttributes } from 'react';
import { createRoot, hydrateRoot, type Root } from 'react-dom/client';
import { renderToString } from 'react-dom/server';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { AvatarController, VisavisError, type Avatar as LoadedAvatar, type AvatarView, type AvatarViewOptions } from '@visavis/client';
import { ManualOutput, ManualTimer, MemoryTransport } from '@visavis/client/test';
import { Avatar, type AvatarProps } from './avatar.js';
import { Captions } from './captions.js';
import { AvatarStore, type AvatarHandle } from './handle.js';
import { useAvatar, useAvatarState, useCaptions } from './hooks.js';
import { Presenter } from './presenter.js';

Object.assign(globalThis, { IS_REACT_ACT_ENVIRONMENT: true });

/** A view that the test draws. */
class FakeView {
  static readonly made: FakeView[] = [];
  static refuse: VisavisError | undefined;
  quality: string | undefined;
  background: string | undefined;
  framing: string | undefined;
  onFirstRendering: (() => void) | undefined;
  onError: ((error: VisavisError) => void) | undefined;
  disposed = 0;
  readonly element = document.createElement('canvas');

  constructor(readonly avatar: LoadedAvatar, container: HTMLElement, readonly options: AvatarViewOptions) {
    if (FakeView.refuse) throw FakeView.refuse;
    FakeView.made.push(this);
    container.append(this.element);
  }

  dispose(): void {
    this.disposed += 1;
    this.element.remove();
  }

  static get alive(): FakeView[] {
    return FakeView.made.filter(({ disposed }) => disposed === 0);
  }
}

vi.mock('@visavis/client', async (original) => {
  return { ...(await original<object>()), AvatarView: class { constructor(...given: ConstructorParameters<typeof FakeView>) { return new FakeView(...given); } } };
});

/** Loads that the test settles. */
class FakeManager {
  readonly loads: { id: string; progress(share: number): void; done(): Promise<void>; fail(error: unknown): Promise<void> }[] = [];

  readonly load = (id: string, onProgress?: (progress: { type: 'downloading'; progress: number }) => void): Promise<LoadedAvatar> =>
    new Promise((resolve, reject) => {
      this.loads.push({
        id,
        progress: (progress) => act(() => onProgress?.({ type: 'downloading', progress })),
        done: () => act(async () => resolve({ id, thumbnailUrl: `https://a.example/${id}.webp` } as LoadedAvatar)),
        fail: (error) => act(async () => reject(error)),
      });
    });
}

let manager: FakeManager;
let outputs: ManualOutput[];
let transports: MemoryTransport[];
let host: HTMLElement;
let root: Root;

const createController = (): AvatarController => {
  const output = new ManualOutput();
  outputs.push(output);
  return new AvatarController({ output, timer: new ManualTimer() });
};
const createTransport = (): MemoryTransport => {
  const transport = new MemoryTransport();
  transports.push(transport);
  return transport;
};

beforeEach(() => {
  manager = new FakeManager();
  outputs = [];
  transports = [];
  FakeView.made.length = 0;
  host = document.createElement('div');
  document.body.append(host);
  root = createRoot(host);
});

afterEach(async () => {
  await act(async () => root.unmount());
  host.remove();
});

const render = (node: ReactNode): Promise<void> => act(async () => root.render(node));
const avatar = (props: Partial<AvatarProps & RefAttributes<AvatarHandle>> = {}): ReactNode => (
  <Avatar avatarId="ava" manager={manager} createController={createController} {...props} />
);
const draw = (view = FakeView.alive.at(-1)!): Promise<void> => act(async () => view.onFirstRendering?.());
const stage = (): HTMLElement => host.querySelector<HTMLElement>('[role=img]')!;

describe('<Avatar/>', () => {
  it('goes from loading to ready, tells the download and reports once', async () => {
    const onReady = vi.fn();
    const ref = createRef<AvatarHandle>();
    await render(avatar({ ref, onReady, label: 'Ava', loading: (share) => <p>{share * 100} %</p> }));
    expect([stage().getAttribute('aria-label'), stage().getAttribute('aria-busy'), host.textContent]).toEqual(['Ava', 'true', '0 %']);
    manager.loads[0]!.progress(0.5);
    expect(host.textContent).toBe('50 %');
    await manager.loads[0]!.done();
    expect(host.textContent).toBe('50 %');
    expect(onReady).not.toHaveBeenCalled();
    await draw();
    expect([stage().getAttribute('aria-busy'), host.textContent, stage().children.length]).toEqual(['false', '', 1]);
    expect(onReady.mock.calls).toEqual([[ref.current]]);
    expect(ref.current!.view).toBe(FakeView.made[0] as unknown as AvatarView);
    expect(ref.current!.controller).toBeInstanceOf(AvatarController);
  });

  it('leaves nothing when it unmounts, also while loading', async () => {
    await render(avatar({ createTransport }));
    const first = manager.loads[0]!;
    await render(null);
    await first.done();
    expect([FakeView.made.length, transports.length, outputs[0]!.state]).toEqual([0, 0, 'closed']);
    await render(avatar({ createTransport }));
    await manager.loads[1]!.done();
    await draw();
    expect(transports[0]!.state).toBe('connected');
    await render(null);
    expect([FakeView.alive.length, transports[0]!.state, outputs[1]!.state]).toEqual([0, 'disconnected', 'closed']);
  });

  it('lives through StrictMode with one of everything', async () => {
    await render(<StrictMode>{avatar({ createTransport })}</StrictMode>);
    for (const load of manager.loads) await load.done();
    await draw();
    expect([manager.loads.length, FakeView.made.length, transports.length]).toEqual([2, 1, 1]);
    expect(outputs.map(({ state }) => state)).toEqual(['closed', 'running']);
    expect(host.firstElementChild!.getAttribute('data-status')).toBe('ready');
  });

  it('stays dark about a load that another one replaced', async () => {
    const onError = vi.fn();
    await render(avatar({ onError }));
    await render(avatar({ onError, avatarId: 'eve' }));
    await manager.loads[0]!.fail(new VisavisError('avatarIDUnrecognized', 'no ava'));
    await manager.loads[1]!.done();
    expect(onError).not.toHaveBeenCalled();
    expect(FakeView.alive.map((view) => view.avatar.id)).toEqual(['eve']);
  });

  it('changes the avatar: a new view and transport, the same controller', async () => {
    await render(avatar({ createTransport }));
    await manager.loads[0]!.done();
    await draw();
    await render(avatar({ createTransport, avatarId: 'eve' }));
    expect([FakeView.alive.length, transports[0]!.state]).toEqual([0, 'disconnected']);
    await manager.loads[1]!.done();
    await draw();
    expect(FakeView.alive.map((view) => view.avatar.id)).toEqual(['eve']);
    expect(transports.map(({ state }) => state)).toEqual(['disconnected', 'connected']);
    expect(outputs.length).toBe(1);
  });

  it('changes the look of the view that is there, and gives back what is left out', async () => {
    await render(avatar({ createTransport, framing: 'close', maxHeight: 300, frameRate: 30 }));
    await manager.loads[0]!.done();
    await draw();
    const [view] = FakeView.made as [FakeView];
    expect(view.options).toEqual({ framing: 'close', maxHeight: 300, frameRate: 30, controller: expect.any(AvatarController) as unknown, keepController: true });
    await render(avatar({ createTransport, quality: 'low', background: 'night', framing: 'bust' }));
    expect([view.quality, view.background, view.framing]).toEqual(['low', 'night', 'bust']);
    await render(avatar({ createTransport }));
    expect([view.quality, view.background, view.framing]).toEqual(['ultra', 'studio', 'avatar']);
    expect([FakeView.made.length, transports.length, transports[0]!.state]).toEqual([1, 1, 'connected']);
  });

  it('tells of a look that there is not', async () => {
    const onError = vi.fn();
    FakeView.refuse = new VisavisError('invalidConfiguration', 'background must be one of studio');
    await render(avatar({ onError, background: 'beach' as never }));
    await manager.loads[0]!.done();
    FakeView.refuse = undefined;
    expect(onError.mock.calls.map(([{ code }]) => code)).toEqual(['invalidConfiguration']);
    expect(host.firstElementChild!.getAttribute('data-status')).toBe('failed');
  });

  it('connects anew for another key, not for another function, and leaves when there is none', async () => {
    await render(avatar({ createTransport }));
    await manager.loads[0]!.done();
    await render(avatar({ createTransport: () => createTransport() }));
    expect(transports.length).toBe(1);
    await render(avatar({ createTransport, connectionKey: 2 }));
    expect(transports.map(({ state }) => state)).toEqual(['disconnected', 'connected']);
    await render(avatar());
    expect(transports.map(({ state }) => state)).toEqual(['disconnected', 'disconnected']);
  });

  it('sets volume, muting and presence, and gives back what is left out', async () => {
    const ref = createRef<AvatarHandle>();
    await render(avatar({ ref, volume: 0.25, muted: true, presence: 'listening' }));
    const { controller } = ref.current!;
    expect([controller!.getVolume(), controller!.muted, controller!.presence, ref.current!.state.presence]).toEqual([0.25, true, 'listening', 'listening']);
    await render(avatar({ ref }));
    expect([controller!.getVolume(), controller!.muted, ref.current!.state.presence]).toEqual([1, false, 'idle']);
  });

  it('shows the fallback with its reason, and tries again', async () => {
    const onError = vi.fn();
    const fallback = (error: VisavisError, retry: () => void): ReactNode => <button onClick={retry}>{error.code}</button>;
    await render(avatar({ onError, fallback }));
    await manager.loads[0]!.fail(new TypeError('no network'));
    expect(host.textContent).toBe('failedToDownloadAvatarAssets');
    expect(onError.mock.calls.map(([{ code }]) => code)).toEqual(['failedToDownloadAvatarAssets']);
    await act(async () => host.querySelector('button')!.click());
    await manager.loads[1]!.done();
    await draw();
    expect([host.textContent, host.firstElementChild!.getAttribute('data-status')]).toEqual(['', 'ready']);
  });

  it('leaves the view and its still picture alone without WebGL, and goes on with sound and connection', async () => {
    const onError = vi.fn();
    await render(avatar({ onError, createTransport }));
    await manager.loads[0]!.done();
    await act(async () => FakeView.alive[0]!.onError?.(new VisavisError('renderingUnavailable', 'no WebGL')));
    expect([FakeView.alive.length, host.firstElementChild!.getAttribute('data-status'), host.textContent]).toEqual([1, 'failed', '']);
    expect([transports[0]!.state, outputs[0]!.state, onError.mock.calls.length]).toEqual(['connected', 'running', 1]);
  });

  it('keeps the picture when something goes wrong later', async () => {
    const onError = vi.fn();
    await render(avatar({ onError }));
    await manager.loads[0]!.done();
    await draw();
    await act(async () => FakeView.alive[0]!.onError?.(new VisavisError('renderingContextLost', 'lost')));
    expect([onError.mock.calls.length, host.firstElementChild!.getAttribute('data-status')]).toEqual([1, 'ready']);
  });

  it('tells of a connection that fails once, and connects again on demand', async () => {
    const error = new VisavisError('connectionFailed', 'gave up');
    class Failing extends MemoryTransport {
      override connect(...[sink]: Parameters<MemoryTransport['connect']>): Promise<void> {
        sink.handleError(error);
        sink.handleState('failed');
        return Promise.reject(error);
      }
    }
    const onError = vi.fn();
    const ref = createRef<AvatarHandle>();
    await render(avatar({ ref, onError, createTransport: () => new Failing() }));
    await manager.loads[0]!.done();
    await draw();
    expect(onError.mock.calls).toEqual([[error]]);
    expect(ref.current!.state.connection).toBe('failed');
    await render(avatar({ ref, onError, createTransport }));
    await act(async () => ref.current!.retry());
    expect(ref.current!.state.connection).toBe('connected');
  });

  it('tells when the application’s own transport cannot be made', async () => {
    const onError = vi.fn();
    await render(avatar({ onError, createTransport: () => { throw new TypeError('no room'); } }));
    await manager.loads[0]!.done();
    expect(onError.mock.calls.map(([{ code, message }]) => [code, message])).toEqual([['connectionFailed', 'no room']]);
  });

  it('unlocks sound at a tap, while it is there', async () => {
    const locked = (): AvatarController => {
      const output = new ManualOutput();
      output.state = 'locked';
      output.unlock = vi.fn(output.unlock);
      outputs.push(output);
      return new AvatarController({ output, timer: new ManualTimer() });
    };
    const tap = (): boolean => document.dispatchEvent(new Event('pointerup'));
    await render(avatar({ createController: locked }));
    tap();
    await render(null);
    tap();
    await render(avatar({ createController: locked, unlockOnGesture: false }));
    tap();
    expect(outputs.map(({ unlock }) => vi.mocked(unlock).mock.calls.length)).toEqual([1, 0]);
  });

  it('shows several on a page, each with its own', async () => {
    await render(<>{avatar({ avatarId: 'ava' })}{avatar({ avatarId: 'eve' })}</>);
    for (const load of manager.loads) await load.done();
    expect(FakeView.alive.map((view) => view.avatar.id)).toEqual(['ava', 'eve']);
    await render(<>{avatar({ avatarId: 'ava' })}</>);
    expect(FakeView.alive.map((view) => view.avatar.id)).toEqual(['ava']);
  });
});

describe('hooks', () => {
  function Page({ caught }: { readonly caught: AvatarHandle[] }): ReactNode {
    const handle = useAvatar();
    const { presence, connection } = useAvatarState(handle);
    const { user } = useCaptions(handle);
    caught.push(handle);
    return <>{avatar({ avatar: handle, createTransport, children: <Captions wordsAtOnce={2} /> })}<p>{presence} {connection} {user?.text}</p></>;
  }

  it('follow the conversation from beside and inside', async () => {
    const caught: AvatarHandle[] = [];
    await render(<Page caught={caught} />);
    await manager.loads[0]!.done();
    const paragraph = (): string => host.querySelector('p')!.textContent;
    expect(paragraph()).toBe('idle connected ');
    const [handle] = caught as [AvatarHandle];
    await act(async () => {
      handle.controller!.onCaption?.({ role: 'user', conversationId: undefined, text: 'Hello?', words: [], final: true, activeIndex: -1 });
      handle.controller!.setPresence('thinking');
    });
    expect(paragraph()).toBe('thinking connected Hello?');
    handle.sendText('Good morning');
    expect(transports[0]!.texts).toEqual(['Good morning']);
    expect(new Set(caught).size).toBe(1);
  });

  it('show captions page by page and read each text to screen readers once', async () => {
    const caught: AvatarHandle[] = [];
    await render(<Page caught={caught} />);
    const words = ['one', 'two', 'three'].map((text, i) => ({ text, startMs: i * 100, endMs: i * 100 + 90 }));
    const say = (activeIndex: number): Promise<void> => act(async () =>
      caught[0]!.controller!.onCaption?.({ role: 'avatar', conversationId: 'c', text: 'one two three', words, final: true, activeIndex }));
    await say(1);
    const shown = (): string => host.querySelector('[aria-hidden]')!.innerHTML;
    expect(shown()).toBe('<span data-heard="true">one </span><span data-active="true">two </span>');
    const live = host.querySelector('[aria-live]')!;
    expect(live.textContent).toBe('one two three');
    const changes = vi.fn();
    const observer = new MutationObserver(changes);
    observer.observe(live, { childList: true, characterData: true, subtree: true });
    await say(2);
    expect(observer.takeRecords()).toEqual([]);
    expect(shown()).toBe('<span data-active="true">three </span>');
    await act(async () => caught[0]!.controller!.onConversationState?.('idle'));
    expect([shown(), live.textContent]).toEqual(['', '']);
  });

  it('say what to do where there is no avatar', () => {
    const Lost = (): ReactNode => useAvatarState().status;
    expect(() => renderToString(<Lost />)).toThrow('useAvatar()');
    const store = new AvatarStore();
    expect(() => store.sendText('hello')).toThrow('render its <Avatar>');
  });

  it('refuse one handle for two avatars', async () => {
    const store = new AvatarStore();
    const settings = { avatarId: 'ava', manager, createController };
    const first = new Presenter(store, host, settings);
    expect(() => new Presenter(store, host, settings)).toThrow('useAvatar() once for each');
    expect(outputs.length).toBe(1);
    first.dispose();
    new Presenter(store, host, settings).dispose();
  });

  it('give the handle back where the application makes no controller', () => {
    const store = new AvatarStore();
    const settings = { avatarId: 'ava', manager, createController };
    const refuse = (): never => { throw new Error('no sound card'); };
    expect(() => new Presenter(store, host, { ...settings, createController: refuse })).toThrow('no sound card');
    expect(store.controller).toBeUndefined();
    new Presenter(store, host, settings).dispose();
  });
});

it('takes over what the server rendered', async () => {
  const node = avatar({ label: 'Ava', loading: <p>A moment</p> });
  const island = host.appendChild(document.createElement('div'));
  island.innerHTML = renderToString(node);
  const mismatches = vi.fn();
  const hydrated = await act(async () => hydrateRoot(island, node, { onRecoverableError: mismatches }));
  expect([mismatches.mock.calls.length, manager.loads.length, island.textContent]).toEqual([0, 1, 'A moment']);
  await act(async () => hydrated.unmount());
});
