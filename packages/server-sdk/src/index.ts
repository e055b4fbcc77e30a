/**
 * What a backend imports: AvatarSession speaks to the Motion Server, the relay speaks to clients, a presenter
 * keeps the two in step. Never makes audio and never reads motion. Peers: motion-server, client. Fakes: ./test.
 */
export { systemClock, type Clock } from './clock.js';
export type { EnvelopeMessage, PcmMessage, SpeechListener, SpeechMessage } from './speech.js';
export { newAvatarSession, type AvatarSession, type SessionState } from './session/avatar-session.js';
export type { SpeechOptions, SpeechTimes, TimedSpeech } from './session/speech-options.js';
export type { AvatarSessionConfig, TraceHeaders } from './session/config.js';
export { TokenCache } from './session/token-cache.js';
export { createRelay, type AudioChoice, type Relay, type RelayOptions } from './relay/relay.js';
export type { AdmissionRules } from './relay/admission.js';
export type { MicrophonePcm } from './microphone/reader.js';
export type { OutboxBounds } from './relay/outbox.js';
export type { ClientClose, FinishedReport, PresenceName, RelayClient, TranscriptLine } from './relay/relay-client.js';
export type { Ticket, TicketRequest } from './relay/tickets.js';
export { createPresenter, type Presenter, type PresenterClient, type PresenterConfig } from './presenter/presenter.js';
export type { Turn } from './presenter/turn.js';
export type { Subscribe } from '@visavis/protocol/listeners';
