import { type Broker, disconnectingWhereLost, type ProtocolRequest } from './internals.ts';

/**
 * Sends a Produce request (version 7, acks from all replicas) whose body is encoded already, in parts, and decodes the answer. kafkajs' own way is not
 * used: it throws by the first partition in error, its encoder costs more than all else a producer does, and on the way to the socket it copies every
 * byte three times. The parts must not change until the answer is there.
 */
export async function sendProduce<T>(broker: Broker, parts: readonly Buffer[], decode: (response: Buffer) => T): Promise<T> {
  return await disconnectingWhereLost(broker, async () => {
    const connection = await broker.connectionPool.getConnection(0);
    // Whoever has to log in first goes kafkajs' way.
    if (connection.sasl && !connection.isAuthenticated())
      return await broker.connectionPool.send(produceRequest(Buffer.concat(parts), decode));
    connection.failIfNotConnected();
    const correlationId = connection.nextCorrelationId();
    const head = requestHead(PRODUCE, correlationId, connection.clientId, parts);
    const { payload } = await new Promise<{ payload: Buffer }>((resolve, reject) => {
      connection.requestQueue.push({
        entry: { ...PRODUCE, correlationId, resolve, reject },
        expectResponse: true,
        requestTimeout: null,
        sendRequest() {
          const { socket } = connection;
          socket.cork();
          socket.write(head);
          for (const part of parts) socket.write(part);
          socket.uncork();
        },
      });
    });
    connection.requestQueue.maybeThrottle(throttleTimeOfProduce(payload));
    return decode(payload);
  });
}

const PRODUCE = { apiKey: 0, apiVersion: 7, apiName: 'Produce' } as const;

function produceRequest<T>(body: Buffer, decode: (response: Buffer) => T): ProtocolRequest<T> {
  return {
    request: { ...PRODUCE, encode: async () => ({ buf: body, buffer: body }) },
    response: {
      decode: async (raw) => ({ clientSideThrottleTime: throttleTimeOfProduce(raw), raw }),
      parse: async (held) => decode((held as { raw: Buffer }).raw),
    },
    logResponseError: false,
  };
}

function throttleTimeOfProduce(response: Buffer): number {
  return response.readInt32BE(response.length - 4);
}

/** Length and header (version 1) of a request whose body is `parts`. */
function requestHead(
  api: { apiKey: number; apiVersion: number },
  correlationId: number,
  clientId: string,
  parts: readonly Buffer[],
): Buffer {
  const client = Buffer.from(clientId);
  const head = Buffer.allocUnsafe(14 + client.length);
  const bodyLength = parts.reduce((sum, { length }) => sum + length, 0);
  head.writeInt32BE(head.length - 4 + bodyLength, 0);
  head.writeInt16BE(api.apiKey, 4);
  head.writeInt16BE(api.apiVersion, 6);
  head.writeInt32BE(correlationId, 8);
  head.writeInt16BE(client.length, 12);
  client.copy(head, 14);
  return head;
}
