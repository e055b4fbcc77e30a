/**
 * The Motion Server: session tokens over HTTP, speech in and motion out over a WebSocket.
 * Makes no motion itself (@visavis/motion) and defines no bytes (@visavis/protocol).
 */
export { createMotionServer, type CloseOptions, type MotionServer } from './server.js';
export { devConfig, type AppConfig, type Collaborators, type MotionServerConfig } from './config.js';
export { AvatarLibrary, createAvatarRoutes, type AvatarAsset, type AvatarLibraryOptions, type AvatarRoutesOptions } from './avatars/index.js';
export type { Logger } from './log.js';
export type { Limits } from './limits.js';
export type { Egress, EgressEvents, EgressRequest, OpenEgress } from './egress/egress.js';
export type { ResolveHost } from './egress/policy.js';
export { systemClock, type Clock } from './clock.js';
