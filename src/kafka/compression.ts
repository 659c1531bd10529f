import { promisify } from 'node:util';
import * as zlib from 'node:zlib';
import { UserError } from '../errors.ts';

const CODECS = ['none', 'gzip', 'snappy', 'lz4', 'zstd'] as const;

const gunzip = promisify(zlib.gunzip);
/** Absent before Node 22.15. */
const unzstd = typeof zlib.zstdDecompress === 'function' ? promisify(zlib.zstdDecompress) : undefined;

/** A batch is compressed with a codec that this process cannot read. No retry helps. */
export class UnsupportedCompression extends UserError {
  override readonly name: string = 'UnsupportedCompression';
}

/** The records section of a batch, decompressed. `attributes` are the batch's; codec 0 must not come here. Throws UnsupportedCompression. */
export async function decompress(attributes: number, compressed: Buffer): Promise<Buffer> {
  const codec = CODECS[attributes & 0x07];
  if (codec === 'gzip') return await gunzip(compressed);
  if (codec === 'zstd' && unzstd !== undefined) return await unzstd(compressed);
  throw new UnsupportedCompression(`A batch is compressed with ${codec ?? `codec ${attributes & 0x07}`}, which this client cannot read`, {
    hint: 'Let its producer send gzip or uncompressed batches, or set compression.type=gzip on the topic so that the broker recompresses what comes.',
  });
}
