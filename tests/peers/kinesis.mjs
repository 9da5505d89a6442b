// A Kinesis that behaves as badly as the real one: kinesalite, behind a proxy that adds what it lacks. Each shard takes
// 1,000 records and 1 MiB a second and fails the records beyond, requests have to be signed by a known key, streams may
// have a maximum record size of their own, and faults happen by script. Streams, shards and the form of requests are
// kinesalite's; the records themselves are in logs of the peer's own (`kinesis/records.mjs`). All of it is one process.
//
// node tests/peers/kinesis.mjs --modules FOLDER [--tls PEM]
//
// With `--tls`, the text of a key and certificates, it speaks HTTPS. Beside it, over HTTP, is who gives temporary credentials
// (`kinesis/sessions.mjs`): `signIn` is a Security Token Service, and what a container asks is below it, `/container`.
//
// Control API, JSON:
//   POST /streams  {name, shards, maxRecordKiB?}   makes a stream and waits until it is active
//   POST /splits   {name, shard}                   splits a shard in the middle and waits
//   POST /limits   {records, bytes}                a second and shard
//   POST /keys     {id: {secret, token?, expired?}} or null: whose requests are accepted; null (the start): everybody's
//   POST /sessions {callers, roles, authorization, seconds}: who is given temporary credentials; they come in besides keys
//   GET  /sessions what was given: [{to, id, until}]
//   POST /clock    {aheadSeconds}                  the time by which they expire here, ahead of the real one
//   POST /certificate {pem}                        shown to whoever connects from now on
//   POST /faults   [{op?, key?, action, times?, ...}]    replaces the script; the first that fits a request happens to it
//   GET  /faults   what is left of the script
//   GET  /records?stream=&shard=&from=&limit=  what is stored, by shard in order: [{shard, sequence, key, data}]; of one
//                  shard and a part of it, if asked for
//   GET  /calls?from=      what was asked: [{op, key, keys, failed, fault}], `keys` the partition keys of PutRecords
//   GET  /stats    {requests, records, throttled, faulted, refused, cpuMs}
//
// Actions of faults: `error` {status, code, message}; `partial` {code, message, keys | every}: fails those records, or
// every nth, and stores the others; `reset`: before anything is stored; `lost-answer`: after it; `hang`; `trickle`
// {everyMs}: stores, then answers a byte at a time; `malformed` {body, status}: stores, then answers that. `AssumeRole` and
// `Container` are operations too, of which faults are `error` and `hang`.
import http from 'node:http';
import { announce, answer, argument, control, cpuMs, disguise, listen, load, read, take, web } from './common.mjs';
import { Limits, size } from './kinesis/limits.mjs';
import { Records, refusal } from './kinesis/records.mjs';
import { Sessions } from './kinesis/sessions.mjs';
import { accessKey, refused } from './kinesis/signature.mjs';

const TYPE = 'application/x-amz-json-1.1';
const REQUEST_BYTES = 5 << 20;
const RECORD_BYTES = 1 << 20;
const KEPT_CALLS = 20_000;

const limits = new Limits(1000, 1 << 20);
const records = new Records(load);
const stats = { requests: 0, records: 0, throttled: 0, faulted: 0, refused: 0 };
/** Maximum record sizes of streams that have their own, bytes. */
const largest = new Map();
/** Streams whose shards are known and do not change at the moment. */
const settled = new Set();
const calls = [];
let callsDropped = 0;
let faults = [];
let keys = null;
const sessions = new Sessions(() => faults);

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
  if (status !== 200) throw Object.assign(new Error(`${op}: ${output.__type} ${output.message}`), { statusCode: status, body: output });
  return output;
}

/** The status of a stream and all its shards. */
async function describe(name) {
  const shards = [];
  for (;;) {
    const { StreamDescription: found } = await ask('DescribeStream', { StreamName: name, ExclusiveStartShardId: shards.at(-1)?.ShardId });
    shards.push(...found.Shards);
    if (!found.HasMoreShards) return { status: found.StreamStatus, shards };
  }
}

/** Learns the shards of a stream, unless they are known; throws if there is no such stream to put to. */
async function learn(name) {
  if (settled.has(name)) return;
  const { status, shards } = await describe(name);
  if (status !== 'ACTIVE' && status !== 'UPDATING') {
    throw refusal('ResourceNotFoundException', `Stream ${name} under account 000000000000 not found.`);
  }
  records.know(name, shards);
  if (status === 'ACTIVE') settled.add(name);
}

/** Waits until a stream is active and its shards are known. */
async function active(name) {
  while ((await describe(name)).status !== 'ACTIVE') await new Promise((done) => setTimeout(done, 5));
  settled.delete(name);
  return learn(name);
}

async function split({ name, shard }) {
  const { shards } = await describe(name);
  const { StartingHashKey: first, EndingHashKey: last } = shards.find((one) => one.ShardId === shard).HashKeyRange;
  const middle = (BigInt(first) + BigInt(last)) / 2n + 1n;
  await ask('SplitShard', { StreamName: name, ShardToSplit: shard, NewStartingHashKey: String(middle) });
  await active(name);
}

async function stored(name, shard, from, limit) {
  await learn(name);
  const shards = shard ? [shard] : [...records.streams.get(name).shards.keys()];
  return shards.flatMap((id) => records.stored(name, id, from, from + limit));
}

/** A refusal in the words of the service. */
const error = (status, code, message) => ({ status, output: { __type: code, message } });

const nameOf = (input) => input.StreamName ?? input.StreamARN?.split('/')[1];

/** PutRecord and PutRecords: the form, the limits, then the logs, without the records that are `failing`. */
async function put(op, { StreamARN: arn, ...input }, failing) {
  const stream = nameOf({ ...input, StreamARN: arn });
  const most = largest.get(stream) ?? RECORD_BYTES;
  const form = records.check(op === 'PutRecords' ? 'putRecords' : 'putRecord', { ...input, StreamName: stream }, most);
  const all = form.Records ?? [form];
  const sizes = all.map(size);
  if (sizes.some((bytes) => bytes > most)) return error(400, 'ValidationException', `a record is larger than ${most} bytes`);
  const request = largest.has(stream) ? REQUEST_BYTES * 2 : REQUEST_BYTES;
  if (sizes.reduce((sum, bytes) => sum + bytes) > request) {
    return error(400, 'InvalidArgumentException', 'Records size exceeds the limit of a request');
  }
  await learn(stream);
  const shards = all.map((one) => records.shard(stream, one));
  const answers = all.map((one, at) => {
    const failed = failing(one, at) ?? throttled(stream, shards[at].id, sizes[at]);
    if (failed) return failed;
    stats.records++;
    const sequence = shards[at].append(one.PartitionKey, Buffer.from(one.Data, 'base64'));
    return { SequenceNumber: sequence, ShardId: shards[at].id };
  });
  if (op === 'PutRecords') {
    return { status: 200, output: { FailedRecordCount: answers.filter((one) => one.ErrorCode).length, Records: answers } };
  }
  const [{ ErrorCode: code, ErrorMessage: message }] = answers;
  return code ? error(400, code, message) : { status: 200, output: answers[0] };
}

/** What the answer says of a record whose shard has no room. */
function throttled(stream, shard, bytes) {
  if (limits.admits(stream, shard, bytes)) return null;
  stats.throttled++;
  const ErrorMessage = `Rate exceeded for shard ${shard} in stream ${stream} under account 000000000000.`;
  return { ErrorCode: 'ProvisionedThroughputExceededException', ErrorMessage };
}

/** Any other operation: kinesalite's, but for what depends on records. */
async function pass(op, headers, body) {
  const { StreamARN: arn, ...input } = JSON.parse(body);
  const stream = nameOf({ ...input, StreamARN: arn });
  if (stream) input.StreamName = stream;
  if (op === 'GetRecords') return { status: 200, output: records.read(records.check('getRecords', input)) };
  const { ShardIteratorType: type } = input;
  const ours = op === 'GetShardIterator' && (type === 'LATEST' || (type === 'AT_TIMESTAMP' && input.Timestamp <= Date.now() / 1000));
  if (ours) input.ShardIteratorType = 'TRIM_HORIZON';
  const { status, body: text } = await forward(headers, JSON.stringify(input));
  const output = text.length ? JSON.parse(text) : {};
  if (status !== 200) return { status, output };
  if (['CreateStream', 'DeleteStream', 'SplitShard', 'MergeShards'].includes(op)) settled.delete(stream);
  if (op === 'DeleteStream') records.streams.delete(stream);
  if (op === 'GetShardIterator') await learn(stream);
  if (ours) output.ShardIterator = records.iterator(stream, input.ShardId, type, input.Timestamp);
  if (op === 'DescribeStreamSummary' && largest.has(stream)) {
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
  const stranger = refused(request, body, keys && { ...keys, ...sessions.keys() }, 'kinesis');
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
  const { status, output } = await (isPut ? put(op, input, failing(fault)) : pass(op, request.headers, body)).catch((why) => {
    // What kinesalite and the logs refuse; anything else is a defect.
    if (why.statusCode) return { status: why.statusCode, output: why.body };
    throw why;
  });
  call.failed = call.keys.filter((_, at) => status !== 200 || output.Records?.[at]?.ErrorCode);
  if (fault?.action === 'lost-answer') return request.socket.destroy();
  if (fault?.action === 'trickle') return trickle(response, status, output, fault.everyMs);
  if (fault?.action === 'malformed') {
    response.writeHead(fault.status ?? 200, { 'content-type': TYPE });
    return response.end(fault.body ?? '{"Records":[');
  }
  return answer(response, status, output, TYPE);
}

const proxy = web((request, response) => {
  serve(request, response).catch((failure) => {
    if (!response.headersSent) answer(response, 500, { __type: 'InternalFailure', message: String(failure) }, TYPE);
  });
});

const controls = control({
  'POST /streams': async ({ name, shards, maxRecordKiB }) => {
    await ask('CreateStream', { StreamName: name, ShardCount: shards });
    if (maxRecordKiB) largest.set(name, maxRecordKiB * 1024);
    await active(name);
  },
  'POST /splits': split,
  'POST /limits': ({ records: count, bytes }) => limits.set(count, bytes),
  'POST /keys': (known) => { keys = known; },
  'POST /sessions': (allowed) => sessions.allow(allowed),
  'GET /sessions': () => sessions.issued.map(({ to, id, until }) => ({ to, id, until })),
  'POST /clock': ({ aheadSeconds }) => { sessions.aheadSeconds = aheadSeconds; },
  'POST /certificate': (shown) => disguise([proxy], shown),
  'POST /faults': (script) => { faults = script; },
  'GET /faults': () => faults,
  'GET /records': (_, query) => stored(query.get('stream'), query.get('shard'), Number(query.get('from') ?? 0), Number(query.get('limit') ?? Infinity)),
  'GET /calls': (_, query) => calls.slice(Math.max(0, Number(query.get('from') ?? 0) - callsDropped)),
  'GET /stats': () => ({ ...stats, cpuMs: cpuMs() }),
});

announce({
  endpoint: `${argument('tls') ? 'https' : 'http'}://127.0.0.1:${await listen(proxy)}`,
  signIn: `http://127.0.0.1:${await listen(sessions.server())}`,
  control: `http://127.0.0.1:${await listen(controls)}`,
});
