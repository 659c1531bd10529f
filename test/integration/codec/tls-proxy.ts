import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { request as httpRequest } from 'node:http';
import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pipeline } from 'node:stream';
import { inject, onTestFinished } from 'vitest';

/** Certificates of one test, in a folder that ends with it. */
export interface Certificates {
  /** PEM file of the authority. */
  readonly caFile: string;
  readonly key: Buffer;
  readonly cert: Buffer;
}

/** Has openssl make an authority, and a certificate of 127.0.0.1 that it signed. */
export function makeCertificates(): Certificates {
  const folder = mkdtempSync(join(tmpdir(), 'arbitrex-certificates-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const make = (name: string, ...options: string[]) => {
    const files = ['-keyout', `${name}.key`, '-out', `${name}.pem`];
    const args = [
      'req',
      '-x509',
      '-newkey',
      'rsa:2048',
      '-nodes',
      '-days',
      '2',
      '-subj',
      `/CN=arbitrex test ${name}`,
      ...files,
      ...options,
    ];
    execFileSync('openssl', args, { cwd: folder, stdio: 'pipe' });
  };
  make('authority');
  make('registry', '-CA', 'authority.pem', '-CAkey', 'authority.key', '-addext', 'subjectAltName=IP:127.0.0.1');
  const read = (file: string) => readFileSync(join(folder, file));
  return { caFile: join(folder, 'authority.pem'), key: read('registry.key'), cert: read('registry.pem') };
}

/** A proxy before the real registry that speaks TLS and answers 401 to whoever does not send this authorization header. It ends with the test. */
export async function startTlsProxy({ key, cert }: Certificates, authorization: string): Promise<{ url: string }> {
  const target = new URL(inject('registryUrl'));
  const server = createServer({ key, cert }, (near, answer) => {
    if (near.headers.authorization !== authorization) {
      answer.writeHead(401, { 'content-type': 'application/json' });
      answer.end(JSON.stringify({ error_code: 401, message: 'Unauthorized' }));
      return;
    }
    const { authorization: _, host: __, ...headers } = near.headers;
    const far = httpRequest(new URL(near.url!, target), { method: near.method!, headers }, (answered) => {
      answer.writeHead(answered.statusCode!, answered.headers);
      pipeline(answered, answer, () => {});
    });
    pipeline(near, far, (error) => {
      if (error) answer.destroy(error);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => {
    server.close();
    server.closeAllConnections();
  });
  return { url: `https://127.0.0.1:${(server.address() as AddressInfo).port}${target.pathname}` };
}
