import type { OutputRecord, TopicOutput } from './ports.ts';

/** Records waiting for the next commit of a task, by topic in the order of first use, each topic's in order. */
export class OutputBuffer {
  #topics = new Map<string, OutputRecord[]>();
  /** What waits now: records, and bytes of their keys, values and encoded headers. */
  records = 0;
  bytes = 0;
  /** While true, what is added is dropped: outputs that an earlier run has written. */
  isMuted = false;

  add(topic: string, record: OutputRecord): void {
    if (this.isMuted) return;
    let records = this.#topics.get(topic);
    if (records === undefined) {
      records = [];
      this.#topics.set(topic, records);
    }
    records.push(record);
    this.records++;
    this.bytes += (record.key?.length ?? 0) + (record.value?.length ?? 0) + (record.encodedHeaders?.length ?? 0);
  }

  /** Hands everything over and starts empty. */
  take(): TopicOutput[] {
    const outputs = [...this.#topics].map(([topic, records]) => ({ topic, records }));
    this.#topics = new Map();
    this.records = 0;
    this.bytes = 0;
    return outputs;
  }
}
