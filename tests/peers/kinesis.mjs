// A Kinesis that behaves as badly as the real one: kinesalite, behind a proxy that adds what it lacks. Each shard takes
// 1,000 records and 1 MiB a second and fails the records beyond, requests have to be signed by a known key, streams may
// have a maximum record size of their own, and faults happen by script.
//
// node tests/peers/kinesis.mjs --modules FOLDER
//
// Control API, JSON:
//   POST /streams  {name, shards, maxRecordKiB?}   makes a stream and waits until it is active
//   POST /splits   {name, shard}                   splits a shard in the middle and waits
//   POST /limits   {records, bytes}                a second and shard
//   POST /keys     {id: {secret, token?, expired?}} or null: whose requests are accepted; null (the start): everybody's
//   POST /faults   [{op?, key?, action, times?, ...}]    replaces the script; the first that fits a request happens to it
//   GET  /faults   what is left of the script
//   GET  /records?stream=  everything stored, by shard in order: [{shard, sequence, key, data}]
//   GET  /calls?from=      what was asked: [{op, key, keys, failed, fault}], `keys` the partition keys of PutRecords
//   GET  /stats    {requests, records, throttled, faulted, refused, cpuMs}
//
// Actions of faults: `error` {status, code, message}; `partial` {code, message, keys | every}: fails those records, or
// every nth, and stores the others; `reset`: before anything is stored; `lost-answer`: after it; `hang`; `trickle`
// {everyMs}: stores, then answers a byte at a time; `malformed` {body, status}: stores, then answers that.
import http from 'node:http';
import { announce, answer, control, cpuMs, listen, load, read, take } from './common.mjs';
import { Limits, size } from './kinesis/limits.mjs';
import { accessKey, refused } from './kinesis/signature.mjs';

const TYPE = 'application/x-amz-json-1.1';
const REQUEST_BYTES = 5 << 20;
const RECORD_BYTES = 1 << 20;
const KEPT_CALLS = 20_000;

const limits = new Limits(1000, 1 << 20);
const stats = { requests: 0, records: 0, throttled: 0, faulted: 0, refused: 0 };
/** Maximum record sizes of streams that have their own, bytes. */
const largest = new Map();
/** Data that kinesalite would not take, by what stands for it there. */
const large = new Map();
const calls = [];
let callsDropped = 0;
let faults = [];
let keys = null;

const emulator = load('kinesalite')({ createStreamMs: 0, deleteStreamMs: 0, updateStreamMs: 0, shardLimit: 10_000 });
const port = await listen(emulator);
const agent = new http.Agent({ keepAlive: true });

/** Hands a request to kinesalite; gives status, headers and body. */
function forward(headers, body) {
  return new Promise((done, failed) => {
    const kept = { ...headers, 'content-length': Buffer.byteLength(body) };
    const request = http.request({ host: '127.0.0.1', port, method: 'POST', path: '/', headers: kept, agent }, async (response) => {
      done({ status: response.statusCode, headers: response.headers, body: await read(response) });
    });
    request.on('error', failed);
    request.end(body);
  });
}

/** A request of the peer itself. */
async function ask(op, input) {
  const authorization = 'AWS4-HMAC-SHA256 Credential=peer/20000101/us-east-1/kinesis/aws4_request, SignedHeaders=host, Signature=0';
  const headers = { 'content-type': TYPE, 'x-amz-target': `Kinesis_20131202.${op}`, authorization, 'x-amz-date': '20000101T000000Z' };
  const { status, body } = await forward(headers, JSON.stringify(input));
  const output = body.length ? JSON.parse(body) : {};
  if (status !== 200) throw new Error(`${op}: ${output.__type} ${output.message}`);
  return output;
}

/** Waits until a stream is active, and learns its shards. */
async function settled(name) {
  for (;;) {
    const { StreamDescription: found } = await ask('DescribeStream', { StreamName: name });
    if (found.StreamStatus === 'ACTIVE') return limits.know(name, found.Shards);
    await new Promise((done) => setTimeout(done, 5));
  }
}

async function split({ name, shard }) {
  const { StreamDescription: found } = await ask('DescribeStream', { StreamName: name });
  const { StartingHashKey: first, EndingHashKey: last } = found.Shards.find((one) => one.ShardId === shard).HashKeyRange;
  const middle = (BigInt(first) + BigInt(last)) / 2n + 1n;
  await ask('SplitShard', { StreamName: name, ShardToSplit: shard, NewStartingHashKey: String(middle) });
  await settled(name);
}

async function records(stream) {
  const { StreamDescription: found } = await ask('DescribeStream', { StreamName: stream });
  const all = [];
  for (const { ShardId: shard } of found.Shards) {
    let { ShardIterator: iterator } = await ask('GetShardIterator', {
      StreamName: stream, ShardId: shard, ShardIteratorType: 'TRIM_HORIZON',
    });
    while (iterator) {
      const { Records: some, NextShardIterator: next } = await ask('GetRecords', { ShardIterator: iterator });
      for (const one of some) {
        const data = Buffer.from(large.get(one.Data) ?? one.Data, 'base64').toString();
        all.push({ shard, sequence: one.SequenceNumber, key: one.PartitionKey, data });
      }
      iterator = some.length ? next : null;
    }
  }
  return all;
}

/** A refusal in the words of the service. */
const error = (status, code, message) => ({ status, output: { __type: code, message } });

/** PutRecord and PutRecords: the limits, then kinesalite, with `failing` records left out. */
async function put(op, headers, input, failing) {
  const stream = input.StreamName ?? input.StreamARN?.split('/')[1];
  const all = op === 'PutRecords' ? input.Records : [input];
  const most = largest.get(stream) ?? RECORD_BYTES;
  if (all?.some((one) => size(one) > most)) return error(400, 'ValidationException', `a record is larger than ${most} bytes`);
  const request = largest.has(stream) ? REQUEST_BYTES * 2 : REQUEST_BYTES;
  if (all?.reduce((sum, one) => sum + size(one), 0) > request) {
    return error(400, 'InvalidArgumentException', 'Records size exceeds the limit of a request');
  }
  const outcomes = all.map((one, at) => failing(one, at) ?? throttled(stream, one, op));
  const accepted = all.filter((_, at) => !outcomes[at]).map(storable);
  if (op === 'PutRecord' && !accepted.length) return error(400, outcomes[0].ErrorCode, outcomes[0].ErrorMessage);
  let output = { Records: [] };
  // Without a record there is nothing to forward, except what kinesalite refuses for itself.
  if (accepted.length || !all.length || !limits.maps.has(stream)) {
    const { StreamARN: _, ...rest } = input;
    const body = op === 'PutRecords' ? { ...rest, StreamName: stream, Records: accepted } : { ...rest, ...accepted[0], StreamName: stream };
    delete body.StreamARN;
    const stored = await forward(headers, JSON.stringify(body));
    output = stored.body.length ? JSON.parse(stored.body) : {};
    if (stored.status !== 200) return { status: stored.status, output };
    stats.records += accepted.length;
  }
  if (op === 'PutRecord') return { status: 200, output };
  const answers = output.Records.values();
  const failed = outcomes.filter(Boolean).length;
  return { status: 200, output: { FailedRecordCount: failed, Records: outcomes.map((one) => one ?? answers.next().value) } };
}

/** What the answer says of a record whose shard has no room. */
function throttled(stream, record, op) {
  if (!limits.maps.has(stream) || record.ExplicitHashKey) return null;
  const shard = limits.refuse(stream, record);
  if (!shard) return null;
  stats.throttled++;
  const ErrorMessage = `Rate exceeded for shard ${shard} in stream ${stream} under account 000000000000.`;
  return { ErrorCode: 'ProvisionedThroughputExceededException', ErrorMessage };
}

/** A record as kinesalite takes it, which knows no record above 1 MiB. */
function storable(record) {
  if (Buffer.byteLength(record.Data, 'base64') <= RECORD_BYTES) return record;
  const name = Buffer.from(`large-${large.size}`).toString('base64');
  large.set(name, record.Data);
  return { ...record, Data: name };
}

/** Any other operation. */
async function pass(op, headers, body) {
  const input = JSON.parse(body);
  const stream = input.StreamName ?? input.StreamARN?.split('/')[1];
  delete input.StreamARN;
  const { status, body: text } = await forward(headers, JSON.stringify(stream ? { ...input, StreamName: stream } : input));
  const output = text.length ? JSON.parse(text) : {};
  if (status === 200 && op === 'DescribeStreamSummary' && largest.has(stream)) {
    output.StreamDescriptionSummary.MaxRecordSizeInKiB = largest.get(stream) / 1024;
  }
  return { status, output };
}

/** Which records a `partial` fault fails. */
function failing(fault) {
  if (fault?.action !== 'partial') return () => null;
  const outcome = { ErrorCode: fault.code ?? 'InternalFailure', ErrorMessage: fault.message ?? 'Internal service failure.' };
  return (record, at) => (fault.keys ? fault.keys.includes(record.PartitionKey) : at % (fault.every ?? 2) === 0) ? outcome : null;
}

/** Sends an answer a byte at a time. */
async function trickle(response, status, output, everyMs) {
  const body = Buffer.from(JSON.stringify(output));
  response.writeHead(status, { 'content-type': TYPE, 'content-length': body.length });
  for (const byte of body) {
    if (response.destroyed) return;
    response.write(Buffer.from([byte]));
    await new Promise((done) => setTimeout(done, everyMs ?? 100));
  }
  response.end();
}

async function serve(request, response) {
  const body = await read(request);
  stats.requests++;
  const op = (request.headers['x-amz-target'] ?? '').split('.')[1];
  const stranger = refused(request, body, keys);
  const key = accessKey(request);
  const fault = take(faults, (one) => (!one.op || one.op === op) && (!one.key || one.key === key));
  const call = { op, key, keys: [], failed: [], fault: fault?.action };
  if (calls.push(call) > KEPT_CALLS) callsDropped += calls.splice(0, KEPT_CALLS / 2).length;
  if (fault) stats.faulted++;
  if (stranger) {
    stats.refused++;
    call.fault = stranger.code;
    return answer(response, 400, { __type: stranger.code, message: stranger.message }, TYPE);
  }
  if (fault?.action === 'hang') return undefined;
  if (fault?.action === 'reset') return request.socket.destroy();
  if (fault?.action === 'error') {
    const output = { __type: fault.code ?? 'InternalFailure', message: fault.message ?? 'as the script says' };
    return answer(response, fault.status ?? 500, output, TYPE);
  }
  const isPut = op === 'PutRecord' || op === 'PutRecords';
  const input = isPut && JSON.parse(body);
  if (isPut) call.keys = (input.Records ?? [input]).map((one) => one.PartitionKey);
  const { status, output } = isPut ? await put(op, request.headers, input, failing(fault)) : await pass(op, request.headers, body);
  call.failed = call.keys.filter((_, at) => status !== 200 || output.Records?.[at]?.ErrorCode);
  if (fault?.action === 'lost-answer') return request.socket.destroy();
  if (fault?.action === 'trickle') return trickle(response, status, output, fault.everyMs);
  if (fault?.action === 'malformed') {
    response.writeHead(fault.status ?? 200, { 'content-type': TYPE });
    return response.end(fault.body ?? '{"Records":[');
  }
  return answer(response, status, output, TYPE);
}

const proxy = http.createServer((request, response) => {
  serve(request, response).catch((failure) => {
    if (!response.headersSent) answer(response, 500, { __type: 'InternalFailure', message: String(failure) }, TYPE);
  });
});

const controls = control({
  'POST /streams': async ({ name, shards, maxRecordKiB }) => {
    await ask('CreateStream', { StreamName: name, ShardCount: shards });
    if (maxRecordKiB) largest.set(name, maxRecordKiB * 1024);
    await settled(name);
  },
  'POST /splits': split,
  'POST /limits': ({ records: count, bytes }) => limits.set(count, bytes),
  'POST /keys': (known) => { keys = known; },
  'POST /faults': (script) => { faults = script; },
  'GET /faults': () => faults,
  'GET /records': (_, query) => records(query.get('stream')),
  'GET /calls': (_, query) => calls.slice(Math.max(0, Number(query.get('from') ?? 0) - callsDropped)),
  'GET /stats': () => ({ ...stats, cpuMs: cpuMs() }),
});

announce({
  endpoint: `http://127.0.0.1:${await listen(proxy)}`,
  control: `http://127.0.0.1:${await listen(controls)}`,
});
