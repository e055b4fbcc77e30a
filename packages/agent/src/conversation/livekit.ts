import { initializeLogger, loggerOptions } from '@livekit/agents';

/** LiveKit Agents wants a logger before anything else of it is made; one that the host has set up stays. */
export function ensureLogger(): void {
  if (!loggerOptions()) initializeLogger({ pretty: false, level: 'error' });
}
