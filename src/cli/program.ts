import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Command } from 'commander';
import { packageRoot } from '../paths.ts';
import { registerCommands } from './commands.ts';
import { addGlobalOptions } from './options.ts';

/** The whole command line, without running it. Errors of usage are thrown as CommanderError, after commander has printed them. */
export function createProgram(): Command {
  const { name, version, description } = JSON.parse(readFileSync(join(packageRoot, 'package.json'), 'utf8')) as Record<string, string>;
  const program = new Command(name)
    .description(description ?? '')
    .version(version ?? '', '-V', 'print the version; --version, too, where it comes first')
    .helpOption('-h, --help', 'print help')
    // Commands inherit what is set before they are added.
    .exitOverride()
    .configureHelp({ showGlobalOptions: true })
    .showHelpAfterError('run with --help for usage')
    .hook('preAction', passGlobalOptionsOn);
  addGlobalOptions(program);
  registerCommands(program);
  return program;
}

/** The program takes its options wherever they stand; a command that declares one of the same name (`up --json`) is to find it among its own. */
function passGlobalOptionsOn(program: Command, command: Command): void {
  for (const option of command.options) {
    const name = option.attributeName();
    if (program.getOptionValueSource(name) === 'cli') command.setOptionValueWithSource(name, program.getOptionValue(name), 'cli');
  }
}
