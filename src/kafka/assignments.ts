import { partitionKey } from './topic-partition.ts';

/** A partition that a LogReader reads. */
export interface Assignment {
  readonly key: string;
  readonly topic: string;
  readonly partition: number;
  /** The offset to be read next. */
  position: number;
  /** Grows with every seek: what was asked for before it is stale. */
  epoch: number;
  paused: boolean;
  /** As of the last answer; undefined before the first. */
  highWatermark: number | undefined;
}

/** A request for one partition, as it was sent. */
export interface Asked {
  readonly assignment: Assignment;
  readonly epoch: number;
  readonly position: number;
}

/** The partitions of a reader, in the order in which it asks for them. */
export class Assignments implements Iterable<Assignment> {
  readonly #byKey = new Map<string, Assignment>();

  [Symbol.iterator](): Iterator<Assignment> {
    return this.#byKey.values();
  }

  /** Adds the partition, or replaces it: nothing asked for its predecessor is current any more. */
  add(topic: string, partition: number, offset: number): void {
    const key = partitionKey({ topic, partition });
    this.#byKey.delete(key);
    this.#byKey.set(key, { key, topic, partition, position: checked(offset), epoch: 0, paused: false, highWatermark: undefined });
  }

  /** Takes the partition out, if it is there. */
  remove(topic: string, partition: number): void {
    this.#byKey.delete(partitionKey({ topic, partition }));
  }

  /** The partition, undefined where it is not assigned. */
  find(topic: string, partition: number): Assignment | undefined {
    return this.#byKey.get(partitionKey({ topic, partition }));
  }

  /** The partition. Throws where it is not assigned. */
  get(topic: string, partition: number): Assignment {
    const assignment = this.find(topic, partition);
    if (assignment === undefined) throw new Error(`${topic}-${partition} is not assigned to this reader`);
    return assignment;
  }

  /** The partitions of one topic. */
  of(topic: string): Assignment[] {
    return [...this.#byKey.values()].filter((assignment) => assignment.topic === topic);
  }

  /** Goes on elsewhere. */
  seek(topic: string, partition: number, offset: number): void {
    const assignment = this.get(topic, partition);
    assignment.position = checked(offset);
    assignment.epoch++;
  }

  /** Moves past what was read, and behind all others: a broker fills its answer in the order asked, so the first must take turns. */
  advance(assignment: Assignment, nextOffset: number): void {
    assignment.position = nextOffset;
    this.#byKey.delete(assignment.key);
    this.#byKey.set(assignment.key, assignment);
  }

  /** Whether an answer to this is still wanted. */
  isCurrent({ assignment, epoch, position }: Asked): boolean {
    const isSame = this.#byKey.get(assignment.key) === assignment && assignment.epoch === epoch;
    return isSame && assignment.position === position && !assignment.paused;
  }
}

/** What is asked for a partition now. */
export function askFor(assignment: Assignment): Asked {
  return { assignment, epoch: assignment.epoch, position: assignment.position };
}

function checked(offset: number): number {
  if (!Number.isSafeInteger(offset) || offset < 0) throw new RangeError(`${offset} is no offset`);
  return offset;
}
