/** The local platform: start, stop, look at, find. */
export { NothingRunsKafka } from './choose.ts';
export { type PlatformFile, readPlatformFile } from './platform-file.ts';
export { startPlatform } from './start.ts';
export { type PlatformStatus, platformStatus, type ServiceStatus } from './status.ts';
export { type StopOptions, type Stopped, stopPlatform } from './stop.ts';
export { makeTemporaryHome, removeTemporaryHome } from './temporary.ts';
export type { HomeOptions, LocalKind, Platform, PlatformKind, ProgressEvent, Service, StartOptions } from './types.ts';
