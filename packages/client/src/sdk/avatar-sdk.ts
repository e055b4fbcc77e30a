import { VisavisError } from '@visavis/protocol/errors';
import { AvatarManager } from '../avatar/index.js';
import type { RenderQuality } from '../look/index.js';
import { configure, type Configuration, type ConfigurationInput } from './configuration.js';
import { deviceScore, isDeviceSupported, type DeviceScore } from './device.js';

const DEFAULT_CAP_HEIGHT = 1440;

interface Settings {
  appId: string | undefined;
  configuration: Configuration;
  sessionToken: string | undefined;
  userId: string | undefined;
  capEnabled: boolean;
  capHeight: number;
  /** The manager's own folder, while `customEndpoint` stands in for it. */
  replacedBaseUrl: string | undefined;
}

function initialSettings(): Settings {
  return {
    appId: undefined, configuration: configure({}), sessionToken: undefined, userId: undefined,
    capEnabled: false, capHeight: DEFAULT_CAP_HEIGHT, replacedBaseUrl: undefined,
  };
}

let settings = initialSettings();

/** Settings of the page that views and controllers made later take on. Holds no resources of its own. */
export const AvatarSDK = {
  get version(): string {
    return '0.1.0';
  },
  get appId(): string | undefined {
    return settings.appId;
  },
  get configuration(): Configuration {
    return settings.configuration;
  },
  get sessionToken(): string | undefined {
    return settings.sessionToken;
  },
  get userId(): string | undefined {
    return settings.userId;
  },
  get renderResolutionCapEnabled(): boolean {
    return settings.capEnabled;
  },
  /** Device pixels. */
  get renderResolutionMaxHeight(): number {
    return settings.capHeight;
  },

  /** Call before anything else. Rejects with `invalidConfiguration`; settings then stay as they were. */
  async initialize(appId: string, configuration: ConfigurationInput = {}): Promise<void> {
    if (appId.trim() === '') throw new VisavisError('invalidConfiguration', 'appId must not be empty');
    const next = configure(configuration);
    settings = { ...settings, appId, configuration: next };
    restoreEndpoint();
    if (next.customEndpoint !== undefined) replaceEndpoint(next.customEndpoint);
  },

  /** Kept for code that sets one; in backend mode no token is used. */
  setSessionToken(token: string): void {
    settings.sessionToken = token;
  },

  setUserId(userId: string): void {
    settings.userId = userId;
  },

  /** For views made from here on; `standard` is what other SDKs call `medium`. */
  setRenderQuality(renderQuality: RenderQuality | 'standard'): void {
    settings.configuration = configure({ ...settings.configuration, renderQuality });
  },

  /** Bounds the height of pictures, in device pixels (default 1440), of views made from here on. */
  setRenderResolutionCap(enabled: boolean, maxHeight: number = DEFAULT_CAP_HEIGHT): void {
    if (!(maxHeight >= 1)) throw new VisavisError('invalidConfiguration', 'maxHeight must be at least 1 pixel');
    settings.capEnabled = enabled;
    settings.capHeight = Math.round(maxHeight);
  },

  deviceScore(): DeviceScore {
    return deviceScore();
  },

  isDeviceSupported(): boolean {
    return isDeviceSupported();
  },

  /** Forgets settings, avatars in memory and a `customEndpoint`. Views go on until they are disposed of. */
  cleanup(): void {
    restoreEndpoint();
    settings = initialSettings();
    AvatarManager.shared.release();
  },
} as const;

function replaceEndpoint(folder: string): void {
  settings.replacedBaseUrl = AvatarManager.shared.baseUrl;
  AvatarManager.shared.baseUrl = withSlash(folder);
}

function restoreEndpoint(): void {
  if (settings.replacedBaseUrl === undefined) return;
  AvatarManager.shared.baseUrl = settings.replacedBaseUrl;
  settings.replacedBaseUrl = undefined;
}

function withSlash(folder: string): string {
  return folder.endsWith('/') ? folder : `${folder}/`;
}
