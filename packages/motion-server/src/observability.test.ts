import { afterEach, describe, expect, it } from 'vitest';
import { createSignalModel } from '@visavis/motion/signal';
import { pino } from 'pino';
import { WebSocket } from 'ws';
import { connect, dial, http, postToken, startServer, TestClient, token } from '../test/client.js';
import { ManualClock } from '../test/manual-clock.js';
import { speechBytes } from '../test/speech.js';
import { devConfig, type Logger, type MotionServer, type MotionServerConfig } from './index.js';

const TRACEPARENT = '00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01';
let server: MotionServer;
const start = async (config: Partial<MotionServerConfig> = {}) => (server = await startServer(config));
afterEach(() => server.close());

const at = (path: string) => new URL(path, server.consoleUrl).href;

/** Samples of /metrics by name and labels. */
async function metrics(): Promise<Map<string, number>> {
  const lines = (await http(at('/metrics'))).body.split('\n').filter((line) => line !== '' && !line.startsWith('#'));
  return new Map(lines.map((line) => [line.slice(0, line.lastIndexOf(' ')), Number(line.slice(line.lastIndexOf(' ')))]));
}

function capture(): { logger: Logger; lines: Record<string, unknown>[]; text: () => string } {
  const lines: Record<string, unknown>[] = [];
  const raw: string[] = [];
  const write = (line: string): void => {
    raw.push(line);
    lines.push(JSON.parse(line) as Record<string, unknown>);
  };
  return { logger: pino({ level: 'debug' }, { write }), lines, text: () => raw.join('') };
}

/** Tries to open a session; the refusal's status and headers. */
function refused(query: string, headers: Record<string, string> = {}): Promise<{ status: number; errorId: string }> {
  return new Promise((resolve, reject) => {
    const socket = new WebSocket(`${server.ingressUrl}/${query}`, { headers });
    socket.on('open', () => reject(new Error('it was let in')));
    socket.on('error', () => undefined);
    socket.on('unexpected-response', (_, response) => {
      resolve({ status: response.statusCode ?? 0, errorId: String(response.headers['x-error-id']) });
      response.resume();
    });
  });
}

describe('/metrics', () => {
  it('counts sessions, requests, work, bytes and errors', async () => {
    await start();
    const client = await connect(server);
    expect((await metrics()).get('visavis_sessions')).toBe(1);
    client.audio('a', speechBytes(1000), true);
    await client.ended('a');
    client.audio('b', speechBytes(20_000));
    await client.until(() => client.replies('b')[0]);
    expect((await metrics()).get('visavis_streams')).toBe(1);
    client.send('clientInterrupt', { reqId: 'b' });
    client.audio('', speechBytes(10));
    await client.error();
    client.audio('c', new Uint8Array(0), true);
    await client.ended('c');
    const seen = await metrics();
    expect(seen.get('visavis_requests_total{outcome="completed"}')).toBe(2);
    expect(seen.get('visavis_requests_total{outcome="interrupted"}')).toBe(1);
    expect(seen.get('visavis_errors_total{code="invalidRequest"}')).toBe(1);
    expect(seen.get('visavis_frames_total')).toBeGreaterThanOrEqual(30);
    expect(seen.get('visavis_received_bytes_total')).toBeGreaterThan(32_000 * 21);
    expect(seen.get('visavis_sent_bytes_total')).toBe(client.received.reduce((sum, { bytes }) => sum + bytes, 0));
    expect(seen.get('visavis_step_seconds_count')).toBeGreaterThan(0);
    expect(seen.get('visavis_queue_delay_seconds_count')).toBeGreaterThan(0);
    expect(seen.get('process_resident_memory_bytes')).toBeGreaterThan(1e6);
    client.socket.close();
    await client.closed;
    await server.close();
    const other = await startServer();
    server = other;
    expect((await metrics()).get('visavis_requests_total{outcome="completed"}')).toBeUndefined();
  });

  it('labels nothing with what a client sends', async () => {
    await start();
    const client = await connect(server);
    client.audio('my-request-id', speechBytes(100), true);
    await client.ended('my-request-id');
    await refused('websocket?id=ava', { 'X-App-ID': 'my-app-id' });
    const { body, headers } = await http(at('/metrics'));
    expect(headers['content-type']).toContain('text/plain');
    expect(body).not.toMatch(/my-request-id|my-app-id|dev-app/);
    expect(body).toContain('visavis_errors_total{code="appIDUnrecognized"} 1');
    expect((await metrics()).get('visavis_sessions')).toBe(1);
  });

  it('calls frames late that leave long after their audio came and they were to be shown', async () => {
    const model = createSignalModel();
    let nowMs = 0;
    const slow = () => {
      const stream = model.open();
      const pull = stream.pull.bind(stream);
      return Object.assign(stream, { pull: () => { nowMs += 400; return pull(); } });
    };
    const clock = { unixMs: () => Date.now(), nowMs: () => nowMs, after: () => () => undefined };
    await start({ model: { ...model, open: slow }, clock });
    const client = await connect(server);
    for (let piece = 0; piece < 10; piece++) client.audio('a', speechBytes(100), piece === 9);
    await client.ended('a');
    const seen = await metrics();
    expect(seen.get('visavis_frames_total')).toBe(30);
    expect(seen.get('visavis_late_frames_total')).toBeGreaterThan(20);
  });

  it('calls no frame late of audio that comes faster than it is spoken', async () => {
    await start({ clock: new ManualClock() }); // it stands still: all of it comes in no time, however busy the machine is
    const client = await connect(server);
    client.audio('a', speechBytes(20_000), true);
    await client.ended('a');
    expect((await metrics()).get('visavis_late_frames_total')).toBe(0);
  });
});

describe('log', () => {
  const KEY = 'key-that-nobody-may-see';
  const SECRET = 'a signing secret of more than thirty-two characters';
  const config = { ...devConfig(), apps: [{ appId: 'dev-app', apiKeys: ['dev-key', KEY], avatars: ['ava'] }], signingSecret: SECRET };

  it('holds no secret, whatever is refused', async () => {
    const { logger, lines, text } = capture();
    let session = '';
    const model = createSignalModel();
    const leak = () => { throw new Error(`cannot reach http://model?sessionKey=${session} with ${KEY}`, { cause: new Error(SECRET) }); };
    await start({ ...config, logger, model: { ...model, open: leak } });
    session = await token(server);
    const garbled = `${session}x`;
    const query = `&appId=dev-app&sessionKey=${garbled}`;
    const statuses = [
      await refused(`websocket?id=ava${query}`),
      await refused('websocket?id=ava', { 'X-App-ID': 'dev-app', 'X-Session-Key': garbled }),
      await refused(`websocket?id=ava&appId=nobody&sessionKey=${session}`),
      await refused(`websocket?id=${KEY}`, { 'X-App-ID': 'dev-app', 'X-Session-Key': session }),
      await refused(`elsewhere?id=ava&appId=dev-app&sessionKey=${session}`),
    ].map(({ status }) => status);
    expect(statuses).toEqual([400, 400, 404, 404, 421]);
    await http(`${server.ingressUrl.replace('ws:', 'http:')}/websocket?sessionKey=${session}`);
    await http(at(`/nowhere/${session}?api_key=${KEY}`));
    await postToken(server, { expireAt: 1, note: KEY }, { 'X-Api-Key': KEY });
    await postToken(server, `${KEY}{`, { 'X-Api-Key': `${KEY}-not` });
    const client = await connect(server);
    client.audio('a', speechBytes(100), true);
    await client.error();
    client.socket.send(Buffer.from(`\xff${session}`));
    await client.until(() => client.errors()[1]);
    client.socket.close();
    await client.closed;
    await server.close();
    expect(lines.length).toBeGreaterThan(12);
    expect(lines.some(({ msg }) => msg === 'request failed')).toBe(true);
    const [head = '', claims = '', mac = ''] = session.split('.');
    for (const secret of [KEY, SECRET, session, claims, mac, `${head}.`]) expect(text()).not.toContain(secret);
  });

  it('has each refusal under the id that the client sees', async () => {
    const { logger, lines } = capture();
    await start({ ...config, logger });
    const { errorId } = await refused('websocket?id=ava');
    expect(lines.find((line) => line['errorId'] === errorId)).toMatchObject({ code: 'appIDUnrecognized', msg: 'upgrade refused' });
    const answer = await postToken(server, {});
    const { errors: [problem] } = JSON.parse(answer.body) as { errors: { id: string }[] };
    expect(lines.find((line) => line['errorId'] === problem?.id)).toMatchObject({ code: 'INVALID_ARGUMENT' });
    const client = await dial(server);
    client.send('clientConfigureSession', { sampleRate: 1 });
    const { connectionId } = await client.error();
    await client.closed;
    expect(lines.find((line) => line['connectionId'] === connectionId)).toMatchObject({ code: 'unsupportedSampleRate' });
  });

  it('carries the trace of a request in the lines of it, and nothing that is none', async () => {
    const { logger, lines } = capture();
    await start({ ...config, logger });
    const client = await connect(server);
    const ask = (reqId: string, trace: string) => {
      client.send('clientAudioInput', { reqId, audio: speechBytes(100), end: true, traceContext: { traceparent: trace, tracestate: 'vendor=x' } });
      return client.ended(reqId);
    };
    await ask('a', TRACEPARENT);
    await ask('b', 'anything\nat all');
    const linesOf = (reqId: string) => lines.filter((line) => line['reqId'] === reqId);
    expect(linesOf('a').map(({ msg, ...line }) => [msg, line['traceparent'], line['tracestate'], line['connectionId']])).toEqual([
      ['request began', TRACEPARENT, 'vendor=x', client.connectionId], ['request ended', TRACEPARENT, 'vendor=x', client.connectionId],
    ]);
    expect(linesOf('b')).toHaveLength(2);
    expect(linesOf('b').some((line) => 'traceparent' in line || 'tracestate' in line)).toBe(false);
  });

  it('carries the trace of the connection, of a refusal and of a token request as their headers have it', async () => {
    const { logger, lines } = capture();
    await start({ ...config, logger });
    const headers = { 'X-App-ID': 'dev-app', traceparent: TRACEPARENT, tracestate: 'vendor=x' };
    const { errorId } = await refused('websocket?id=ava', headers);
    await postToken(server, {}, { 'X-Api-Key': KEY, traceparent: TRACEPARENT });
    const socket = new WebSocket(`${server.ingressUrl}/websocket?id=ava`, { headers: { ...headers, 'X-Session-Key': await token(server) } });
    const client = new TestClient(socket);
    await new Promise((resolve) => socket.once('open', resolve));
    client.send('clientConfigureSession', { sampleRate: 16_000 });
    client.audio('a', speechBytes(100), true);
    await client.ended('a');
    socket.close();
    await client.closed;
    await server.close();
    const trace = { traceparent: TRACEPARENT, tracestate: 'vendor=x' };
    expect(lines.find((line) => line['errorId'] === errorId)).toMatchObject(trace);
    expect(lines.find(({ msg }) => msg === 'console request refused')).toMatchObject({ traceparent: TRACEPARENT });
    for (const msg of ['session opened', 'request began', 'request ended', 'session closed']) {
      expect(lines.find((line) => line['msg'] === msg)).toMatchObject(trace);
    }
  });

  it('has what fails in a session under the ids that its client is told', async () => {
    const { logger, lines } = capture();
    const model = createSignalModel();
    await start({ ...config, logger, model: { ...model, open: () => { throw new Error('no weights'); } } });
    const client = await connect(server);
    client.send('clientAudioInput', { reqId: 'a', audio: speechBytes(100), end: true, traceContext: { traceparent: TRACEPARENT } });
    const { connectionId, reqId } = await client.error();
    const failed = lines.find(({ msg }) => msg === 'request failed');
    expect(failed).toMatchObject({ connectionId, reqId, traceparent: TRACEPARENT, code: 'serverError', err: { message: 'no weights' } });
    client.socket.send(Buffer.from([255]));
    await client.until(() => client.errors()[1]);
    expect(lines.find(({ msg }) => msg === 'message refused')).toMatchObject({ connectionId, code: 'protocolError' });
  });
});

describe('while draining', () => {
  it('says so, refuses new sessions with 503, and finishes what it has', async () => {
    await start();
    const client = await connect(server);
    const session = await token(server);
    client.audio('a', speechBytes(500));
    await client.until(() => client.replies('a')[0]);
    const closed = server.close({ graceMs: 60_000 });
    expect(await http(at('/healthz'))).toMatchObject({ status: 503, body: '{"status":"draining"}' });
    expect(await refused('websocket?id=ava', { 'X-App-ID': 'dev-app', 'X-Session-Key': session })).toMatchObject({ status: 503 });
    client.audio('a', speechBytes(500), true);
    expect((await client.error()).detail?.code).toBe('draining');
    expect((await client.closed).code).toBe(1012);
    expect(client.replies('a').at(-1)?.end).toBe(true);
    await closed;
  });
});
