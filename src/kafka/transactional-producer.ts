import { setTimeout as delay } from 'node:timers/promises';
import type { Log } from '../log.ts';
import type { OnTaskStep } from '../runtime/ports.ts';
import { ClusterSession } from './cluster-session.ts';
import { explainConnectError, type KafkaConnection } from './connection.ts';
import { type Answers, ask } from './internals.ts';
import { lastTransactionEnd } from './last-transaction.ts';
import { type GroupOffset, groupOffsets } from './offsets.ts';
import { RecordSender, type SendLimits, type TopicMessages } from './record-sender.ts';
import { ErrorCode, errorCodeOf, throwUnlessSuccess } from './response-error.ts';
import { pauseMs } from './retry.ts';
import type { TopicPartition } from './topic-partition.ts';

/** How a transactional producer behaves. */
export interface TransactionOptions extends SendLimits {
  /** After this long without an answer a fence or commit is given up, ms; also when the broker aborts a transaction by itself. Default 30,000. */
  timeoutMs?: number;
  /** What its transactions write, where an end that never reached it is to be made good when the id is taken over. */
  writes?: TransactionScope;
  /** Aborted before the id is taken over: it is left to its holder. What has begun to take it goes on to its end. */
  signal?: AbortSignal;
  /** Told when the records, and when all that a transaction writes is acknowledged. Absent but in fault tests. */
  onStep?: OnTaskStep | undefined;
}

/** Partitions and groups that the transactions of one id write to. */
export interface TransactionScope {
  partitions: readonly TopicPartition[];
  groups: readonly string[];
}

/** What one transaction writes: these records, and these offsets as positions of the group. Either may be empty. */
export interface TransactionBatch {
  messages: readonly TopicMessages[];
  offsets?: readonly GroupOffset[];
}

/** Another producer has taken the transactional id, or the broker ended the transaction as if one had. Whether the group still wants us is to be asked first. */
export class FencedError extends Error {
  override readonly name: string = 'FencedError';
}

/** A transaction ended in an error or a time-out. Unless `outcome` says 'not-committed', it may or may not be committed: fence again and read the offsets. */
export class TransactionFailed extends Error {
  override readonly name: string = 'TransactionFailed';
  /** 'unknown' once the commit itself has been asked for. */
  readonly outcome: 'not-committed' | 'unknown';

  constructor(message: string, outcome: 'not-committed' | 'unknown', cause: unknown) {
    super(message, { cause });
    this.outcome = outcome;
  }
}

const FENCING_CODES = new Set<number>([
  ErrorCode.invalidProducerEpoch,
  ErrorCode.producerFenced,
  // Also what a transaction that the broker timed out is told; who owns the id must be settled anew then, too.
  ErrorCode.invalidTransactionState,
]);

/** The coordinator was not reached or is busy ending the transaction before: the request did nothing. */
const NOT_DONE_YET = new Set<number>([
  ErrorCode.coordinatorLoading,
  ErrorCode.coordinatorNotAvailable,
  ErrorCode.notCoordinator,
  ErrorCode.concurrentTransactions,
]);

/** Markers of the transaction before are usually written within this, ms. */
const FIRST_PAUSE_MS = 2;

/**
 * The one writer of a transactional id, as long as nobody else fences it. Speaks the protocol over its own connections: of kafkajs' producer one cannot
 * tell which partitions of a failed request were written, and it may lose or repeat records when leaders move between its tries.
 *
 * Any error ends it for good (`disposed`): what a broker did with a request without an answer shows only after fencing again.
 */
export class TransactionalProducer {
  readonly transactionalId: string;
  readonly #session: ClusterSession;
  readonly #timeoutMs: number;
  readonly #producerId: string;
  readonly #producerEpoch: number;
  readonly #sender: RecordSender;
  readonly #onStep: OnTaskStep | undefined;
  #commitUnderWay: AbortController | undefined;
  #isDisposed = false;

  private constructor(
    transactionalId: string,
    session: ClusterSession,
    identity: { producerId: string; producerEpoch: number },
    options: TransactionOptions,
  ) {
    this.transactionalId = transactionalId;
    this.#session = session;
    this.#timeoutMs = options.timeoutMs ?? DEFAULT_TIMEOUT_MS;
    this.#onStep = options.onStep;
    this.#producerId = identity.producerId;
    this.#producerEpoch = identity.producerEpoch;
    this.#sender = new RecordSender(session, { ...identity, producerId: BigInt(identity.producerId), transactionalId }, options);
  }

  /**
   * Takes the transactional id over: whoever held it is fenced, its open transaction is aborted, and its committed offsets are readable when this
   * resolves. With `writes`, the end of its last transaction is written to all of them once more: a broker that is killed while it ends transactions
   * may start again and take one for ended whose markers it has not written, and what lies there would be neither committed nor aborted. Throws KafkaUnreachable where no broker answers, TransactionFailed for all else (not-committed: nothing was begun).
   */
  static async fence(
    connection: KafkaConnection,
    transactionalId: string,
    log: Log,
    options: TransactionOptions = {},
  ): Promise<TransactionalProducer> {
    const timeoutMs = options.timeoutMs ?? DEFAULT_TIMEOUT_MS;
    const session = new ClusterSession(connection, log);
    try {
      return await within(timeoutMs, new AbortController(), async (signal) => {
        const take = async (unwanted?: AbortSignal) => {
          const identity = await untilDone(session, signal, () => {
            unwanted?.throwIfAborted();
            return takeOver(session, transactionalId, timeoutMs);
          });
          return new TransactionalProducer(transactionalId, session, identity, options);
        };
        if (options.writes === undefined) return await take(options.signal);
        // Asked first: taking the id over makes the coordinator forget it.
        const lastEnd = await untilDone(session, signal, async () =>
          lastTransactionEnd(await session.coordinator('transaction', transactionalId), transactionalId),
        );
        const producer = await take(options.signal);
        if (lastEnd === null) return producer;
        await producer.#endAgain(lastEnd, options.writes, signal);
        // Once more, since only a take-over waits for markers and offsets.
        return await take();
      });
    } catch (error) {
      await session.close();
      const explained = explainConnectError(connection, error);
      if (explained !== error) throw explained;
      throw new TransactionFailed(`Fencing ${transactionalId} failed: ${messageOf(error)}`, 'not-committed', error);
    }
  }

  /** Whether this producer is at its end. */
  get disposed(): boolean {
    return this.#isDisposed;
  }

  /**
   * Writes one batch in one transaction and commits it. One commit at a time. Resolves once it is committed; all but a misuse disposes of the producer
   * before it rejects: FencedError, or TransactionFailed with the error as its cause (RecordsRefused where a broker does not take a record).
   */
  async commit(batch: TransactionBatch): Promise<void> {
    if (this.#commitUnderWay !== undefined) throw new Error(`${this.transactionalId} is already committing`);
    if (this.#isDisposed) throw new TransactionFailed(`${this.transactionalId} is disposed of`, 'not-committed', undefined);
    this.#commitUnderWay = new AbortController();
    let outcome: 'not-committed' | 'unknown' = 'not-committed';
    try {
      await within(this.#timeoutMs, this.#commitUnderWay, async (signal) => {
        if (!(await this.#write(batch, signal))) return;
        signal.throwIfAborted();
        this.#onStep?.('before-end-transaction');
        outcome = 'unknown';
        await this.#endTransaction('commit', signal);
      });
    } catch (error) {
      await this.dispose();
      const code = errorCodeOf(error);
      if (code !== undefined && FENCING_CODES.has(code)) {
        throw new FencedError(`${this.transactionalId} was taken over: ${messageOf(error)}`, { cause: error });
      }
      throw new TransactionFailed(`The transaction of ${this.transactionalId} failed: ${messageOf(error)}`, outcome, error);
    } finally {
      this.#commitUnderWay = undefined;
    }
  }

  /** Closes the connections at once; a commit under way fails. What was not committed is aborted when the id is fenced next, or by the broker in time. */
  async dispose(): Promise<void> {
    if (this.#isDisposed) return;
    this.#isDisposed = true;
    const reason = new Error(`${this.transactionalId} was disposed of`);
    this.#commitUnderWay?.abort(reason);
    this.#sender.stop(reason);
    await this.#session.close();
  }

  /** Everything up to the end of the transaction. False where there is nothing to commit. */
  async #write({ messages, offsets = [] }: TransactionBatch, signal: AbortSignal): Promise<boolean> {
    const partitions = new Map<string, Set<number>>();
    for (const { topic, messages: records } of messages) {
      for (const { partition } of records) partitions.set(topic, (partitions.get(topic) ?? new Set()).add(partition));
    }
    const groups = Map.groupBy(offsets, ({ groupId }) => groupId);
    if (partitions.size === 0 && groups.size === 0) return false;
    if (partitions.size > 0) await this.#addPartitions(partitions, signal);
    for (const groupId of groups.keys()) await this.#addGroup(groupId, signal);
    await Promise.all([
      this.#sender.send(messages).then(() => this.#onStep?.('after-produce')),
      ...[...groups].map(([groupId, ofGroup]) => this.#writeOffsets(groupId, ofGroup, signal)),
    ]);
    return true;
  }

  async #addPartitions(partitions: ReadonlyMap<string, ReadonlySet<number>>, signal: AbortSignal): Promise<void> {
    const topics = [...partitions].map(([topic, ofTopic]) => ({ topic, partitions: [...ofTopic] }));
    await untilDone(this.#session, signal, async () => {
      const { errors } = await ask(await this.#coordinator(), 'AddPartitionsToTxn', { ...this.#identity(), topics });
      for (const { topic, partitionErrors } of errors) {
        // One partition in error keeps all others out, which is all that OPERATION_NOT_ATTEMPTED says: the other code is the reason.
        for (const { partition, errorCode } of partitionErrors.sort((a, b) => b.errorCode - a.errorCode)) {
          if (errorCode !== OPERATION_NOT_ATTEMPTED) throwUnlessSuccess(`AddPartitionsToTxn of ${topic} partition ${partition}`, errorCode);
        }
      }
    });
  }

  async #addGroup(groupId: string, signal: AbortSignal): Promise<void> {
    await untilDone(this.#session, signal, async () => {
      const { errorCode } = await ask(await this.#coordinator(), 'AddOffsetsToTxn', { ...this.#identity(), groupId });
      throwUnlessSuccess(`AddOffsetsToTxn of group ${groupId}`, errorCode);
    });
  }

  async #writeOffsets(groupId: string, offsets: readonly GroupOffset[], signal: AbortSignal): Promise<void> {
    await untilDone(this.#session, signal, async () => {
      const coordinator = await this.#session.coordinator('group', groupId);
      const request = { ...this.#identity(), groupId, topics: groupOffsets(offsets) };
      const { topics } = await ask(coordinator, 'TxnOffsetCommit', request);
      for (const { topic, partitions } of topics) {
        for (const { partition, errorCode } of partitions)
          throwUnlessSuccess(`TxnOffsetCommit of ${topic} partition ${partition}`, errorCode);
      }
    });
  }

  /** An empty transaction: its markers end what an earlier transaction of this id has left open, and change nothing where nothing is. */
  async #endAgain(end: 'commit' | 'abort', { partitions, groups }: TransactionScope, signal: AbortSignal): Promise<void> {
    const byTopic = Map.groupBy(partitions, ({ topic }) => topic);
    const touched = new Map([...byTopic].map(([topic, ofTopic]) => [topic, new Set(ofTopic.map(({ partition }) => partition))]));
    await this.#addPartitions(touched, signal);
    for (const groupId of groups) await this.#addGroup(groupId, signal);
    await this.#endTransaction(end, signal);
  }

  async #endTransaction(end: 'commit' | 'abort', signal: AbortSignal): Promise<void> {
    await untilDone(this.#session, signal, async () => {
      const request = { ...this.#identity(), transactionResult: end === 'commit' };
      const { errorCode } = await ask(await this.#coordinator(), 'EndTxn', request);
      throwUnlessSuccess(`EndTxn of ${this.transactionalId}`, errorCode);
    });
  }

  #coordinator() {
    return this.#session.coordinator('transaction', this.transactionalId);
  }

  #identity() {
    return { transactionalId: this.transactionalId, producerId: this.#producerId, producerEpoch: this.#producerEpoch };
  }
}

const DEFAULT_TIMEOUT_MS = 30_000;
const OPERATION_NOT_ATTEMPTED = 55;

/** Asks for the id; the coordinator answers once the transaction before has ended everywhere. Throws ResponseError. */
async function takeOver(session: ClusterSession, transactionalId: string, timeoutMs: number): Promise<Answers['InitProducerId']> {
  const coordinator = await session.coordinator('transaction', transactionalId);
  const answer = await ask(coordinator, 'InitProducerId', { transactionalId, transactionTimeout: timeoutMs });
  throwUnlessSuccess(`InitProducerId of ${transactionalId}`, answer.errorCode);
  return answer;
}

/** Repeats a request that the broker says did nothing. Every other error is thrown: the request may have done something. */
async function untilDone<T>(session: ClusterSession, signal: AbortSignal, request: () => Promise<T>): Promise<T> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await request();
    } catch (error) {
      const code = errorCodeOf(error);
      if (code === undefined || !NOT_DONE_YET.has(code)) throw error;
      if (code === ErrorCode.concurrentTransactions) {
        await delay(Math.min(FIRST_PAUSE_MS * attempt, 20), undefined, { signal });
      } else {
        await session.repairAfter(error);
        await delay(pauseMs(attempt), undefined, { signal });
      }
    }
  }
}

/** The result of `work`, or an error after `timeoutMs` or when `attempt` is aborted; `work` hears that by its signal, and its own end no longer matters. */
async function within<T>(timeoutMs: number, attempt: AbortController, work: (signal: AbortSignal) => Promise<T>): Promise<T> {
  const timer = setTimeout(() => attempt.abort(new Error(`no answer within ${timeoutMs} ms`)), timeoutMs);
  try {
    return await new Promise<T>((resolve, reject) => {
      attempt.signal.addEventListener('abort', () => reject(attempt.signal.reason as Error), { once: true });
      work(attempt.signal).then(resolve, reject);
    });
  } finally {
    clearTimeout(timer);
  }
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
