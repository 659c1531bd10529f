/** The local platform: a Kafka cluster and a schema registry that answer, and who runs them. */

/** `external`: someone else's, named by the environment; `docker`: the project's docker-compose.yml; `embedded`: two Java processes of ours. */
export type PlatformKind = 'external' | 'docker' | 'embedded';

/** The kinds that this program can start and stop. */
export type LocalKind = Exclude<PlatformKind, 'external'>;

/** The two services of a platform. */
export type Service = 'kafka' | 'registry';

/** A process, and what tells it from a later one with the same pid. `identity` is opaque: compare it, nothing else. */
export interface ProcessRef {
  pid: number;
  identity: string;
}

/** A platform whose Kafka and registry both answered just now. */
export interface Platform {
  kind: PlatformKind;
  /** host:port each. */
  brokers: string[];
  /** Base URL of the Confluent API: `<registryUrl>/subjects` lists the subjects. */
  registryUrl: string;
  /** The folder that holds downloads, data and logs; null for an external platform. */
  home: string | null;
  /** Pids of the embedded services; empty for the other kinds. */
  pids: Partial<Record<Service, number>>;
  /** True where this call found it running and started nothing. */
  alreadyRunning: boolean;
}

/** What `startPlatform` is doing, for whoever shows it. */
export type ProgressEvent =
  /** A step begins; the one before it has ended. */
  | { type: 'step'; text: string }
  /** How far the present step's download is; `totalBytes` is an estimate. */
  | { type: 'bytes'; bytes: number; totalBytes: number }
  /** Something to know that stops nothing, such as why Docker is not used. */
  | { type: 'note'; text: string };

/** Environment variables by name, as in process.env. */
export type Environment = Readonly<Record<string, string | undefined>>;

/** Where a platform lives. */
export interface HomeOptions {
  /** The platform's folder. Default: ARBITREX_HOME, else `.arbitrex` in the current directory. */
  home?: string;
  /** Default: process.env. */
  env?: Environment;
}

/** How to start a platform. */
export interface StartOptions extends HomeOptions {
  /** Forces one way. Default: ARBITREX_PLATFORM, else the first that works. */
  platform?: LocalKind;
  /** Kafka's port on 127.0.0.1. A busy one is an error. Default: ARBITREX_KAFKA_PORT, else the last one, else 9092, else a free one. */
  kafkaPort?: number;
  /** The registry's port on 127.0.0.1. A busy one is an error. Default: ARBITREX_REGISTRY_PORT, else the last one, else 8081, else a free one. */
  registryPort?: number;
  /** Where Kafka's jars and the registry are kept, so that several homes can share them. Default: `downloads` in the home. */
  downloads?: string;
  onProgress?: (event: ProgressEvent) => void;
}
