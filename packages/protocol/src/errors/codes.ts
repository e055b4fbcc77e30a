/** What a code means when whoever raises it says nothing else. */
interface Traits {
  /** The session, connection or view that raised it cannot go on. */
  readonly fatal: boolean;
  /** The same call may succeed later, unchanged. */
  readonly retryable: boolean;
}

const STOP: Traits = { fatal: true, retryable: false };
const STOP_RETRY: Traits = { fatal: true, retryable: true };
const GO_ON: Traits = { fatal: false, retryable: false };
const GO_ON_RETRY: Traits = { fatal: false, retryable: true };

/** Every code with its usual traits. The first two groups are the names this field's SDKs already use. */
export const ERROR_CODES = {
  // Server SDKs
  sessionTokenExpired: STOP_RETRY,
  sessionTokenInvalid: STOP,
  appIDUnrecognized: STOP,
  appIDMismatch: STOP,
  avatarNotFound: STOP,
  billingRequired: STOP,
  creditsExhausted: STOP,
  sessionDurationExceeded: STOP_RETRY,
  unsupportedSampleRate: STOP,
  invalidEgressConfig: STOP,
  egressUnavailable: STOP_RETRY,
  idleTimeout: STOP_RETRY,
  upstreamError: STOP_RETRY,
  invalidRequest: GO_ON,
  connectionFailed: STOP_RETRY,
  connectionClosed: STOP_RETRY,
  protocolError: STOP,
  serverError: STOP_RETRY,
  unknown: STOP,
  // Client SDKs
  insufficientBalance: STOP,
  concurrentLimitExceeded: STOP_RETRY,
  avatarIDUnrecognized: STOP,
  failedToFetchAvatarMetadata: STOP_RETRY,
  invalidAvatarMetadata: STOP,
  failedToDownloadAvatarAssets: STOP_RETRY,
  unsupportedAvatarAsset: STOP,
  websocketError: GO_ON_RETRY,
  websocketClosedAbnormally: GO_ON_RETRY,
  websocketClosedUnexpected: GO_ON_RETRY,
  sessionTimeout: STOP_RETRY,
  connectionInProgress: GO_ON,
  networkLayerNotAvailable: GO_ON_RETRY,
  playbackStartFailed: GO_ON_RETRY,
  playbackInitFailed: GO_ON_RETRY,
  audioOnlyInitFailed: GO_ON_RETRY,
  noAudio: GO_ON,
  invalidAudioInput: GO_ON,
  audioContextNotInitialized: GO_ON_RETRY,
  animationPlayerNotInitialized: GO_ON_RETRY,
  invalidAnimationData: GO_ON,
  // Visavis
  invalidConfiguration: STOP,
  invalidRecording: STOP,
  invalidState: GO_ON,
  ticketInvalid: STOP,
  originRefused: STOP,
  messageTooLarge: GO_ON,
  microphoneDenied: GO_ON,
  microphoneUnavailable: GO_ON_RETRY,
  queueFull: GO_ON_RETRY,
  storageUnavailable: GO_ON_RETRY,
  renderingUnavailable: GO_ON,
  renderingContextLost: GO_ON_RETRY,
  renderingReduced: GO_ON,
  draining: STOP_RETRY,
  modelUnavailable: GO_ON_RETRY,
  providerKeyRefused: GO_ON,
  providerBusy: GO_ON_RETRY,
  providerTimeout: GO_ON_RETRY,
  providerFailed: GO_ON_RETRY,
} as const satisfies Record<string, Traits>;

export type ErrorCode = keyof typeof ERROR_CODES;

export function isErrorCode(value: unknown): value is ErrorCode {
  return typeof value === 'string' && Object.hasOwn(ERROR_CODES, value);
}
