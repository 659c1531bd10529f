/**
 * The one file that reaches into kafkajs' own sources. kafkajs offers a consumer and a producer, but not the protocol below them; where its consumer
 * is in the way (no fencing of what it reads, an abort filter that leaks, offsets counted without control records) we speak the protocol ourselves,
 * over its connections. Only what is used is typed here.
 */
import { createRequire } from 'node:module';
import type { Socket } from 'node:net';
import type { KafkaConfig, logLevel } from 'kafkajs';

const require = createRequire(import.meta.url);

/** A number or a 64-bit number in decimal, as kafkajs takes and gives them. */
export type Int64 = string;

/** One partition in a Metadata response. `leader` is -1 while an election is under way. */
export interface PartitionMetadata {
  partitionErrorCode: number;
  partitionId: number;
  leader: number;
  replicas: number[];
  isr: number[];
}

/** A Metadata response. */
export interface ClusterMetadata {
  brokers: { nodeId: number; host: string; port: number; rack: string | null }[];
  controllerId: number;
  topicMetadata: { topicErrorCode: number; topic: string; partitionMetadata: PartitionMetadata[] }[];
}

/** A request of the Kafka protocol with the decoder of its response: what a connection sends. */
export interface ProtocolRequest<T> {
  request: { apiKey: number; apiVersion: number; apiName: string; encode(): Promise<unknown> };
  response: { decode(raw: Buffer): Promise<unknown>; parse(decoded: unknown): Promise<T> };
  /** Milliseconds; the connection's own request timeout where this is shorter or absent. */
  requestTimeout?: number;
  /** False keeps kafkajs from logging an error response. */
  logResponseError?: boolean;
}

/** One partition of a Fetch request. */
export interface FetchPartition {
  partition: number;
  fetchOffset: number;
  maxBytes: number;
}

/** What a Fetch request asks. `isolationLevel` 0 is read_uncommitted, 1 is read_committed. */
export interface FetchRequest {
  isolationLevel: 0 | 1;
  maxWaitTime: number;
  minBytes: number;
  maxBytes: number;
  topics: { topic: string; partitions: FetchPartition[] }[];
}

/** A topic, or a config resource or group, that a request failed for (or did not: code 0). */
interface TopicResult {
  topic: string;
  errorCode: number;
  errorMessage?: string | null;
}

interface ConfigResourceResult {
  errorCode: number;
  errorMessage: string | null;
  resourceName: string;
}

/** What the requests that `ask` can send answer, error codes included. */
export interface Answers {
  Metadata: ClusterMetadata;
  CreateTopics: { topicErrors: TopicResult[] };
  CreatePartitions: { topicErrors: TopicResult[] };
  DeleteTopics: { topicErrors: TopicResult[] };
  /** `configSource` 1 marks a setting of the topic itself; any other is a default of the cluster, the broker or Kafka. */
  DescribeConfigs: {
    resources: (ConfigResourceResult & { configEntries: { configName: string; configValue: string; configSource: number }[] })[];
  };
  AlterConfigs: { resources: ConfigResourceResult[] };
  ListOffsets: { responses: { topic: string; partitions: { partition: number; errorCode: number; offset: Int64 }[] }[] };
  OffsetFetch: { errorCode: number; responses: { topic: string; partitions: { partition: number; errorCode: number; offset: Int64 }[] }[] };
  DescribeGroups: {
    groups: { errorCode: number; groupId: string; members: { memberId: string; clientId: string; clientHost: string }[] }[];
  };
  DeleteGroups: { results: { groupId: string; errorCode: number }[] };
  /** The request says `coordinatorType` 0 for a group and 1 for a transactional id; `groupId` is either. */
  GroupCoordinator: { errorCode: number; coordinator: { nodeId: number } };
  /** With MEMBER_ID_REQUIRED, `memberId` is the one to join with. `members` is empty for all but the leader. */
  JoinGroup: {
    errorCode: number;
    generationId: number;
    leaderId: string;
    memberId: string;
    members: { memberId: string; memberMetadata: Buffer }[];
  };
  SyncGroup: { errorCode: number; memberAssignment: Buffer };
  Heartbeat: { errorCode: number };
  LeaveGroup: { errorCode: number };
  OffsetCommit: { responses: { topic: string; partitions: { partition: number; errorCode: number }[] }[] };
  InitProducerId: { errorCode: number; producerId: Int64; producerEpoch: number };
  AddPartitionsToTxn: { errors: { topic: string; partitionErrors: { partition: number; errorCode: number }[] }[] };
  AddOffsetsToTxn: { errorCode: number };
  TxnOffsetCommit: { topics: { topic: string; partitions: { partition: number; errorCode: number }[] }[] };
  EndTxn: { errorCode: number };
}

/** One connection, as far as requests are sent past kafkajs' own encoding. */
export interface Connection {
  readonly clientId: string;
  readonly socket: Socket;
  /** How to log in; null where nobody has to. */
  readonly sasl: object | null;
  /** False also where a login has to be renewed, and where there is none. */
  isAuthenticated(): boolean;
  /** Throws kafkajs' connection error. */
  failIfNotConnected(): void;
  nextCorrelationId(): number;
  readonly requestQueue: {
    /** Calls `sendRequest` now, or when the broker's throttling and the limit of requests in flight allow it. */
    push(request: {
      entry: {
        apiKey: number;
        apiVersion: number;
        apiName: string;
        correlationId: number;
        resolve(answer: { payload: Buffer }): void;
        reject(error: Error): void;
      };
      expectResponse: boolean;
      requestTimeout: number | null;
      sendRequest(): void;
    }): void;
    maybeThrottle(milliseconds: number): void;
  };
}

/** One broker's connections: index 1 of the pool carries fetches, index 0 all else. */
export interface Broker {
  nodeId: number | null;
  isConnected(): boolean;
  disconnect(): Promise<void>;
  connectionPool: {
    host: string;
    port: number;
    send<T>(request: ProtocolRequest<T>): Promise<T>;
    /** Connected. */
    getConnection(index: 0 | 1): Promise<Connection>;
  };
  /** The request of the newest version that both sides speak. */
  lookupRequest(apiKey: number, definition: unknown): (request: object) => ProtocolRequest<unknown>;

  /** Throws by the first topic or partition that carries an error: ask for one topic at a time. */
  metadata(topics: string[]): Promise<ClusterMetadata>;
  /** `timestamp` -1 asks for the end (the high watermark at isolation 0, the last stable offset at 1), -2 for the start. */
  listOffsets(request: {
    isolationLevel: 0 | 1;
    topics: { topic: string; partitions: { partition: number; timestamp: number }[] }[];
  }): Promise<{ responses: { topic: string; partitions: { partition: number; offset: Int64; timestamp: Int64 }[] }[] }>;

  /** An offset of '-1' means that nothing is committed. */
  offsetFetch(request: {
    groupId: string;
    topics: { topic: string; partitions: { partition: number }[] }[];
  }): Promise<{ responses: { topic: string; partitions: { partition: number; offset: Int64; metadata: string | null }[] }[] }>;
}

/** kafkajs' view of a cluster: the brokers it knows, by node id, and the last metadata it was given. */
export interface Cluster {
  /** Connects to one of the brokers given. Knows no node ids yet: refreshMetadata() tells them. */
  connect(): Promise<void>;
  /** Waits for the requests in flight, then closes every connection. */
  disconnect(): Promise<void>;
  isConnected(): boolean;
  /** Metadata of the target topics (of every topic while there are none). One missing topic fails it for all. */
  refreshMetadata(): Promise<void>;
  addMultipleTargetTopics(topics: string[]): Promise<void>;
  findTopicPartitionMetadata(topic: string): PartitionMetadata[];
  /** Partitions by the node id of their leader; partitions that the metadata does not hold are left out. */
  findLeaderForPartitions(topic: string, partitions: number[]): Record<string, number[]>;
  /** The broker, connected. */
  findBroker(node: { nodeId: number | string }): Promise<Broker>;
  /** The broker that coordinates a group (type 0, the default) or a transactional id (type 1). Connected. */
  findGroupCoordinator(group: { groupId: string; coordinatorType?: 0 | 1 }): Promise<Broker>;
  findControllerBroker(): Promise<Broker>;
  brokerPool: {
    /** The last metadata; null before the first. */
    metadata: ClusterMetadata | null;
    /** Unlike Cluster.refreshMetadata: of just these topics, which then replace all that was known of others. */
    refreshMetadata(topics: string[]): Promise<void>;
    findConnectedBroker(): Promise<Broker>;
    /** As Cluster.findBroker, without its refresh of all metadata where the broker does not answer. */
    findBroker(node: { nodeId: number | string }): Promise<Broker>;
    createBroker(options: object): Broker;
  };
}

/** An error code of the protocol as kafkajs throws it. */
export interface ProtocolError extends Error {
  type: string;
  code: number;
  retriable: boolean;
}

interface RequestQueue {
  throttleCheckTimeoutId: NodeJS.Timeout | null;
  throttledUntil: number;
  pending: unknown[];
  checkPendingRequests(): void;
  scheduleCheckPendingRequests(): void;
}

/** What a connection has received and not yet handed on. */
interface ConnectionInput {
  chunks: Buffer[];
  bytesBuffered: number;
  processData(rawData: Buffer): void;
}

type ClusterConstructor = new (options: object) => Cluster;
type FetchEncoder = (request: FetchRequest & { replicaId: number }) => ProtocolRequest<never>['request'];

const ClusterClass = require('kafkajs/src/cluster') as ClusterConstructor;
const { createLogger, LEVELS } = require('kafkajs/src/loggers') as {
  createLogger(options: object): unknown;
  LEVELS: Record<'WARN', logLevel>;
};
const { createErrorFromCode } = require('kafkajs/src/protocol/error') as { createErrorFromCode(code: number): ProtocolError };
const { requests } = require('kafkajs/src/protocol/requests') as { requests: Record<string, unknown> };
const apiKeys = require('kafkajs/src/protocol/requests/apiKeys') as Record<keyof Answers, number>;
const RequestQueueClass = require('kafkajs/src/network/requestQueue') as { prototype: RequestQueue };
const ConnectionClass = require('kafkajs/src/network/connection') as { prototype: ConnectionInput };
const encodeFetch = require('kafkajs/src/protocol/requests/fetch/v11/request') as FetchEncoder;

/** kafkajs logs warnings and errors. Taken from here, since kafkajs' entry point loads its consumer, producer and admin as well. */
export const WARN_LEVEL = LEVELS.WARN;

/** How much longer than its own waiting time a fetch may take, ms. */
const NETWORK_ALLOWANCE_MS = 1_000;

/** How often a queue that holds requests back looks again, ms. */
const PENDING_CHECK_MS = 10;

/**
 * kafkajs 2.2.4 re-arms this timer for ever with a hugely negative delay once a connection has sent anything: Node warns (TimeoutNegativeWarning) and
 * every connection wakes up each millisecond. A queue needs the timer only while it holds requests back; push() arms it again when that happens.
 */
RequestQueueClass.prototype.scheduleCheckPendingRequests = function scheduleCheckPendingRequests(this: RequestQueue) {
  if (this.throttleCheckTimeoutId !== null || this.pending.length === 0) return;
  const delayMs = Math.max(this.throttledUntil - Date.now(), PENDING_CHECK_MS);
  this.throttleCheckTimeoutId = setTimeout(() => {
    this.throttleCheckTimeoutId = null;
    this.checkPendingRequests();
  }, delayMs);
};

/**
 * kafkajs 2.2.4 keeps what is left behind a message as the beginning of the next, also where that is nothing, and then copies the whole next message to
 * put the two together: every fetched byte once more.
 */
const processData = ConnectionClass.prototype.processData;
ConnectionClass.prototype.processData = function processWholeData(this: ConnectionInput, rawData: Buffer) {
  if (this.bytesBuffered === 0) this.chunks = [];
  processData.call(this, rawData);
};

/** Options of a Cluster beyond those of the connection. */
export interface ClusterOptions {
  /** How long kafkajs trusts metadata where it asks for it by itself (coordinators). Default 300,000. */
  metadataMaxAgeMs?: number;
  /**
   * 'thrown' (default): metadata with any topic or partition in error fails as a whole. 'kept': it is given with its error codes, so that one topic
   * without a leader does not hide all others.
   */
  topicErrors?: 'thrown' | 'kept';
}

/** A Cluster with the options a `new Kafka(...)` takes. Never creates topics by asking for them. */
export function newCluster(config: KafkaConfig, options: ClusterOptions): Cluster {
  const { logLevel, logCreator, ...rest } = config;
  const cluster = new ClusterClass({
    enforceRequestTimeout: true,
    ...rest,
    logger: createLogger({ level: logLevel, logCreator }),
    allowAutoTopicCreation: false,
    metadataMaxAge: options.metadataMaxAgeMs ?? 300_000,
  });
  if (options.topicErrors === 'kept') {
    const createBroker = cluster.brokerPool.createBroker;
    cluster.brokerPool.createBroker = (brokerOptions) => {
      const broker = createBroker(brokerOptions);
      return Object.assign(broker, { metadata: (topics: string[]) => ask(broker, 'Metadata', { topics, allowAutoTopicCreation: false }) });
    };
  }
  return cluster;
}

/** Sends a request in kafkajs' encoding and gives the whole answer: kafkajs' own methods throw at the first error code and drop the broker's message. */
export async function ask<Name extends keyof Answers>(broker: Broker, name: Name, request: object): Promise<Answers[Name]> {
  const encoded = broker.lookupRequest(apiKeys[name], requests[name])(request);
  return await sendTo<Answers[Name]>(broker, {
    ...encoded,
    response: { decode: encoded.response.decode, parse: async (decoded) => decoded as Answers[Name] },
  });
}

/** The error of a protocol error code other than 0. */
export function protocolError(code: number): ProtocolError {
  return createErrorFromCode(code);
}

/** What kafkajs throws for an error code has `type`, e.g. NOT_LEADER_FOR_PARTITION; undefined for any other error. Looks through retry wrappers. */
export function protocolErrorType(error: unknown): string | undefined {
  for (let cause = error; cause instanceof Error; cause = cause.cause) {
    if ('type' in cause && typeof cause.type === 'string') return cause.type;
  }
  return undefined;
}

/**
 * Sends a Fetch (version 11: headers, transactions, no fetch session) and decodes the answer with `decode`. kafkajs' own decoder is not used: it loses
 * the order of headers and the batches that compaction emptied, and costs more than all else a reader does.
 */
export async function sendFetch<T>(broker: Broker, request: FetchRequest, decode: (response: Buffer) => Promise<T>): Promise<T> {
  return await sendTo(broker, {
    request: encodeFetch({ replicaId: -1, ...request }),
    response: {
      decode: async (raw) => ({ clientSideThrottleTime: raw.readInt32BE(0), raw }),
      parse: (held) => decode((held as { raw: Buffer }).raw),
    },
    requestTimeout: request.maxWaitTime + NETWORK_ALLOWANCE_MS,
    logResponseError: false,
  });
}

/** Sends a request that kafkajs has no encoder for, with its body encoded already, and decodes the answer. */
export async function sendUnknownToKafkajs<T>(
  broker: Broker,
  api: { apiKey: number; apiVersion: number; apiName: string },
  body: Buffer,
  decode: (response: Buffer) => T,
): Promise<T> {
  return await sendTo(broker, {
    request: { ...api, encode: async () => ({ buf: body, buffer: body }) },
    response: { decode: async (raw) => ({ raw }), parse: async (held) => decode((held as { raw: Buffer }).raw) },
    logResponseError: false,
  });
}

async function sendTo<T>(broker: Broker, request: ProtocolRequest<T>): Promise<T> {
  return await disconnectingWhereLost(broker, () => broker.connectionPool.send<T>(request));
}

/**
 * kafkajs drops its connections where the broker closed one. It keeps using one that timed out: behind a host that is gone, each request would wait
 * for its full timeout until TCP gives up, minutes later.
 */
export async function disconnectingWhereLost<T>(broker: Broker, send: () => Promise<T>): Promise<T> {
  try {
    return await send();
  } catch (error) {
    if (error instanceof Error && (error.name === 'KafkaJSConnectionClosedError' || error.name === 'KafkaJSRequestTimeoutError'))
      await broker.disconnect();
    throw error;
  }
}
