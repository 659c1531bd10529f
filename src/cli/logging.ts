import type { Log } from '../log.ts';

/** How to log: the least level, and where and for whom. */
export interface LogOptions {
  readonly level: 'debug' | 'info' | 'warn';
  /** Short lines for a person; false: JSON lines for a machine. */
  readonly human: boolean;
  readonly color: boolean;
  /** Takes one line without its end; default: standard error. */
  readonly write?: (line: string) => void;
}

type Level = keyof Log;

const RANK: Record<Level, number> = { debug: 20, info: 30, warn: 40, error: 50 };
/** Fields that never reach a log. */
const SECRETS = ['password', 'token', 'sasl.password', '*.password', '*.token', '*.sasl.password'];

/** The log of a command, on standard error, so that standard output stays what was asked for. */
export async function createLog(options: LogOptions): Promise<Log> {
  return options.human ? humanLog(options) : jsonLog(options);
}

async function jsonLog({ level, write }: LogOptions): Promise<Log> {
  const { default: pino } = await import('pino');
  const settings = {
    level,
    base: { pid: process.pid },
    timestamp: pino.stdTimeFunctions.isoTime,
    formatters: { level: (label: string) => ({ level: label }) },
    serializers: { error: pino.stdSerializers.err },
    redact: { paths: SECRETS, censor: '…' },
  };
  // Synchronous: the last lines before an exit are the ones that are looked for.
  const stream = write === undefined ? pino.destination({ dest: 2, sync: true }) : { write: (line: string) => write(line.trimEnd()) };
  const log: Log = pino(settings, stream);
  return log;
}

async function humanLog({ level, color, write }: LogOptions): Promise<Log> {
  const { default: pc } = await import('picocolors');
  const { dim, red, yellow } = pc.createColors(color);
  const paint: Record<Level, (text: string) => string> = { debug: dim, info: (text) => text, warn: yellow, error: red };
  const print = write ?? ((line: string) => process.stderr.write(`${line}\n`));
  const line = (at: Level) => (fields: object, message: string) => {
    if (RANK[at] < RANK[level]) return;
    const label = at === 'info' ? '' : `${paint[at](at)} `;
    print(`${dim(new Date().toISOString().slice(11, 19))} ${label}${message}${dim(shortFields(fields))}`);
  };
  return { debug: line('debug'), info: line('info'), warn: line('warn'), error: line('error') };
}

function shortFields(fields: object): string {
  return Object.entries(fields)
    .filter(([name]) => name !== 'password' && name !== 'token')
    .map(([name, value]) => ` ${name}=${shortValue(value)}`)
    .join('');
}

function shortValue(value: unknown): string {
  if (value instanceof Error) return JSON.stringify(value.message);
  if (typeof value === 'string') return /^[^\s"=]+$/.test(value) ? value : JSON.stringify(value);
  return JSON.stringify(value, (key, inner) => (key === 'password' || key === 'token' ? undefined : inner)) ?? String(value);
}
