/** A built Motion Server in a process of its own on loopback, and bare clients of it. */
import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { decodeEnvelope, encodeEnvelope } from '@visavis/protocol/ingress';
import { WebSocket } from 'ws';

const CLI = fileURLToPath(new URL('../../packages/cli/bin/visavis.js', import.meta.url));

/** Starts `visavis serve --dev`; `stop` ends it and waits. */
export async function startServer(workers) {
  const options = ['serve', '--dev', '--port', '0', '--log-level', 'error', ...(workers === undefined ? [] : ['--workers', String(workers)])];
  const child = spawn(process.execPath, [CLI, ...options], { stdio: ['ignore', 'pipe', 'inherit'] });
  const exited = new Promise((resolve) => child.once('exit', resolve));
  const urls = {};
  for await (const line of createInterface({ input: child.stdout })) {
    const [name, url] = line.split('=');
    urls[name] = url;
    if (urls.VISAVIS_CONSOLE_URL && urls.VISAVIS_INGRESS_URL) break;
  }
  if (!urls.VISAVIS_INGRESS_URL) throw new Error('the server did not start: run npm run build first');
  const stop = async () => {
    child.kill('SIGTERM');
    await exited;
  };
  return { consoleUrl: urls.VISAVIS_CONSOLE_URL, ingressUrl: urls.VISAVIS_INGRESS_URL, stop };
}

export async function sessionToken({ consoleUrl }) {
  const answer = await fetch(`${consoleUrl}/session-tokens`, {
    method: 'POST', headers: { 'X-Api-Key': 'dev-key' }, body: JSON.stringify({ expireAt: Math.floor(Date.now() / 1000) + 3600 }),
  });
  if (!answer.ok) throw new Error(`no session token: ${answer.status}`);
  return (await answer.json()).sessionToken;
}

/** An open, configured session: calls `onReply(reply, bytes, nowMs)` for each answer. */
export async function openSession({ ingressUrl }, token, { sampleRate, capabilities = '', onReply }) {
  const socket = new WebSocket(`${ingressUrl}/websocket?id=ava`, { headers: { 'X-App-ID': 'dev-app', 'X-Session-Key': token }, perMessageDeflate: false });
  await new Promise((resolve, reject) => socket.once('open', resolve).once('error', reject));
  const confirmed = new Promise((resolve, reject) => socket.once('message', resolve).once('close', reject));
  socket.send(encodeEnvelope('clientConfigureSession', { sampleRate, extraParams: capabilities === '' ? {} : { 'visavis.capabilities': capabilities } }));
  await confirmed;
  socket.on('message', (data) => {
    const nowMs = performance.now();
    const envelope = decodeEnvelope(data);
    if (envelope.case !== 'serverResponseAnimation') throw new Error(`unexpected ${envelope.case}: ${envelope.value?.message ?? ''}`);
    onReply(envelope.value, data.length, nowMs);
  });
  return socket;
}

/** Samples of /metrics, by name and labels. */
export async function readMetrics({ consoleUrl }) {
  const text = await (await fetch(new URL('/metrics', consoleUrl))).text();
  const lines = text.split('\n').filter((line) => line !== '' && !line.startsWith('#'));
  return Object.fromEntries(lines.map((line) => [line.slice(0, line.lastIndexOf(' ')), Number(line.slice(line.lastIndexOf(' ') + 1))]));
}

/**
 * A histogram's change between two readings of /metrics, in milliseconds: a percentile (straight between the bounds of its
 * bucket), and the share within `limitMs`, which is exact where that is a bound.
 */
export function histogramMs(first, last, name, limitMs) {
  const bounds = Object.keys(last)
    .map((key) => /^(\w+)_bucket\{le="([^"]+)"\}$/.exec(key))
    .filter((match) => match?.[1] === name && match[2] !== '+Inf')
    .map(([key, , le]) => ({ ms: Number(le) * 1000, count: last[key] - (first[key] ?? 0) }))
    .sort((a, b) => a.ms - b.ms);
  const total = last[`${name}_count`] - (first[`${name}_count`] ?? 0);
  const at = (share) => {
    const next = bounds.findIndex(({ count }) => count >= share * total);
    if (next < 0) return NaN;
    const [low, high] = [bounds[next - 1] ?? { ms: 0, count: 0 }, bounds[next]];
    return low.ms + ((high.ms - low.ms) * (share * total - low.count)) / Math.max(1, high.count - low.count);
  };
  return { count: total, p50: at(0.5), p95: at(0.95), p99: at(0.99), withinLimit: (bounds.findLast(({ ms }) => ms <= limitMs)?.count ?? 0) / total };
}
