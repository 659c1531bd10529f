import type { Log } from '../log.ts';
import { ClusterSession } from './cluster-session.ts';
import { explainConnectError, type KafkaConnection } from './connection.ts';
import { ask } from './internals.ts';
import { RecordSender, type SendHooks, type SendLimits, type TopicMessages } from './record-sender.ts';
import { throwUnlessSuccess } from './response-error.ts';
import { retryTransient } from './retry.ts';

/** How an idempotent producer behaves. */
export interface IdempotentProducerOptions extends SendLimits, SendHooks {
  /** Ends the producer when aborted: whatever is not acknowledged yet is rejected with its reason. */
  signal?: AbortSignal;
  /** How long the first contact may take, ms. Default 10,000. */
  openLimitMs?: number;
}

/**
 * A producer without transactions. Between open() and close() it writes every record in its order within the partition, whatever it must repeat; a
 * record that a process sends again after a restart is a new one to Kafka.
 *
 * It writes none twice as long as the broker remembers it, and brokers count that by RECORD time: a producer whose last record in a partition is
 * stamped longer ago than producer.id.expiration.ms (1 day by default) is forgotten there at the next check (10 minutes) and whenever a broker
 * starts. A batch of such old records that is repeated just then, because its acknowledgement was lost, is written twice. Inside a transaction brokers
 * forget nothing: where old records must not repeat, use a TransactionalProducer.
 */
export class IdempotentProducer {
  readonly #session: ClusterSession;
  readonly #sender: RecordSender;
  readonly #signal: AbortSignal | undefined;
  readonly #onAbort = () => void this.close(this.#signal?.reason as Error);

  private constructor(session: ClusterSession, sender: RecordSender, signal: AbortSignal | undefined) {
    this.#session = session;
    this.#sender = sender;
    this.#signal = signal;
    signal?.addEventListener('abort', this.#onAbort, { once: true });
  }

  /** Connects and obtains a producer id. Throws KafkaUnreachable where no broker answers in time. */
  static async open(connection: KafkaConnection, log: Log, options: IdempotentProducerOptions = {}): Promise<IdempotentProducer> {
    const { signal, openLimitMs = 10_000, maxBatchBytes, maxRequestBytes } = options;
    signal?.throwIfAborted();
    const session = new ClusterSession(connection, log);
    const cut = () => void session.close();
    signal?.addEventListener('abort', cut, { once: true });
    try {
      const { producerId, producerEpoch } = await retryTransient(() => requestProducerId(session), openLimitMs, signal);
      const limits = {
        ...(maxBatchBytes === undefined ? {} : { maxBatchBytes }),
        ...(maxRequestBytes === undefined ? {} : { maxRequestBytes }),
      };
      const identity = { producerId: BigInt(producerId), producerEpoch, transactionalId: null };
      return new IdempotentProducer(session, new RecordSender(session, identity, limits, logged(options, log)), signal);
    } catch (error) {
      await session.close();
      signal?.throwIfAborted();
      throw explainConnectError(connection, error);
    } finally {
      signal?.removeEventListener('abort', cut);
    }
  }

  /**
   * Resolves once every record is acknowledged by all in-sync replicas; keeps trying until then. Records sent at the same time share requests. Rejects
   * with RecordsRefused where a broker will never take some (all others are written), with the reason where the producer is closed or aborted. Any
   * other error says that the broker gave this producer up: it is unknown what was written, and only a new producer can go on.
   */
  async send(batch: readonly TopicMessages[]): Promise<void> {
    await this.#sender.send(batch);
  }

  /** Closes the connections at once. Await send() before: what is not acknowledged is rejected with `reason`. */
  async close(reason: Error = new Error('the producer is closed')): Promise<void> {
    this.#signal?.removeEventListener('abort', this.#onAbort);
    this.#sender.stop(reason);
    await this.#session.close();
  }
}

function logged(hooks: SendHooks, log: Log): SendHooks {
  return {
    onTrouble(trouble) {
      const fields = { what: trouble.what, attempts: trouble.attempts, error: trouble.error.message };
      if (trouble.attempts === 1) log.warn(fields, 'writing is in trouble and will be retried');
      else log.debug(fields, 'writing is still in trouble');
      hooks.onTrouble?.(trouble);
    },
    onRecovered() {
      log.info({}, 'writing has recovered');
      hooks.onRecovered?.();
    },
  };
}

async function requestProducerId(session: ClusterSession): Promise<{ producerId: string; producerEpoch: number }> {
  try {
    const answer = await ask(await session.anyBroker(), 'InitProducerId', {});
    throwUnlessSuccess('InitProducerId', answer.errorCode);
    return answer;
  } catch (error) {
    await session.repairAfter(error);
    throw error;
  }
}
