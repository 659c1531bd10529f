import type { OutputRecord, TopicOutput } from './ports.ts';

/** Changelog records waiting for the next commit: the newest of each key, since it is all that compaction would leave. */
export class ChangelogBuffer {
  #topics = new Map<string, Map<string, OutputRecord>>();

  /** Adds a record with a text key. */
  add(topic: string, record: OutputRecord & { readonly key: string }): void {
    let records = this.#topics.get(topic);
    if (records === undefined) {
      records = new Map();
      this.#topics.set(topic, records);
    }
    // Deleted first, so that the newest comes last in the log as well.
    records.delete(record.key);
    records.set(record.key, record);
  }

  /** Hands everything over and starts empty. */
  take(): TopicOutput[] {
    const outputs = [...this.#topics].map(([topic, records]) => ({ topic, records: [...records.values()] }));
    this.#topics = new Map();
    return outputs;
  }
}
