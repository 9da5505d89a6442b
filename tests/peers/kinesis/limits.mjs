// What each shard of a stream takes: so many records and bytes a second, and no more.
import crypto from 'node:crypto';

/** Where a partition key stands in the range of hash keys. */
const hashKey = (key) => BigInt(`0x${crypto.createHash('md5').update(key).digest('hex')}`);

/** Bytes of a record as Amazon counts them: its data and its partition key. */
export const size = (record) => Buffer.byteLength(record.Data, 'base64') + Buffer.byteLength(record.PartitionKey);

/** The limits of every shard of every stream. */
export class Limits {
  /** Records and bytes a second and shard; a burst is one second's worth. */
  constructor(records, bytes) {
    this.set(records, bytes);
    this.maps = new Map();
  }

  set(records, bytes) {
    Object.assign(this, { records, bytes, buckets: new Map() });
  }

  /** The open shards of a stream, as ListShards gives them. */
  know(stream, shards) {
    const open = shards.filter((shard) => !shard.SequenceNumberRange.EndingSequenceNumber);
    this.maps.set(stream, open.map((shard) => ({
      id: shard.ShardId,
      first: BigInt(shard.HashKeyRange.StartingHashKey),
      last: BigInt(shard.HashKeyRange.EndingHashKey),
    })));
  }

  /** The shard that a partition key goes to. */
  shard(stream, key) {
    const hash = hashKey(key);
    return this.maps.get(stream)?.find((shard) => shard.first <= hash && hash <= shard.last)?.id;
  }

  /** The shard that has no room for a record now; `null` if there is room, which is then taken. */
  refuse(stream, record) {
    const shard = this.shard(stream, record.PartitionKey);
    const place = `${stream}/${shard}`;
    const now = performance.now();
    const bucket = this.buckets.get(place) ?? { at: now, records: this.records, bytes: this.bytes };
    const seconds = (now - bucket.at) / 1000;
    bucket.records = Math.min(this.records, bucket.records + seconds * this.records);
    bucket.bytes = Math.min(this.bytes, bucket.bytes + seconds * this.bytes);
    bucket.at = now;
    this.buckets.set(place, bucket);
    const bytes = size(record);
    if (bucket.records < 1 || bucket.bytes < bytes) return shard;
    bucket.records -= 1;
    bucket.bytes -= bytes;
    return null;
  }
}
