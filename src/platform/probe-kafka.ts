/** Whether a Kafka broker answers, over a bare socket: this folder must not load a Kafka client to say so. */
import { connect } from 'node:net';
import { connect as tlsConnect } from 'node:tls';

const API_METADATA = 3;
const API_VERSIONS = 18;
const CLIENT_ID = 'arbitrex-probe';

/** Splits host:port; the port is what stands after the last colon. */
export function parseBroker(broker: string): { host: string; port: number } {
  const colon = broker.lastIndexOf(':');
  return { host: broker.slice(0, colon).replace(/^\[(.*)\]$/, '$1'), port: Number(broker.slice(colon + 1)) };
}

/**
 * Whether a broker speaks Kafka at `broker`: it answers ApiVersions, which needs no login, or completes a TLS handshake (who may talk there is
 * for the real client to find out). Never rejects.
 */
export async function kafkaAnswers(broker: string, timeoutMs: number): Promise<boolean> {
  const response = await request(broker, API_VERSIONS, 0, Buffer.alloc(0), timeoutMs);
  // The response begins with its error code.
  if (response !== null && response.length >= 2 && response.readInt16BE(0) === 0) return true;
  return await speaksTls(broker, timeoutMs);
}

/** Whether the broker at `broker`, without TLS or login, has joined its cluster, so that topics can be created now. Never rejects. */
export async function kafkaIsReady(broker: string, timeoutMs: number): Promise<boolean> {
  // Metadata version 4: no topics, none to be created. The response: throttle time, then the array of the brokers that take part.
  const response = await request(broker, API_METADATA, 4, Buffer.from([0, 0, 0, 0, 0]), timeoutMs);
  return response !== null && response.length >= 8 && response.readInt32BE(4) > 0;
}

/** Sends one request with a version 1 header. @returns the response after its header, null on any failure. */
function request(broker: string, apiKey: number, apiVersion: number, body: Buffer, timeoutMs: number): Promise<Buffer | null> {
  const header = Buffer.alloc(14);
  header.writeInt32BE(10 + CLIENT_ID.length + body.length, 0);
  header.writeInt16BE(apiKey, 4);
  header.writeInt16BE(apiVersion, 6);
  header.writeInt32BE(1, 8);
  header.writeInt16BE(CLIENT_ID.length, 12);
  return new Promise((resolve) => {
    const socket = connect({ ...parseBroker(broker), timeout: timeoutMs });
    const end = (response: Buffer | null) => {
      clearTimeout(deadline);
      socket.destroy();
      resolve(response);
    };
    const deadline = setTimeout(() => end(null), timeoutMs);
    let received = Buffer.alloc(0);
    socket.on('connect', () => socket.write(Buffer.concat([header, Buffer.from(CLIENT_ID), body])));
    socket.on('data', (chunk: Buffer) => {
      received = Buffer.concat([received, chunk]);
      if (received.length < 8) return;
      const size = received.readInt32BE(0);
      // What is no Kafka could name any size: nothing we ask for is answered with more than this.
      if (size < 4 || size > 1_000_000 || received.readInt32BE(4) !== 1) end(null);
      else if (received.length >= 4 + size) end(received.subarray(8, 4 + size));
    });
    socket.on('error', () => end(null));
    socket.on('close', () => end(null));
  });
}

function speaksTls(broker: string, timeoutMs: number): Promise<boolean> {
  return new Promise((resolve) => {
    // Whether something listens, not whom to trust: no data is sent over this connection.
    const socket = tlsConnect({ ...parseBroker(broker), rejectUnauthorized: false });
    const end = (answer: boolean) => {
      clearTimeout(deadline);
      socket.destroy();
      resolve(answer);
    };
    const deadline = setTimeout(() => end(false), timeoutMs);
    socket.on('secureConnect', () => end(true));
    socket.on('error', () => end(false));
    socket.on('close', () => end(false));
  });
}
