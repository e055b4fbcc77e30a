/** TLS before a LiveKit server, as a load balancer ends it: with a certificate that is made here, by an authority that is made here. */
import { execFileSync, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { connect, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createServer } from 'node:tls';

export interface TlsFront {
  readonly port: number;
  /** PEM file of the authority. */
  readonly authority: string;
  /** Names that clients said they want, in the order they came. */
  readonly names: readonly string[];
  close(): void;
}

export const hasOpenssl = spawnSync('openssl', ['version']).status === 0;

export async function startTlsFront(name: string, serverPort: number): Promise<TlsFront> {
  const folder = mkdtempSync(join(tmpdir(), 'visavis-tls-'));
  const path = (file: string): string => join(folder, file);
  const openssl = (...args: string[]): unknown => execFileSync('openssl', args, { cwd: folder, stdio: 'pipe' });
  const key = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes'];
  writeFileSync(path('leaf.ext'), `subjectAltName=DNS:${name}\nbasicConstraints=CA:FALSE\n`);
  openssl('req', '-x509', ...key, '-keyout', 'ca.key', '-out', 'ca.pem', '-days', '2', '-subj', '/CN=an authority for one test');
  openssl('req', ...key, '-keyout', 'leaf.key', '-out', 'leaf.csr', '-subj', `/CN=${name}`);
  openssl('x509', '-req', '-in', 'leaf.csr', '-CA', 'ca.pem', '-CAkey', 'ca.key', '-CAcreateserial', '-out', 'leaf.pem', '-days', '2', '-extfile', 'leaf.ext');
  const names: string[] = [];
  const front = createServer({
    key: readFileSync(path('leaf.key')), cert: readFileSync(path('leaf.pem')),
    SNICallback: (wanted, answer) => {
      names.push(wanted);
      answer(null);
    },
  }, (socket) => {
    const upstream = connect(serverPort, '127.0.0.1');
    upstream.on('error', () => socket.destroy()).on('close', () => socket.destroy());
    socket.on('error', () => upstream.destroy()).on('close', () => upstream.destroy());
    socket.pipe(upstream).pipe(socket);
  }).listen(0, '127.0.0.1');
  await once(front, 'listening');
  return {
    port: (front.address() as AddressInfo).port, authority: path('ca.pem'), names,
    close: () => {
      front.close();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
