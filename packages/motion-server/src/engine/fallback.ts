import type { Logger } from '../log.js';

/** Says why motion is made by the baseline where the network was expected. */
export function warnOfFallback(logger: Logger, reason: string): void {
  logger.warn({ reason }, 'the motion network does not load: the baseline makes the motion; "model": "baseline" in the config says that this is meant');
}
