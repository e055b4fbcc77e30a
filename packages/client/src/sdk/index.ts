/**
 * The page's settings, and the view joined to its controller: the names that applications import.
 * Knows every other folder of this package; none of them knows it.
 */
export { AvatarSDK } from './avatar-sdk.js';
export { createController } from './controller.js';
export { AvatarView, type AvatarViewOptions } from './avatar-view.js';
export type { Configuration, ConfigurationInput, DrivingServiceMode, LogLevel } from './configuration.js';
export type { DeviceScore } from './device.js';
