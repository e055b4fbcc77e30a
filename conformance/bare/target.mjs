/** A server under test, by its endpoints and credentials: tokens, upgrades, sessions. */
import assert from 'node:assert/strict';
import { request } from 'node:http';
import { request as requestTls } from 'node:https';
import { WebSocket } from 'ws';
import { Peer } from './peer.mjs';
import { configure } from './wire.mjs';

const nowS = () => Math.floor(Date.now() / 1000);
const trimmed = (url) => url.replace(/\/+$/, '');

export class Target {
  #peers = [];

  /**
   * `settings`: consoleUrl, ingressUrl, apiKey, appId, avatarId; and where known otherApp {appId, apiKey}, limits (the
   * server's, in its own names), isPublic (the server does not have our additions), stop() (ends the server by SIGTERM).
   */
  constructor(settings) {
    Object.assign(this, settings, { consoleUrl: trimmed(settings.consoleUrl), ingressUrl: trimmed(settings.ingressUrl) });
  }

  /** Whether a check can run here: each need is a setting, or `limits.name`. */
  lacks(needs = []) {
    return needs.find((need) => (need.startsWith('limits.') ? this.limits?.[need.slice(7)] : this[need]) === undefined);
  }

  /** A plain HTTP exchange. */
  http(url, { method = 'GET', headers = {}, body } = {}) {
    return new Promise((resolve, reject) => {
      const send = url.startsWith('https') ? requestTls : request;
      const sent = send(url, { method, headers, agent: false }, (response) => {
        const parts = [];
        response.on('data', (part) => parts.push(part)).on('error', reject);
        response.on('end', () => resolve({ status: response.statusCode, headers: response.headers, body: Buffer.concat(parts).toString() }));
      });
      sent.on('upgrade', (response, socket) => {
        socket.destroy();
        resolve({ status: response.statusCode, headers: response.headers, body: '' });
      });
      sent.on('error', reject).end(body);
    });
  }

  postToken(body, headers = { 'X-Api-Key': this.apiKey }) {
    const text = typeof body === 'string' ? body : JSON.stringify(body);
    return this.http(`${this.consoleUrl}/session-tokens`, { method: 'POST', headers: { 'Content-Type': 'application/json', ...headers }, body: text });
  }

  async token({ lifeS = 600, apiKey = this.apiKey } = {}) {
    const { status, body } = await this.postToken({ expireAt: nowS() + lifeS }, { 'X-Api-Key': apiKey });
    assert.equal(status, 200, `no token: ${body}`);
    return JSON.parse(body).sessionToken;
  }

  /** An upgrade request as it goes over the wire; what it is answered with. */
  upgrade({ query = {}, headers = {}, path = '/websocket' } = {}) {
    const url = `${this.ingressUrl.replace(/^ws/, 'http')}${path}?${new URLSearchParams(query)}`;
    return this.http(url, {
      headers: { Connection: 'Upgrade', Upgrade: 'websocket', 'Sec-WebSocket-Version': '13', 'Sec-WebSocket-Key': 'dGhlIHNhbXBsZSBub25jZQ==', ...headers },
    });
  }

  credentials(token, appId = this.appId) {
    return { 'X-App-ID': appId, 'X-Session-Key': token };
  }

  /** An open connection; nothing is sent on it. */
  async dial({ token, useQuery = false, query = {}, headers = {}, ...options } = {}) {
    const session = token ?? (await this.token());
    const auth = useQuery ? { appId: this.appId, sessionKey: session } : {};
    const url = `${this.ingressUrl}/websocket?${new URLSearchParams({ id: this.avatarId, ...auth, ...query })}`;
    const socket = new WebSocket(url, { perMessageDeflate: false, ...options, headers: { ...(useQuery ? {} : this.credentials(session)), ...headers } });
    const peer = new Peer(socket, this.isPublic);
    this.#peers.push(peer);
    await new Promise((resolve, reject) => socket.once('open', resolve).once('error', reject));
    return peer;
  }

  /** A session past its handshake. */
  async open({ dial, ...config } = {}) {
    const peer = await this.dial(dial);
    peer.send(configure(config));
    const [first] = await peer.until('the confirmation', () => (peer.received.length > 0 ? peer.received : undefined));
    assert.equal(first.kind, 'confirm', `refused: ${JSON.stringify(first)}`);
    peer.connectionId = first.connectionId;
    peer.granted = first.granted;
    return peer;
  }

  /** Ends the connections that a check left. */
  async hangUp() {
    for (const { socket } of this.#peers.splice(0)) {
      const gone = socket.readyState === WebSocket.CLOSED || new Promise((resolve) => socket.once('close', resolve));
      socket.terminate();
      await gone;
    }
  }
}
