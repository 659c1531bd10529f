import { readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { UserError } from '../errors.ts';
import { locateHome } from './home.ts';
import type { HomeOptions, LocalKind, ProcessRef, Service } from './types.ts';

/** What `platform.json` says: the local platform that was started and not yet stopped. It need not answer. */
export interface PlatformFile {
  kind: LocalKind;
  brokers: string[];
  registryUrl: string;
  ports: Record<Service, number>;
  /** The Java processes of the embedded kind, as far as they were started; empty for docker. */
  processes: Partial<Record<Service, ProcessRef>>;
  /** The compose project of the docker kind, null for embedded. */
  composeProject: string | null;
  /** ISO 8601, UTC. */
  startedAt: string;
}

/** What `choices.json` keeps over a stop: the kind that holds the data, and the ports clients know. */
export interface Choices {
  /** null once the data is deleted: then any kind will do. */
  kind: LocalKind | null;
  ports: Partial<Record<Service | 'controller', number>>;
}

/**
 * The local platform that runs, as its folder tells it: no network, a millisecond. null where none was started or it was stopped.
 * Throws UserError where the file is damaged.
 */
export function readPlatformFile(options: HomeOptions = {}): PlatformFile | null {
  return readJson<PlatformFile>(
    locateHome(options).platformFile,
    (value) =>
      isLocalKind(value.kind) &&
      Array.isArray(value.brokers) &&
      typeof value.registryUrl === 'string' &&
      typeof value.ports === 'object' &&
      typeof value.processes === 'object',
  );
}

/** Writes the file as a whole or not at all. */
export function writePlatformFile(file: string, platform: PlatformFile): void {
  writeJson(file, platform);
}

/** Kind and ports of the last start; null on a first one. Throws UserError where the file is damaged. */
export function readChoices(file: string): Choices | null {
  return readJson<Choices>(file, (value) => (value.kind === null || isLocalKind(value.kind)) && typeof value.ports === 'object');
}

/** Writes the file as a whole or not at all. */
export function writeChoices(file: string, choices: Choices): void {
  writeJson(file, choices);
}

/** Whether `value` names a way to run a platform here. */
export function isLocalKind(value: unknown): value is LocalKind {
  return value === 'docker' || value === 'embedded';
}

function readJson<T>(file: string, isValid: (value: Record<string, unknown>) => boolean): T | null {
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null;
    throw error;
  }
  try {
    const value = JSON.parse(text) as Record<string, unknown>;
    if (isValid(value)) return value as T;
  } catch {
    // Not JSON: as damaged as JSON of another shape.
  }
  throw new UserError(`${file} is damaged`, { hint: 'End the processes of the platform, if any run, then delete this file.' });
}

function writeJson(file: string, value: unknown): void {
  const part = `${file}.${process.pid}`;
  try {
    writeFileSync(part, `${JSON.stringify(value, null, 2)}\n`);
    renameSync(part, file);
  } finally {
    rmSync(part, { force: true });
  }
}
