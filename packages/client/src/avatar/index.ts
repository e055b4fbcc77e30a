/**
 * Avatars: the manager that fetches, checks and keeps them. What a manifest may say is in @visavis/protocol/avatar.
 * Knows no renderer: a loaded avatar builds rigs (../rig) for whoever shows it (../view).
 */
export { Avatar } from './avatar.js';
export { type Integrity } from './integrity.js';
export { type LocalFile } from './local.js';
export { AvatarManager, type AvatarManagerOptions, type AvatarPlatform } from './manager.js';
export { type LoadListener, type LoadProgress } from './progress.js';
