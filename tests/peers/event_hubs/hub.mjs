// A hub: partitions, each a log that keeps its order.
import crypto from 'node:crypto';

/** The parts of an address: `amqps://ns/hub/Partitions/0`, `hub/ConsumerGroups/$default/Partitions/1`, `/hub`. */
export function parse(address) {
  const path = String(address ?? '').replace(/^[a-z]+:\/\/[^/]+/i, '').replace(/^\/+|\/+$/g, '');
  const parts = path.split('/');
  const at = parts.findIndex((part) => part.toLowerCase() === 'partitions');
  return { hub: parts[0], partition: at < 0 ? undefined : parts[at + 1] };
}

/** One log. */
class Partition {
  constructor(id, message) {
    Object.assign(this, { id, message, log: [], readers: new Map() });
  }

  append(raw) {
    const before = this.log.at(-1);
    const offset = before ? before.offset + before.raw.length : 0;
    this.log.push({ sequence: this.log.length, offset, at: Date.now(), raw });
    for (const reader of this.readers.values()) reader();
  }

  /** Sends to a receiver what its filter asks for, and what comes after. */
  read(sender, filter, { types, message }) {
    let next = this.start(filter);
    let again;
    sender.pump = () => {
      while (sender.is_open() && sender.sendable() && next < this.log.length) {
        const one = this.log[next++];
        const event = message.decode(one.raw);
        if (event.body?.multiple === undefined && event.body?.typecode) event.body = message.data_section(event.body.content);
        event.message_annotations = {
          ...event.message_annotations,
          'x-opt-sequence-number': types.wrap_long(one.sequence),
          'x-opt-offset': String(one.offset),
          'x-opt-enqueued-time': types.wrap_timestamp(one.at),
        };
        sender.send(event);
      }
      // rhea keeps at most 2,048 deliveries that the other side has not seen.
      if (sender.is_open() && next < this.log.length && sender.credit > 0 && !again) {
        again = setTimeout(() => { again = undefined; sender.pump(); }, 10);
      }
    };
    this.readers.set(sender, sender.pump);
  }

  /** Where a filter begins; without one at the end. */
  start(filter) {
    const found = /x-opt-(offset|sequence-number|enqueued-time) *(>=?) *'?(-?\d+|@latest)'?/.exec(JSON.stringify(filter ?? {}));
    if (!found || found[3] === '@latest') return this.log.length;
    const [, field, comparison, text] = found;
    const of = { offset: 'offset', 'sequence-number': 'sequence', 'enqueued-time': 'at' }[field];
    const from = this.log.findIndex((one) => (comparison === '>' ? one[of] > Number(text) : one[of] >= Number(text)));
    return from < 0 ? this.log.length : from;
  }
}

/** Partitions and their sizes. */
export class Hub {
  constructor(name, maxMessageBytes, message) {
    Object.assign(this, { name, maxMessageBytes, message, created: Date.now(), partitions: [], turn: 0 });
  }

  /** Gives it more partitions, up to this many. */
  grow(count) {
    while (this.partitions.length < count) this.partitions.push(new Partition(String(this.partitions.length), this.message));
  }

  /** Where an event goes: the partition it names, that of its key, or the next in turn. */
  place(partition, key) {
    if (partition !== undefined) return this.partitions[partition];
    const at = key === undefined ? this.turn++ : crypto.createHash('md5').update(String(key)).digest().readUInt32BE(0);
    return this.partitions[at % this.partitions.length];
  }

  /** No longer sends to a receiver. */
  forget(sender) {
    for (const partition of this.partitions) partition.readers.delete(sender);
  }

  /** The body of an answer of `$management`. */
  properties(types, type, id) {
    if (type !== 'com.microsoft:partition') {
      return {
        name: this.name, type: 'com.microsoft:eventhub', created_at: types.wrap_timestamp(this.created),
        partition_count: types.wrap_int(this.partitions.length),
        partition_ids: types.wrap_array(this.partitions.map((partition) => partition.id), 0xa1),
      };
    }
    const { log } = this.partitions[id];
    const last = log.at(-1);
    return {
      name: this.name, type, partition: id, is_partition_empty: !last,
      begin_sequence_number: types.wrap_long(0), last_enqueued_sequence_number: types.wrap_long(last?.sequence ?? -1),
      last_enqueued_offset: String(last?.offset ?? -1), last_enqueued_time_utc: types.wrap_timestamp(last?.at ?? this.created),
    };
  }

  /** What is stored, partition by partition, or in one of them. */
  events(partition, from, limit) {
    const partitions = partition === null ? this.partitions : [this.partitions[partition]];
    return partitions.flatMap(({ id, log }) => log.slice(from, from + limit).map(({ sequence, raw }) => {
      const event = this.message.decode(raw);
      return {
        partition: id, sequence, id: event.message_id, contentType: event.content_type,
        properties: event.application_properties, body: Buffer.from(event.body.content).toString(),
      };
    }));
  }
}
