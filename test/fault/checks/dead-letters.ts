import type { DeadLetter } from '../../../src/codec/generated/records.ts';
import type { ExpectedLetter } from '../reference.ts';
import { decodeAll, type View } from '../view.ts';

/** Every rejected record is among the dead letters, once (at least once: perhaps more often), with its bytes, place and reason; nothing else is. */
export async function checkDeadLetters(view: View): Promise<string[]> {
  const { run } = view;
  const letters = await lettersOf(view);
  const problems: string[] = [];
  for (const [partition, expected] of run.reference.letters.entries()) {
    const wanted = expected.map(textOfExpected).sort();
    const found = letters
      .filter((letter) => letter.partition === partition)
      .map((letter) => textOf(letter, isSentOn(view, letter)))
      .sort();
    const lost = difference(wanted, found);
    const surplus = difference(found, wanted);
    if (lost.length > 0) problems.push(`dead letters: ${lost.length} of partition ${partition} are missing, such as ${lost[0]}`);
    if (surplus.length > 0) problems.push(`dead letters: ${surplus.length} too many of partition ${partition}, such as ${surplus[0]}`);
  }
  return problems;
}

/** The dead letters; at least once each once, also where the rejected record itself was sent on more than once. */
export async function lettersOf(view: View): Promise<DeadLetter[]> {
  const { run } = view;
  const letters = await decodeAll(
    run,
    'dead-letter',
    view.of('dead-letters').flatMap(({ ledger }) => ledger.committed),
  );
  if (run.isExactlyOnce) return letters;
  const textOfLetter = (letter: DeadLetter) => `${letter.partition} ${textOf(letter, isSentOn(view, letter))}`;
  return [...new Map(letters.map((letter) => [textOfLetter(letter), letter])).values()];
}

function isSentOn({ run }: View, { partition, offset }: DeadLetter): boolean {
  return offset >= run.input[partition]!.length;
}

/** A record that was sent on has another place in each run. */
function textOf(letter: DeadLetter, hasMoved: boolean): string {
  const { reason, timeframes, offset, key, value } = letter;
  return describe(reason, timeframes, hasMoved ? null : offset, key, value);
}

function textOfExpected({ reason, timeframes, offset, key, value }: ExpectedLetter): string {
  return describe(reason, timeframes, offset, key, value);
}

function describe(reason: string, timeframes: readonly string[], offset: number | null, key: Buffer | null, value: Buffer | null): string {
  const place = offset === null ? 'sent on' : `offset ${offset}`;
  return `${reason}[${timeframes.join(' ')}] ${place} ${key?.toString('hex')}=${value?.toString('hex')}`;
}

/** What `from` has more often than `without`. Both sorted. */
function difference(from: readonly string[], without: readonly string[]): string[] {
  const left = new Map<string, number>();
  for (const text of without) left.set(text, (left.get(text) ?? 0) + 1);
  return from.filter((text) => {
    const count = left.get(text) ?? 0;
    left.set(text, count - 1);
    return count <= 0;
  });
}
