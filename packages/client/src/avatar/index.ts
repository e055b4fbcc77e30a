/**
 * Avatars: their published manifests, and the manager that fetches, checks and keeps them.
 * Knows no renderer: a loaded avatar builds rigs (../rig) for whoever shows it (../view).
 */
export { Avatar } from './avatar.js';
export { AvatarManager, type AvatarManagerOptions, type LoadListener, type LoadProgress } from './manager.js';
