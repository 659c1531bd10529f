import { readFileSync } from 'node:fs';

/** Lines of a log that a message shows: enough to hold a Java stack trace's cause. */
export const TAIL_LINES = 20;

/** The last lines of a text, indented to stand below a message. */
export function tailOf(text: string): string {
  return text
    .trimEnd()
    .split('\n')
    .slice(-TAIL_LINES)
    .map((line) => `  | ${line.slice(0, 240)}`)
    .join('\n');
}

/** The last lines of a log file, indented to stand below a message; says so where there is none. */
export function tailOfFile(file: string): string {
  try {
    return tailOf(readFileSync(file, 'utf8') || '(the log is empty)');
  } catch {
    return '  | (no log was written)';
  }
}
