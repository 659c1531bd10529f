/** How to reach a cluster: from settings or the environment to kafkajs' clients, and from its connection errors to words. */
import { readFileSync } from 'node:fs';
import { isIP, connect as netConnect, type Socket } from 'node:net';
import { connect as tlsConnect } from 'node:tls';
import type { ISocketFactory, KafkaConfig, logCreator, SASLOptions } from 'kafkajs';
import { UserError } from '../errors.ts';
import type { Log } from '../log.ts';
import { FrameReader } from './frame-reader.ts';
import { type Cluster, type ClusterOptions, newCluster, WARN_LEVEL } from './internals.ts';

/** What is read from a socket at once, at the most. */
const READ_BUFFER_BYTES = 65_536;

const SASL_MECHANISMS = ['plain', 'scram-sha-256', 'scram-sha-512'] as const;

/** Files in PEM. A client certificate needs both certFile and keyFile. */
export interface SslFiles {
  caFile?: string;
  certFile?: string;
  keyFile?: string;
}

/** User name and password for SASL. */
export interface SaslCredentials {
  mechanism: (typeof SASL_MECHANISMS)[number];
  username: string;
  password: string;
}

/** How to reach a Kafka cluster. */
export interface KafkaConnection {
  /** host:port each; one that answers is enough. */
  brokers: readonly string[];
  /** What the brokers' logs and quotas know this client by. */
  clientId: string;
  /** TLS; true trusts what Node trusts. Default false. */
  ssl?: boolean | SslFiles;
  /** Default: no authentication. */
  sasl?: SaslCredentials;
  /** For one attempt to connect. Default 2,000. */
  connectionTimeoutMs?: number;
  /** For one request that does not wait on purpose. Default 30,000. */
  requestTimeoutMs?: number;
}

/** No broker could be reached, or none accepted us. */
export class KafkaUnreachable extends UserError {
  override readonly name: string = 'KafkaUnreachable';
}

/** A cluster whose connections can be cut. */
export interface CuttableCluster extends Cluster {
  /** Closes every connection at once and for good; requests in flight (a long poll, say) are rejected instead of waited for. */
  disconnectNow(): Promise<void>;
}

/**
 * What the environment says of the connection: KAFKA_BROKERS (comma-separated), KAFKA_SSL (true, false), KAFKA_SSL_CA, KAFKA_SSL_CERT, KAFKA_SSL_KEY
 * (files; any of them turns TLS on), KAFKA_SASL_MECHANISM (default plain), KAFKA_SASL_USERNAME, KAFKA_SASL_PASSWORD. Unset and empty variables are left out.
 * Throws UserError where a value is not understood or half of a pair is missing.
 */
export function connectionFromEnvironment(env: Readonly<Record<string, string | undefined>>): Partial<KafkaConnection> {
  const connection: Partial<KafkaConnection> = {};
  const brokers = (env.KAFKA_BROKERS ?? '')
    .split(',')
    .map((broker) => broker.trim())
    .filter((broker) => broker !== '');
  for (const broker of brokers) {
    if (!/^[^\s:]+:\d{1,5}$/.test(broker)) {
      throw new UserError(`KAFKA_BROKERS: '${broker}' is not host:port`, {
        hint: 'Write KAFKA_BROKERS=host1:9092,host2:9092',
        exitCode: 2,
      });
    }
  }
  if (brokers.length > 0) connection.brokers = brokers;
  const ssl = sslFromEnvironment(env);
  if (ssl !== undefined) connection.ssl = ssl;
  const sasl = saslFromEnvironment(env);
  if (sasl !== undefined) connection.sasl = sasl;
  return connection;
}

function sslFromEnvironment(env: Readonly<Record<string, string | undefined>>): boolean | SslFiles | undefined {
  const flag = env.KAFKA_SSL?.toLowerCase();
  if (flag !== undefined && !['', 'true', '1', 'false', '0'].includes(flag)) {
    throw new UserError(`KAFKA_SSL: '${env.KAFKA_SSL}' is neither true nor false`, { exitCode: 2 });
  }
  if (flag === 'false' || flag === '0') return false;
  const files: SslFiles = {};
  if (env.KAFKA_SSL_CA) files.caFile = env.KAFKA_SSL_CA;
  if (env.KAFKA_SSL_CERT) files.certFile = env.KAFKA_SSL_CERT;
  if (env.KAFKA_SSL_KEY) files.keyFile = env.KAFKA_SSL_KEY;
  if ((files.certFile === undefined) !== (files.keyFile === undefined)) {
    throw new UserError('KAFKA_SSL_CERT and KAFKA_SSL_KEY belong together: one of them is not set', { exitCode: 2 });
  }
  if (Object.keys(files).length > 0) return files;
  return flag ? true : undefined;
}

function saslFromEnvironment(env: Readonly<Record<string, string | undefined>>): SaslCredentials | undefined {
  const username = env.KAFKA_SASL_USERNAME;
  const password = env.KAFKA_SASL_PASSWORD;
  const named = env.KAFKA_SASL_MECHANISM;
  if (!username && !password && !named) return undefined;
  if (!username || !password) {
    throw new UserError(`SASL needs a user name and a password: ${username ? 'KAFKA_SASL_PASSWORD' : 'KAFKA_SASL_USERNAME'} is not set`, {
      exitCode: 2,
    });
  }
  const mechanism = SASL_MECHANISMS.find((known) => known === (named || 'plain').toLowerCase());
  if (mechanism === undefined) {
    throw new UserError(`KAFKA_SASL_MECHANISM: '${named}' is not one of ${SASL_MECHANISMS.join(', ')}`, { exitCode: 2 });
  }
  return { mechanism, username, password };
}

/**
 * kafkajs' protocol layer without a client on top. Has its own connections (per broker one for fetches, one for all else). Connects to nothing yet.
 * Throws UserError where a TLS file cannot be read.
 */
export function createCluster(connection: KafkaConnection, log: Log, options: ClusterOptions = {}): CuttableCluster {
  const sockets = new Set<Socket>();
  let isCut = false;
  const openTrackedSocket: ISocketFactory = (destination) => {
    // kafkajs may be amid its retries; a connection that it opens now would be closed by nobody.
    if (isCut) throw new Error('closed by this client');
    const socket = openSocket(destination);
    sockets.add(socket);
    socket.once('close', () => sockets.delete(socket));
    return socket;
  };
  const cluster = newCluster(kafkaConfig(connection, log, openTrackedSocket), options);
  return Object.assign(cluster, {
    async disconnectNow() {
      isCut = true;
      for (const socket of sockets) socket.destroy(new Error('closed by this client'));
      await cluster.disconnect();
    },
  });
}

/**
 * Says in words why `error` came of connecting, as a KafkaUnreachable that names the brokers; gives back any other error as it is. Use as
 * `throw explainConnectError(connection, error)`.
 */
export function explainConnectError(connection: KafkaConnection, error: unknown): unknown {
  const brokers = connection.brokers.join(', ');
  for (let cause = error; cause instanceof Error; cause = cause.cause) {
    if (cause.name === 'KafkaJSSASLAuthenticationError') {
      return new KafkaUnreachable(`Kafka at ${brokers} refused the login of '${connection.sasl?.username}': ${cause.message}`, {
        hint: 'Check KAFKA_SASL_MECHANISM, KAFKA_SASL_USERNAME and KAFKA_SASL_PASSWORD.',
        cause: error,
      });
    }
    if (
      cause.name.startsWith('KafkaJSConnection') ||
      cause.name === 'KafkaJSRequestTimeoutError' ||
      cause.name === 'KafkaJSBrokerNotFound'
    ) {
      return new KafkaUnreachable(`Kafka cannot be reached at ${brokers}: ${cause.message}`, {
        hint: connectHint(connection),
        cause: error,
      });
    }
  }
  return error;
}

function connectHint(connection: KafkaConnection): string {
  const security = connection.ssl ? 'that this listener speaks TLS' : 'whether this listener wants TLS (KAFKA_SSL) or SASL';
  return `Check that a broker runs there, that KAFKA_BROKERS names it and that a firewall lets you through; and ${security}.`;
}

function kafkaConfig(connection: KafkaConnection, log: Log, socketFactory: ISocketFactory): KafkaConfig {
  const config: KafkaConfig = {
    brokers: [...connection.brokers],
    clientId: connection.clientId,
    connectionTimeout: connection.connectionTimeoutMs ?? 2_000,
    requestTimeout: connection.requestTimeoutMs ?? 30_000,
    // kafkajs waits 300 ms at first: a transaction that meets the end of the last one (CONCURRENT_TRANSACTIONS, the usual case) would wait that long.
    // All is spelled out because kafkajs takes other defaults where NODE_ENV is 'test'. Ten retries are about 3.3 s.
    retry: { initialRetryTime: 5, maxRetryTime: 1_000, retries: 10, factor: 0.2, multiplier: 2 },
    socketFactory,
    logLevel: WARN_LEVEL,
    logCreator: forwardTo(log),
  };
  const ssl = tlsOptions(connection.ssl ?? false);
  if (ssl !== undefined) config.ssl = ssl;
  if (connection.sasl !== undefined) config.sasl = { ...connection.sasl } as SASLOptions;
  return config;
}

/** kafkajs calls many things errors that it then retries, and throws what it gives up on: whoever catches that decides how loud it is. */
function forwardTo(log: Log): logCreator {
  return () => (entry) => {
    const { message, timestamp: _, logger: __, ...fields } = entry.log;
    log.debug({ ...fields, source: 'kafkajs', component: entry.namespace, level: entry.label }, message);
  };
}

function tlsOptions(ssl: boolean | SslFiles): KafkaConfig['ssl'] {
  if (ssl === false) return undefined;
  if (ssl === true) return true;
  return {
    ...(ssl.caFile === undefined ? {} : { ca: [readPem(ssl.caFile)] }),
    ...(ssl.certFile === undefined ? {} : { cert: readPem(ssl.certFile) }),
    ...(ssl.keyFile === undefined ? {} : { key: readPem(ssl.keyFile) }),
  };
}

function readPem(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    throw new UserError(`The TLS file ${path} cannot be read: ${(error as Error).message}`, {
      hint: 'Check KAFKA_SSL_CA, KAFKA_SSL_CERT and KAFKA_SSL_KEY.',
      exitCode: 2,
      cause: error,
    });
  }
}

/** As kafkajs' own, but without Nagle's delay: a request is one write, and a small one must not wait for the answer to the one before. */
const openSocket: ISocketFactory = ({ host, port, ssl, onConnect }) => {
  const socket = ssl
    ? tlsConnect({ host, port, ...(isIP(host) ? {} : { servername: host }), ...ssl }, onConnect)
    : openPlainSocket(host, port, onConnect);
  socket.setKeepAlive(true, 60_000);
  socket.setNoDelay(true);
  return socket;
};

/** A socket that reads into one buffer of its own and emits whole messages, which kafkajs then need not put together. */
function openPlainSocket(host: string, port: number, onConnect: () => void): Socket {
  const frames = new FrameReader((frame) => socket.emit('data', frame));
  const callback = (length: number, buffer: Uint8Array): boolean => {
    try {
      frames.push(buffer.subarray(0, length));
      return true;
    } catch (error) {
      socket.destroy(error as Error);
      return false;
    }
  };
  const socket = netConnect({ host, port, onread: { buffer: Buffer.allocUnsafeSlow(READ_BUFFER_BYTES), callback } }, onConnect);
  return socket;
}
