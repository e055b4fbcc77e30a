/**
 * A component and hooks over `@visavis/client`: mounting, changing and unmounting, and nothing the client does itself.
 * Rendered on the server it is an empty place with a label; nothing touches the page before it is mounted.
 */
export { Avatar, type AvatarProps } from './avatar.js';
export { Captions, type CaptionsProps } from './captions.js';
export type { AvatarHandle } from './handle.js';
export { useAvatar, useAvatarContext, useAvatarState, useCaptions } from './hooks.js';
export type { AvatarConnection, AvatarEvents, AvatarLook, AvatarSettings } from './settings.js';
export type { AvatarCaptions, AvatarState, AvatarStatus } from './state.js';
