// The records of all streams: each shard a log. kinesalite keeps streams and shards and knows what a request may say;
// its own store of records takes 120 us of processor time a record, which is more than what is measured with it.
import crypto from 'node:crypto';

const GET_RECORDS = 10_000;
const GET_BYTES = 10 << 20;
const ITERATOR_MS = 300_000;

const hex = (number, digits) => number.toString(16).padStart(digits, '0');

/** Where a partition key stands in the range of hash keys: 32 digits, so that texts compare like numbers. */
const hashOf = (key) => crypto.createHash('md5').update(key).digest('hex');

/** A refusal in the words of the service. */
export function refusal(type, message) {
  return Object.assign(new Error(message), { statusCode: 400, body: { __type: type, message } });
}

/** One shard. Sequence numbers are of one length and compare as texts. */
class Shard {
  constructor(id, created) {
    Object.assign(this, { id, index: Number(id.split('-')[1]), created, log: [] });
  }

  /** The number of the record at a place, which is received now; in the form that kinesalite reads. */
  sequence(at, now) {
    const place = hex(this.index, 8);
    return String(BigInt(`0x2${this.created}${place.at(-1)}${hex(at + 1, 16)}00${hex(Math.floor(now / 1000), 9)}${place}2`));
  }

  append(key, data) {
    const at = Math.max(Date.now(), Number.parseInt(this.created, 16) * 1000);
    const sequence = this.sequence(this.log.length, at);
    this.log.push({ sequence, at, key, data });
    return sequence;
  }

  /** The place of the first record that `is` true of, which it is then of all that follow. */
  first(is) {
    let [low, high] = [0, this.log.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      if (is(this.log[middle])) high = middle;
      else low = middle + 1;
    }
    return low;
  }
}

/** A stream as kinesalite describes it, with its records. */
class Stream {
  constructor() {
    Object.assign(this, { shards: new Map(), open: [] });
  }

  know(described, parse) {
    for (const { ShardId: id, SequenceNumberRange: range } of described) {
      if (this.shards.has(id)) continue;
      const created = parse(range.StartingSequenceNumber).shardCreateTime / 1000;
      this.shards.set(id, new Shard(id, hex(created, 9)));
    }
    const open = described.filter((one) => !one.SequenceNumberRange.EndingSequenceNumber);
    this.open = open.map(({ ShardId: id, HashKeyRange: range }) => ({
      shard: this.shards.get(id), last: hex(BigInt(range.EndingHashKey), 32),
    })).sort((a, b) => (a.last < b.last ? -1 : 1));
  }

  /** The open shard of a hash key; together they cover all of them. */
  of(hash) {
    return this.open.find(({ last }) => hash <= last)?.shard;
  }
}

/** The records of all streams. */
export class Records {
  /** `load` gives kinesalite's own modules. */
  constructor(load) {
    this.db = load('kinesalite/db');
    this.validations = load('kinesalite/validations');
    this.types = Object.fromEntries(['putRecord', 'putRecords', 'getRecords', 'getShardIterator']
      .map((action) => [action, load(`kinesalite/validations/${action}`)]));
    this.streams = new Map();
  }

  /** What kinesalite says of the form of a request; throws its refusal. `most` is the size of a record. */
  check(action, input, most) {
    const { types, custom } = this.types[action];
    const allowed = structuredClone(types);
    const record = allowed.Records?.children.children ?? allowed;
    if (most && record.Data) record.Data.lengthLessThanOrEqual = most;
    const checked = this.validations.checkTypes(input, allowed);
    this.validations.checkValidations(checked, allowed, custom);
    return checked;
  }

  know(name, described) {
    if (!this.streams.has(name)) this.streams.set(name, new Stream());
    this.streams.get(name).know(described, this.db.parseSequence);
  }

  /** The shard that a record goes to. */
  shard(name, record) {
    const { ExplicitHashKey: explicit, PartitionKey: key } = record;
    if (explicit === undefined) return this.streams.get(name).of(hashOf(key));
    const found = BigInt(explicit) < 1n << 128n && this.streams.get(name).of(hex(BigInt(explicit), 32));
    if (found) return found;
    throw refusal('InvalidArgumentException', 'Invalid ExplicitHashKey. ExplicitHashKey must be in the range: [0, 2^128-1]. '
      + `Specified value was ${explicit}`);
  }

  /** An iterator, where kinesalite, which has no records, can give none: before the first that is to be read. */
  iterator(name, id, type, timestamp) {
    const shard = this.streams.get(name).shards.get(id);
    const at = type === 'LATEST' ? shard.log.length : shard.first((one) => one.at >= timestamp * 1000);
    return this.db.createShardIterator(name, id, shard.log[at]?.sequence ?? shard.sequence(at, Date.now()));
  }

  /** The answer to GetRecords. */
  read({ ShardIterator: iterator, Limit: limit }) {
    const [issued, name, id, sequence] = this.decode(iterator);
    if (Date.now() - issued > ITERATOR_MS) throw refusal('ExpiredIteratorException', `Iterator expired. It was created at ${issued}.`);
    const stream = this.streams.get(name);
    const shard = stream?.shards.get(id);
    if (!shard) throw refusal('ResourceNotFoundException', `Shard ${id} in stream ${name} does not exist`);
    const from = shard.first((one) => one.sequence >= sequence);
    const most = Math.min(from + (limit ?? GET_RECORDS), shard.log.length);
    let to = from;
    for (let bytes = 0; to < most && bytes < GET_BYTES; to++) bytes += shard.log[to].data.length;
    const next = shard.log[to]?.sequence ?? shard.sequence(to, Date.now());
    const ended = to === shard.log.length && !stream.open.some((one) => one.shard === shard);
    const last = to < shard.log.length ? shard.log[to].at : Date.now();
    return {
      MillisBehindLatest: Math.max(0, Date.now() - last),
      NextShardIterator: ended ? undefined : this.db.createShardIterator(name, id, next),
      Records: shard.log.slice(from, to).map((one) => ({
        SequenceNumber: one.sequence, ApproximateArrivalTimestamp: one.at / 1000, PartitionKey: one.key, Data: one.data.toString('base64'),
      })),
    };
  }

  decode(iterator) {
    try {
      const bytes = Buffer.from(iterator, 'base64');
      const cipher = crypto.createDecipheriv('aes-256-cbc', this.db.ITERATOR_PWD_KEY, this.db.ITERATOR_PWD_IV);
      const text = Buffer.concat([cipher.update(bytes.subarray(8)), cipher.final()]).toString();
      const [issued, name, id, sequence] = text.split('/');
      return [Number(issued), name, id, sequence];
    } catch {
      throw refusal('InvalidArgumentException', 'Invalid ShardIterator.');
    }
  }

  /** What is stored in a shard, in order. */
  stored(name, id, from = 0, to = undefined) {
    const { log } = this.streams.get(name).shards.get(id);
    return log.slice(from, to).map((one) => ({ shard: id, sequence: one.sequence, key: one.key, data: one.data.toString() }));
  }
}
