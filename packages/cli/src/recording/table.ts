import type { ReplayReport, UtteranceReport } from '@visavis/client/replay';

const COLUMNS: readonly { readonly title: string; readonly of: (utterance: UtteranceReport) => string }[] = [
  { title: 'utterance', of: ({ reqId }) => reqId.slice(0, 32) },
  { title: 'at s', of: ({ firstMessageMs }) => seconds(firstMessageMs) },
  { title: 'start ms', of: ({ startDelayMs }) => (startDelayMs === undefined ? 'never' : whole(startDelayMs)) },
  { title: 'speech s', of: ({ audioMs }) => seconds(audioMs) },
  { title: 'heard s', of: ({ heardMs, end }) => `${seconds(heardMs)}${end === 'finished' ? '' : ` ${end}`}` },
  { title: 'A/V ms', of: ({ avOffset }) => (avOffset ? signed(avOffset.medianMs) : '-') },
  { title: 'p95', of: ({ avOffset }) => (avOffset ? whole(avOffset.p95Ms) : '-') },
  { title: 'gaps', of: ({ gaps }) => String(gaps.length) },
  { title: 'late', of: ({ lateMotion }) => String(lateMotion) },
  { title: 'dropped', of: ({ droppedAudio, droppedMotion }) => String(droppedAudio + droppedMotion) },
];

/** A replay's report for a terminal. */
export function formatReport(report: ReplayReport): string {
  return [summary(report), '', ...tableOf(report.utterances), '', bytesOf(report), ...details(report)].join('\n');
}

function summary({ durationMs, connections, messages, frames, startedAt }: ReplayReport): string {
  const when = startedAt ? `recorded ${startedAt}, ` : '';
  return `${when}${seconds(durationMs)} s, ${count(connections, 'connection')}, ${messages.in} messages in, ${messages.out} out, ${frames} poses shown`;
}

function tableOf(utterances: readonly UtteranceReport[]): string[] {
  if (utterances.length === 0) return ['no speech was received'];
  const rows = [COLUMNS.map(({ title }) => title), ...utterances.map((utterance) => COLUMNS.map(({ of }) => of(utterance)))];
  const widths = COLUMNS.map((_, i) => Math.max(...rows.map((row) => row[i]!.length)));
  return rows.map((row) => row.map((cell, i) => (i === 0 ? cell.padEnd(widths[i]!) : cell.padStart(widths[i]!))).join('  '));
}

function bytesOf({ bytes }: ReplayReport): string {
  const rate = (perSecond: number | undefined): string => (perSecond === undefined ? '' : ` (${(perSecond / 1000).toFixed(2)} KB/s of speech)`);
  const what = 'whole downlink messages, without WebSocket and TLS framing; short utterances cost more per second';
  return `bytes: audio ${bytes.audio}${rate(bytes.audioPerSecond)}, motion ${bytes.motion}${rate(bytes.motionPerSecond)}, other ${bytes.other}, from the client ${bytes.up}\n       (${what})`;
}

function details({ utterances, interrupts, errors, told, notes }: ReplayReport): string[] {
  const gaps = utterances.flatMap(({ gaps: all, reqId }) => all.map((gap) =>
    `gap: no ${gap.kind === 'audio' ? 'sound' : 'motion'} for ${whole(gap.durationMs)} ms at ${seconds(gap.atMs)} s (${seconds(gap.playedMs)} s into ${reqId.slice(0, 32)})`));
  const cuts = interrupts.map(({ atMs, by, flushedAfterMs, silentAfterMs }) =>
    `interrupt by the ${by} at ${seconds(atMs)} s: ${silentAfterMs === undefined ? 'nothing was heard' : `silent after ${whole(silentAfterMs)} ms`}`
    + `${by === 'client' ? `, ${flushedAfterMs === undefined ? 'never flushed' : `flushed after ${whole(flushedAfterMs)} ms`}` : ''}`);
  const failures = errors.map(({ atMs, code, message }) => `error at ${seconds(atMs)} s: ${message} (${code})`);
  const client = told.stalls > 0 ? [`the recorded client itself stalled ${count(told.stalls, 'time')}`] : [];
  return [...gaps, ...cuts, ...failures, ...client, ...notes.map((note) => `note: ${note}`)];
}

const seconds = (ms: number): string => (ms / 1000).toFixed(2);
const whole = (value: number): string => String(Math.round(value));
const signed = (value: number): string => `${value > 0 ? '+' : ''}${whole(value)}`;
const count = (n: number, what: string): string => `${n} ${what}${n === 1 ? '' : 's'}`;
