import { existsSync, rmSync } from 'node:fs';
import { composeDown, composeProject } from './docker.ts';
import { stopEmbedded } from './embedded.ts';
import { locateHome } from './home.ts';
import { withLock } from './lock.ts';
import { readChoices, readPlatformFile, writeChoices } from './platform-file.ts';
import type { HomeOptions, LocalKind, ProgressEvent } from './types.ts';

/** How to stop a platform. */
export interface StopOptions extends HomeOptions {
  /** Also removes topics and schemas; downloads, logs and the chosen ports stay. Default false. */
  deleteData?: boolean;
  onProgress?: (event: ProgressEvent) => void;
}

/** What was stopped. */
export interface Stopped {
  /** The kind of the platform that was on record as started; null where none was. */
  kind: LocalKind | null;
  /** The pids that were ended. */
  pids: number[];
  dataDeleted: boolean;
  home: string;
}

/** Stops what `startPlatform` started in this folder, and nothing else; does nothing where nothing runs. Keeps the data. */
export async function stopPlatform(options: StopOptions = {}): Promise<Stopped> {
  const env = options.env ?? process.env;
  const home = locateHome(options);
  const deleteData = options.deleteData ?? false;
  const stopped: Stopped = { kind: null, pids: [], dataDeleted: false, home: home.root };
  if (!existsSync(home.root)) return stopped;
  return withLock(
    home.lockFile,
    (pid) => options.onProgress?.({ type: 'note', text: `process ${pid} is starting or stopping this platform: waiting for it` }),
    async () => {
      const file = readPlatformFile({ home: home.root });
      const choices = readChoices(home.choicesFile);
      const usesDocker = file?.kind === 'docker' || (deleteData && choices?.kind === 'docker');
      if (file !== null) options.onProgress?.({ type: 'step', text: 'stopping the schema registry and Kafka' });
      const pids = await stopEmbedded(file?.processes ?? {});
      if (usesDocker) await composeDown(file?.composeProject ?? composeProject(home), deleteData, env);
      rmSync(home.platformFile, { force: true });
      if (deleteData) rmSync(home.data, { recursive: true, force: true });
      if (deleteData && choices !== null) writeChoices(home.choicesFile, { ...choices, kind: null });
      return { ...stopped, kind: file?.kind ?? null, pids, dataDeleted: deleteData };
    },
  );
}
