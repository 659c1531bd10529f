import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { UserError } from '../../src/errors.ts';
import type { BenchContext } from '../lib/command.ts';
import type { BenchPlatform } from '../lib/platform.ts';
import { Program } from '../lib/program.ts';
import type { Row } from '../lib/result.ts';
import { peersFolder, peersWork } from './folder.ts';

/** What the peers' generator has sent, and what must come of it. */
export interface Made {
  readonly sent: number;
  readonly clean: number;
  readonly tier1: number;
  readonly tier2: number;
  readonly last_window_end: number;
}

/** The programs of ../shared/peers on a platform of ours. */
export class PeersRunner {
  /** Where they build and write: never in the repository. */
  readonly work: string;
  readonly #folder: string;
  readonly #platform: BenchPlatform;
  readonly #context: BenchContext;

  private constructor(context: BenchContext, platform: BenchPlatform, folder: string, work: string) {
    this.#context = context;
    this.#platform = platform;
    this.#folder = folder;
    this.work = work;
  }

  /** Builds them where they are not. Throws UserError where the folder is not there, or they cannot be built. */
  static async open(context: BenchContext, platform: BenchPlatform): Promise<PeersRunner> {
    const folder = peersFolder();
    if (folder === null) {
      throw new UserError('the peers are not here: they are looked for in ../shared/peers', {
        hint: 'measure without them: npm run bench -- catchup',
      });
    }
    const work = peersWork();
    // What an earlier broker held says nothing of this one.
    rmSync(join(work, 'ticks.json'), { force: true });
    const peers = new PeersRunner(context, platform, folder, work);
    context.progress.show('building the peers');
    await peers.run(['build']);
    // By these it tells what the platform used from what others did.
    const pids = { broker: platform.kafkaPid, registry: platform.registryPid };
    for (const [name, pid] of Object.entries(pids)) {
      const file = join(work, `${name}.pid`);
      writeFileSync(file, String(pid));
      context.scope.defer(() => rmSync(file, { force: true }));
    }
    return peers;
  }

  /** Runs their runner to its end; resolves to what it printed. */
  async run(args: readonly (string | number)[]): Promise<string[]> {
    const program = this.#start(join(this.#folder, 'run'), args.map(String));
    return await program.output();
  }

  /** The same of a measurement, which prints one JSON line a run. */
  async measure(args: readonly (string | number)[]): Promise<Row> {
    const line = (await this.run(args)).findLast((text) => text.startsWith('{'));
    if (line === undefined) throw new UserError(`the peers' runner printed no result for ${args.join(' ')}`);
    return JSON.parse(line) as Row;
  }

  /** Their consumer that tells when the last matrix can be read, under way: resolves when it reads. */
  async watch(lastWindowEnd: number, timeoutSeconds: number): Promise<Program> {
    const build = join(this.work, 'build', 'measure');
    const classpath = `${join(build, 'measure-1.jar')}:${join(build, 'libs', '*')}`;
    const jvm = ['-Xmx256m', '-XX:+UseSerialGC', '-cp', classpath];
    const args = ['peers.measure.Watch', '--last', String(lastWindowEnd), '--timeout', String(timeoutSeconds)];
    const watch = this.#start('java', [...jvm, ...args]);
    const { value } = await watch.lines.next();
    if (value !== 'READY') throw new UserError(`the peers' watching consumer did not start: ${value}`);
    return watch;
  }

  /** What the ticks of the last catch-up were. */
  made(): Made {
    return (JSON.parse(readFileSync(join(this.work, 'ticks.json'), 'utf8')) as { made: Made }).made;
  }

  #start(command: string, args: readonly string[]): Program {
    const { brokers, registryUrl, folder } = this.#platform;
    return Program.start(this.#context.scope, {
      command,
      args,
      cwd: folder,
      logFile: join(folder, 'peers.log'),
      env: { ...process.env, PEERS_WORK: this.work, KAFKA_BROKERS: brokers.join(','), REGISTRY_URL: registryUrl },
    });
  }
}
