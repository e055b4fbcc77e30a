import { createContext, useContext, useState, useSyncExternalStore } from 'react';
import { VisavisError } from '@visavis/client';
import { AvatarStore, type AvatarHandle } from './handle.js';
import { INITIAL_STATE, NO_CAPTIONS, type AvatarCaptions, type AvatarState } from './state.js';

/** The avatar around what is rendered inside an `<Avatar>`. */
export const AvatarContext = createContext<AvatarHandle | undefined>(undefined);

/** A handle to give to one `<Avatar>`, for a component that renders the avatar and the controls beside it. */
export function useAvatar(): AvatarHandle {
  return useState(() => new AvatarStore())[0];
}

/** The avatar that this is rendered inside of. Throws `invalidState` where there is none. */
export function useAvatarContext(): AvatarHandle {
  return useGiven(undefined);
}

/** What the avatar is doing: the one given, or the one that this is rendered inside of. */
export function useAvatarState(avatar?: AvatarHandle): AvatarState {
  const handle = useGiven(avatar);
  return useSyncExternalStore(handle.subscribe, () => handle.state, () => INITIAL_STATE);
}

/** What is said, word by word: by the avatar given, or the one that this is rendered inside of. */
export function useCaptions(avatar?: AvatarHandle): AvatarCaptions {
  const handle = useGiven(avatar);
  return useSyncExternalStore(handle.subscribe, () => handle.captions, () => NO_CAPTIONS);
}

function useGiven(avatar: AvatarHandle | undefined): AvatarHandle {
  const around = useContext(AvatarContext);
  const handle = avatar ?? around;
  if (!handle) throw new VisavisError('invalidState', 'there is no avatar here: give the hook the handle of useAvatar(), or render this inside an <Avatar>');
  return handle;
}
