import { protocolError } from './internals.ts';

/** The error codes of the protocol that decide something here. Brokers know more; kafkajs does not know the newest. */
export const ErrorCode = {
  unknownServerError: -1,
  unknownTopicOrPartition: 3,
  coordinatorLoading: 14,
  coordinatorNotAvailable: 15,
  notCoordinator: 16,
  illegalGeneration: 22,
  inconsistentGroupProtocol: 23,
  unknownMemberId: 25,
  invalidSessionTimeout: 26,
  rebalanceInProgress: 27,
  groupAuthorizationFailed: 30,
  outOfOrderSequence: 45,
  duplicateSequence: 46,
  invalidProducerEpoch: 47,
  invalidTransactionState: 48,
  invalidProducerIdMapping: 49,
  concurrentTransactions: 51,
  unknownProducerId: 59,
  memberIdRequired: 79,
  groupMaxSizeReached: 81,
  fencedInstanceId: 82,
  producerFenced: 90,
} as const;

/** kafkajs has no name for these. */
const NEWER_NAMES = new Map<number, string>([
  [ErrorCode.producerFenced, 'PRODUCER_FENCED'],
  [120, 'TRANSACTION_ABORTABLE'],
]);

/** A broker answered a request with an error code. */
export class ResponseError extends Error {
  override readonly name: string = 'ResponseError';
  readonly code: number;
  /** The code's name in the protocol, e.g. NOT_COORDINATOR_FOR_GROUP. */
  readonly type: string;
  /** Whether the same request may succeed later. */
  readonly retriable: boolean;

  constructor(request: string, code: number) {
    const known = protocolError(code);
    const type = NEWER_NAMES.get(code) ?? known.type;
    super(`${request} was answered with ${type} (${code})`);
    this.code = code;
    this.type = type;
    this.retriable = known.retriable;
  }
}

/** Throws a ResponseError unless `code` is 0. `request` says who asked for what, for the message. */
export function throwUnlessSuccess(request: string, code: number): void {
  if (code !== 0) throw new ResponseError(request, code);
}

/** The error code a broker answered with; undefined where the error is another: no connection, a time-out, a mistake of ours. */
export function errorCodeOf(error: unknown): number | undefined {
  return error instanceof ResponseError ? error.code : undefined;
}
