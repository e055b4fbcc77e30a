import type { ControllerLog } from '../controller/index.js';
import type { LogLevel } from './configuration.js';

type Sink = Pick<Console, 'error' | 'warn' | 'info'>;

/** What `logLevel` lets through to the browser's console: errors, warnings too, or also what goes as it should. */
export function consoleLog(level: LogLevel, sink: Sink = console): ControllerLog {
  return (kind, message) => {
    const text = `visavis: ${message}`;
    if (kind === 'error' && level !== 'off') sink.error(text);
    if (kind === 'warning' && (level === 'warning' || level === 'all')) sink.warn(text);
    if (kind === 'info' && level === 'all') sink.info(text);
  };
}
