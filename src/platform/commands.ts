import { type ChildProcess, spawn } from 'node:child_process';
import { accessSync, constants, createWriteStream, statSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import type { Environment } from './types.ts';

/** How a program ended. */
export interface CommandResult {
  /** 0 for success; null where it could not be started or ran out of time. */
  code: number | null;
  /** stdout and stderr as they came. */
  output: string;
}

/** Whether a program called `name` is in PATH. */
export function isOnPath(name: string, env: Environment): boolean {
  const names = process.platform === 'win32' ? [`${name}.exe`, `${name}.cmd`] : [name];
  return (env.PATH ?? '').split(delimiter).some((folder) => names.some((file) => isProgram(join(folder, file))));
}

function isProgram(file: string): boolean {
  try {
    accessSync(file, constants.X_OK);
    return statSync(file).isFile();
  } catch {
    return false;
  }
}

/**
 * Runs a program to its end, without input. Never rejects. Ctrl-C in a terminal reaches it as well as this program.
 * @param options.logFile takes a copy of the output
 */
export function run(
  command: string,
  args: readonly string[],
  options: { env: Environment; timeoutMs: number; cwd?: string; logFile?: string },
): Promise<CommandResult> {
  return new Promise((resolve) => {
    const log = options.logFile === undefined ? null : createWriteStream(options.logFile, { flags: 'a' });
    let output = '';
    let child: ChildProcess;
    const end = (code: number | null) => {
      log?.end();
      resolve({ code, output });
    };
    try {
      child = spawn(command, args, {
        cwd: options.cwd,
        env: options.env as NodeJS.ProcessEnv,
        stdio: ['ignore', 'pipe', 'pipe'],
        timeout: options.timeoutMs,
      });
    } catch (error) {
      output = String(error);
      return end(null);
    }
    for (const stream of [child.stdout!, child.stderr!]) {
      stream.setEncoding('utf8');
      stream.on('data', (text: string) => {
        output += text;
        log?.write(text);
      });
    }
    child.once('error', (error) => {
      output += String(error);
      end(null);
    });
    child.once('close', (code) => end(code));
  });
}

/** The last line of a program's output that says something, for a message. */
export function lastLine(output: string): string {
  return output.trimEnd().split('\n').at(-1)!.trim();
}
