import {
  forwardRef, useEffect, useImperativeHandle, useRef, useState, useSyncExternalStore, type CSSProperties, type ReactNode,
} from 'react';
import type { VisavisError } from '@visavis/client';
import { AvatarStore, type AvatarHandle } from './handle.js';
import { AvatarContext } from './hooks.js';
import { Presenter } from './presenter.js';
import type { AvatarSettings } from './settings.js';
import { INITIAL_STATE, type AvatarState } from './state.js';

export interface AvatarProps extends AvatarSettings {
  /** What a screen reader says is there. Default `Avatar`. */
  readonly label?: string;
  /** Shown until the avatar is drawn, on the server too; a function is told the share of the download, 0..1. */
  readonly loading?: ReactNode | ((progress: number) => ReactNode);
  /** Shown when no picture will come. A function is told why, and given a way to try again. Default: the avatar's small picture, where it has one. */
  readonly fallback?: ReactNode | ((error: VisavisError, retry: () => void) => ReactNode);
  /** From `useAvatar`. Without it the component makes its own, which `ref` and what is rendered inside can reach. */
  readonly avatar?: AvatarHandle | undefined;
  readonly className?: string;
  /** The avatar fills its element, which fills the one around it unless this says otherwise. */
  readonly style?: CSSProperties;
  /** Laid over the picture; hooks in it need no handle. */
  readonly children?: ReactNode;
}

const FRAME: CSSProperties = { position: 'relative', width: '100%', height: '100%', overflow: 'hidden' };
const FILL: CSSProperties = { position: 'absolute', inset: 0, overflow: 'hidden' };

/** One avatar in one element: loads it, shows it, connects it, and leaves nothing behind when it goes. */
export const Avatar = forwardRef<AvatarHandle, AvatarProps>(function Avatar(props, ref) {
  const [own] = useState(() => new AvatarStore());
  const store = (props.avatar ?? own) as AvatarStore;
  const stage = usePresenter(store, props);
  const state = useSyncExternalStore(store.subscribe, () => store.state, () => INITIAL_STATE);
  useImperativeHandle(ref, () => store, [store]);
  return (
    <AvatarContext.Provider value={store}>
      <div className={props.className} style={{ ...FRAME, ...props.style }} data-status={state.status}>
        <div ref={stage} role="img" aria-label={props.label ?? 'Avatar'} aria-busy={state.status === 'loading'} style={FILL} />
        <Slot state={state} retry={store.retry} loading={props.loading} fallback={props.fallback} />
        {props.children}
      </div>
    </AvatarContext.Provider>
  );
});

/** Mounts and unmounts with the component, and hands on what each render asks for. */
function usePresenter(store: AvatarStore, settings: AvatarSettings) {
  const stage = useRef<HTMLDivElement>(null);
  const latest = useRef(settings);
  const presenter = useRef<Presenter>(undefined);
  useEffect(() => {
    latest.current = settings;
    presenter.current?.update(settings);
  });
  useEffect(() => {
    const mounted = new Presenter(store, stage.current!, latest.current);
    presenter.current = mounted;
    return () => {
      presenter.current = undefined;
      mounted.dispose();
    };
  }, [store]);
  return stage;
}

interface SlotProps extends Pick<AvatarProps, 'loading' | 'fallback'> {
  readonly state: AvatarState;
  readonly retry: () => void;
}

function Slot({ state: { status, progress, error }, retry, loading, fallback }: SlotProps): ReactNode {
  if (status === 'ready') return null;
  if (status === 'loading') return covered(typeof loading === 'function' ? loading(progress) : loading);
  return covered(typeof fallback === 'function' ? error && fallback(error, retry) : fallback);
}

function covered(content: ReactNode): ReactNode {
  return content === undefined || content === null ? null : <div style={FILL}>{content}</div>;
}
