import { UserError } from '../errors.ts';

/** The error codes of the protocol that reading treats in their own way. */
export const ReadErrorCode = {
  offsetOutOfRange: 1,
  unknownTopicOrPartition: 3,
  leaderNotAvailable: 5,
  topicAuthorizationFailed: 29,
} as const;

/** A reader's position is outside the log: retention took the records away, or the topic was created anew. seek() to go on. */
export class OffsetOutOfRange extends UserError {
  override readonly name: string = 'OffsetOutOfRange';
  readonly topic: string;
  readonly partition: number;
  readonly position: number;
  /** The first offset that is there, and the one after the last (the high watermark). */
  readonly range: { start: number; end: number };

  constructor(topic: string, partition: number, position: number, range: { start: number; end: number }) {
    super(`${topic}-${partition}: offset ${position} is not in the log, which holds ${range.start} to ${range.end}`, {
      hint: 'Its records were deleted before they were read (see retention.ms), or the topic was created anew.',
    });
    this.topic = topic;
    this.partition = partition;
    this.position = position;
    this.range = range;
  }
}

/** A missing right as a UserError that names it; any other error as it is. */
export function explainTopicError(topic: string, error: Error & { code?: unknown }): Error {
  if (error.code !== ReadErrorCode.topicAuthorizationFailed) return error;
  return new UserError(`No right to read topic ${topic}`, {
    hint: 'The user of this client needs the ACL operations Describe and Read on it.',
    cause: error,
  });
}
