import type { Command } from 'commander';
import type { Colors } from 'picocolors/types.js';
import { UserError } from '../errors.ts';
import type { LocalKind, ProgressEvent } from '../platform/index.ts';
import { globalOptions } from './options.ts';

const HELP = `
Uses the cluster that KAFKA_BROKERS and SCHEMA_REGISTRY_URL name, if both are set. Otherwise starts Kafka and a schema registry on 127.0.0.1:
with docker compose if a Docker engine answers, else as two Java processes, which takes a JDK 21 or later and, the first time, Maven.
Everything is kept in .arbitrex/ (or ARBITREX_HOME): downloads, topics and schemas, logs. Running it again changes nothing.

Examples:
  $ arbitrex up                        start, or find what runs
  $ arbitrex up --port 19092           Kafka on a port of your choice
  $ arbitrex up --platform embedded    no Docker, even if it is there
  $ arbitrex up --json | jq -r .brokers[0]`;

interface UpOptions {
  port?: string;
  registryPort?: string;
  platform?: LocalKind;
}

/** Adds the command `up`: has a Kafka and a schema registry answer, starting them where needed. */
export function registerUp(program: Command): void {
  program
    .command('up')
    .description('start a local Kafka and schema registry, or check those the environment names')
    .option('--port <port>', 'port of Kafka (default: the last one, else 9092, else a free one)')
    .option('--registry-port <port>', 'port of the registry (default: the last one, else 8081, else a free one)')
    .addOption(program.createOption('--platform <kind>', 'force one way').choices(['docker', 'embedded']))
    .addHelpText('after', HELP)
    .action(up);
}

async function up(options: UpOptions, command: Command): Promise<void> {
  const kafkaPort = parsePort('--port', options.port);
  const registryPort = parsePort('--registry-port', options.registryPort);
  const { startPlatform } = await import('../platform/index.ts');
  const { json, quiet, color } = globalOptions(command);
  const progress = showProgress(process.stderr, quiet);
  const started = performance.now();
  try {
    const platform = await startPlatform({
      ...(kafkaPort === undefined ? {} : { kafkaPort }),
      ...(registryPort === undefined ? {} : { registryPort }),
      ...(options.platform === undefined ? {} : { platform: options.platform }),
      onProgress: progress.onProgress,
    });
    progress.end('done');
    const seconds = (performance.now() - started) / 1000;
    if (json) {
      console.log(JSON.stringify({ ...platform, seconds: Number(seconds.toFixed(3)) }));
      return;
    }
    const { bold, dim, green } = await terminalColors(color);
    const { withoutPassword } = await import('../platform/probe-registry.ts');
    const how =
      platform.kind === 'external'
        ? 'named by the environment'
        : platform.alreadyRunning
          ? 'was running'
          : `ready in ${seconds.toFixed(1)} s`;
    console.log(`${green('Kafka and the schema registry answer')} ${dim(`(${platform.kind}, ${how})`)}`);
    console.log(`  Kafka     ${bold(platform.brokers.join(', '))}`);
    console.log(`  registry  ${bold(withoutPassword(platform.registryUrl))}`);
    if (platform.home !== null) console.log(dim(`  kept in   ${platform.home}; stop with: arbitrex down`));
  } finally {
    progress.end('cut');
  }
}

function parsePort(option: string, text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  const port = Number(text);
  if (Number.isInteger(port) && port >= 1 && port <= 65_535) return port;
  throw new UserError(`${option}: '${text}' is not a port`, { hint: 'Use a number from 1 to 65535.', exitCode: 2 });
}

/** Colours for standard output: none unless they are wanted and it is a terminal. */
export async function terminalColors(wanted: boolean): Promise<Colors> {
  const { createColors } = (await import('picocolors')).default;
  return createColors(wanted && process.stdout.isTTY === true && !process.env.NO_COLOR);
}

/** What shows progress: hand it the events, then end it. */
export interface Progress {
  onProgress: (event: ProgressEvent) => void;
  /** Ends the present step: as done, or without a word. A second call does nothing. */
  end: (how: 'done' | 'cut') => void;
}

/** Shows what a platform is doing: one line that moves on a terminal, else a line a step (and one every few seconds of a download); nothing if `quiet`. */
export function showProgress(stream: NodeJS.WriteStream, quiet: boolean): Progress {
  if (quiet) return { onProgress() {}, end() {} };
  return stream.isTTY ? movingLine(stream) : plainLines(stream);
}

const FRAMES = ['⠋', '⠙', '⠹', '⠸', '⠼', '⠴', '⠦', '⠧', '⠇', '⠏'];
const FRAME_MS = 80;
const ERASE_LINE = '\r\x1b[K';

function movingLine(stream: NodeJS.WriteStream): Progress {
  let step: { text: string; startedAt: number; bytes: string } | null = null;
  let frame = 0;
  const seconds = (since: number) => `${((performance.now() - since) / 1000).toFixed(1)} s`;
  const draw = () => {
    if (step === null) return;
    const line = `${FRAMES[frame++ % FRAMES.length]} ${step.text} ${step.bytes}${seconds(step.startedAt)}`;
    stream.write(`${ERASE_LINE}${line.slice(0, (stream.columns || 80) - 1)}`);
  };
  const timer = setInterval(draw, FRAME_MS);
  const finishStep = () => {
    if (step !== null) stream.write(`${ERASE_LINE}✔ ${step.text} (${seconds(step.startedAt)})\n`);
    step = null;
  };
  return {
    onProgress(event) {
      if (event.type === 'bytes') {
        if (step !== null) step.bytes = `${megabytes(event)} `;
        return;
      }
      if (event.type === 'step') {
        finishStep();
        step = { text: event.text, startedAt: performance.now(), bytes: '' };
      } else stream.write(`${ERASE_LINE}${event.text}\n`);
      draw();
    },
    end(how) {
      clearInterval(timer);
      if (how === 'done') finishStep();
      else if (step !== null) stream.write(ERASE_LINE);
      step = null;
    },
  };
}

const PLAIN_BYTES_EVERY_MS = 5_000;

function plainLines(stream: NodeJS.WriteStream): Progress {
  let saidAt = 0;
  return {
    onProgress(event) {
      if (event.type === 'bytes' && performance.now() - saidAt < PLAIN_BYTES_EVERY_MS) return;
      saidAt = performance.now();
      stream.write(event.type === 'bytes' ? `  ${megabytes(event)}\n` : `${event.text}\n`);
    },
    end() {},
  };
}

function megabytes(event: { bytes: number; totalBytes: number }): string {
  return `${Math.round(event.bytes / 1e6)} of about ${Math.round(event.totalBytes / 1e6)} MB`;
}
