// What each shard of a stream takes: so many records and bytes a second, and no more.

/** Bytes of a record as Amazon counts them: its data and its partition key. */
export const size = (record) => Buffer.byteLength(record.Data, 'base64') + Buffer.byteLength(record.PartitionKey);

/** The limits of every shard of every stream. */
export class Limits {
  /** Records and bytes a second and shard; a burst is one second's worth. */
  constructor(records, bytes) {
    this.set(records, bytes);
  }

  set(records, bytes) {
    Object.assign(this, { records, bytes, buckets: new Map() });
  }

  /** Whether a shard has room for a record of this many bytes now, which is then taken. */
  admits(stream, shard, bytes) {
    const place = `${stream}/${shard}`;
    const now = performance.now();
    let bucket = this.buckets.get(place);
    if (!bucket) this.buckets.set(place, bucket = { at: now, records: this.records, bytes: this.bytes });
    const seconds = (now - bucket.at) / 1000;
    bucket.records = Math.min(this.records, bucket.records + seconds * this.records);
    bucket.bytes = Math.min(this.bytes, bucket.bytes + seconds * this.bytes);
    bucket.at = now;
    if (bucket.records < 1 || bucket.bytes < bytes) return false;
    bucket.records -= 1;
    bucket.bytes -= bytes;
    return true;
  }
}
