/** What onnxruntime goes by: the non-Windows opt-out of github.com/microsoft/onnxruntime/pull/27379. */
const SWITCH = 'ORT_DISABLE_TELEMETRY';

/**
 * Keeps onnxruntime from reporting to its maker, which its builds do from 1.29 on: an id of the machine, a store of events in
 * the user's cache folder, names of models and counts of runs, sent. It looks once, as it loads, at the environment of the process:
 * call this in the main thread before anything loads it, for a thread's `process.env` is a copy. Who set the variable is left alone.
 */
export function quietRuntime(): void {
  process.env[SWITCH] ??= '1';
}
