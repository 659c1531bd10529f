/** Which partition a key belongs to, as the Java client and kafkajs decide by default (librdkafka has to be told: partitioner=murmur2_random). */

const SEED = 0x9747b28c;
const MULTIPLIER = 0x5bd1e995;

/** The partition of a keyed record among `partitions` of them: murmur2 of the key's bytes without its sign bit, modulo the count. Throws RangeError where there is none. */
export function murmur2Partition(key: Buffer, partitions: number): number {
  if (!Number.isSafeInteger(partitions) || partitions < 1) throw new RangeError(`a key cannot be placed on ${partitions} partitions`);
  return (murmur2(key) & 0x7fffffff) % partitions;
}

/** The 32-bit MurmurHash2 with Kafka's seed, as a signed integer. */
function murmur2(data: Buffer): number {
  let hash = SEED ^ data.length;
  const tail = data.length & ~3;
  for (let at = 0; at < tail; at += 4) {
    let word = Math.imul(data.readInt32LE(at), MULTIPLIER);
    word = Math.imul(word ^ (word >>> 24), MULTIPLIER);
    hash = Math.imul(hash, MULTIPLIER) ^ word;
  }
  if (tail < data.length) hash = Math.imul(hash ^ data.readUIntLE(tail, data.length - tail), MULTIPLIER);
  hash = Math.imul(hash ^ (hash >>> 13), MULTIPLIER);
  return hash ^ (hash >>> 15);
}
