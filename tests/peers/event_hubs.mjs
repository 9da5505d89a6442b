// An Event Hubs namespace on AMQP 1.0: claims-based security with real signatures and expiry, `$management`, hubs of
// partitions, batches, receivers to read back with, and faults by script. Built on rhea, which shares nothing with the
// AMQP client of Microsoft's Rust SDK.
//
// node tests/peers/event_hubs.mjs --modules FOLDER [--host NAMESPACE] [--latency-ms N] [--tls PEM]
//
// With `--tls`, the text of a key and certificates, it speaks AMQP over TLS. Beside it is an Entra (`event_hubs/entra.mjs`),
// over HTTPS if there are certificates: `authority`. It knows the key `RootManageSharedAccessKey` of the whole namespace until /keys says otherwise, and no hub.
//
// Control API, JSON:
//   POST /hubs     {name, partitions, maxMessageBytes?}   makes a hub, or gives one more partitions
//   POST /keys     {name: {key, hub?}}     who may sign tokens; a key with a hub is good for that hub alone
//   POST /tokens   [text]                  JSON Web Tokens that are good for every hub
//   POST /entra    {tenant, applications: {id: secret}, seconds}     who is given tokens, and for how long they are good
//   POST /certificate {pem}                shown to whoever connects from now on
//   POST /clock    {aheadSeconds}          the time by which tokens expire here, ahead of the real one
//   POST /faults   [{on, action, ...}]     replaces the script; the first that fits an occasion happens to it
//   GET  /faults   what is left of the script
//   POST /drop     ends every connection without a word
//   GET  /events?hub=&partition=&from=&limit=   what is stored, by partition in order:
//                  [{partition, sequence, id, contentType, properties, body}]; of one partition and a part of it, if asked for
//   GET  /stats    {connections, open, tokens, given (by Entra), attaches, transfers, batches, events, refused, faulted, cpuMs}
//
// A fault is {on, action, times?, hub?, partition?, condition?, description?, status?, ms?}:
//   on `auth`       the put-token is answered `status` (401); `hang`: it is not answered
//   on `properties` a reading of properties is answered `status`; `hang`
//   on `attach`     `reject` with a condition; `hang`
//   on `transfer`   `reject`; `release`, `modified`: settled so, nothing stored; `drop`: the connection ends, nothing
//                   stored; `detach`, `close`: with a condition, nothing stored; `hang`: neither stored nor settled;
//                   `malformed`: bytes that are no AMQP, nothing stored; `accept-then-drop`: stored, then the connection
//                   ends; `lost-answer`: stored, never settled; `slow`: stored and settled after `ms`
import { announce, argument, control, cpuMs, disguise, listen, load, take, tls } from './common.mjs';
import { Gate } from './event_hubs/gate.mjs';
import { Hub, parse } from './event_hubs/hub.mjs';
import { wholePerformatives } from './event_hubs/wire.mjs';

const rhea = load('rhea');
wholePerformatives(load('rhea/lib/frames.js'));
const { types, message } = rhea;

const BATCH = 0x80013700;
const HOST = argument('host', 'weir-test.servicebus.windows.net');
// The real service never settles within the same millisecond.
const LATENCY_MS = Number(argument('latency-ms', '3'));

const hubs = new Map();
const gate = new Gate(HOST);
const connections = new Set();
const stats = { connections: 0, tokens: 0, attaches: 0, transfers: 0, batches: 0, events: 0, refused: 0, faulted: 0 };
let faults = [];

function fault(on, hub, partition) {
  const found = take(faults, (one) => one.on === on
    && (one.hub === undefined || one.hub === hub) && (one.partition === undefined || one.partition === partition));
  if (found) stats.faulted++;
  return found;
}

/** Ends a link, or the connection it is on, with a condition. */
const refuse = (endpoint, condition, description) => {
  stats.refused++;
  endpoint.close({ condition, description });
};

const container = rhea.create_container({ id: 'event-hubs', autoaccept: false, autosettle: true });
container.sasl_server_mechanisms.enable_anonymous();
// What Microsoft's clients in Python and JavaScript ask for.
container.sasl_server_mechanisms.MSSBCBS = () => ({ start() { this.outcome = true; }, step() {} });

container.on('connection_open', ({ connection }) => {
  stats.connections++;
  connections.add(connection);
  connection.socket.setNoDelay(true);
  connection.socket.once('close', () => connections.delete(connection));
  connection.claims = new Map();
  connection.replies = new Map();
});
container.on('disconnected', ({ sender }) => {
  for (const hub of hubs.values()) hub.forget(sender);
});
container.on('sender_close', ({ sender }) => {
  for (const hub of hubs.values()) hub.forget(sender);
});
for (const ending of ['connection_error', 'session_error', 'sender_error', 'receiver_error', 'protocol_error', 'error']) {
  container.on(ending, () => {});
}

/** Sends the answer to a request of `$cbs` or `$management`, to the link that asked. */
function reply(connection, request, node, status, description, body = null) {
  const link = connection.replies.get(request.reply_to) ?? connection.replies.get(node);
  const application_properties = { 'status-code': types.wrap_int(status), 'status-description': description };
  link?.send({ to: request.reply_to, correlation_id: request.message_id, application_properties, body });
}

function putToken(connection, request) {
  const { name, type } = request.application_properties;
  const scripted = fault('auth', parse(name).hub);
  if (scripted?.action === 'hang') return;
  const token = Buffer.isBuffer(request.body?.content) ? request.body.content.toString() : request.body;
  const claim = gate.claim(token, type, name);
  stats.tokens++;
  if (scripted || claim.why) {
    stats.refused++;
    reply(connection, request, '$cbs', scripted?.status ?? 401, scripted?.description ?? claim.why ?? 'as the script says');
    return;
  }
  connection.claims.set(claim.path, claim);
  reply(connection, request, '$cbs', 202, 'Accepted');
}

function readProperties(connection, request) {
  const { name, type, partition } = request.application_properties;
  const scripted = fault('properties', name);
  if (scripted?.action === 'hang') return;
  const hub = hubs.get(name);
  if (scripted) reply(connection, request, '$management', scripted.status ?? 500, scripted.description ?? 'as the script says');
  else if (!gate.admits(connection, name)) reply(connection, request, '$management', 401, 'Unauthorized access.');
  else if (!hub) reply(connection, request, '$management', 404, `The messaging entity '${name}' could not be found.`);
  else reply(connection, request, '$management', 200, 'OK', hub.properties(types, type, partition));
}

// The client sends to us.
container.on('receiver_open', ({ receiver, connection }) => {
  const address = receiver.remote.attach.target?.address;
  const open = (credit) => {
    receiver.set_target({ address });
    receiver.set_source(receiver.remote.attach.source ?? {});
    receiver.add_credit(credit);
  };
  if (address === '$cbs' || address === '$management') {
    receiver.node = address;
    open(100);
    return;
  }
  stats.attaches++;
  const { hub: name, partition } = parse(address);
  const hub = hubs.get(name);
  const scripted = fault('attach', name, partition);
  if (scripted?.action === 'hang') return;
  if (scripted) refuse(receiver, scripted.condition ?? 'com.microsoft:server-busy', scripted.description ?? 'as the script says');
  else if (!gate.admits(connection, name)) refuse(receiver, 'amqp:unauthorized-access', `Unauthorized access. 'Send' claim(s) are required. Resource: '${address}'`);
  else if (!hub || (partition !== undefined && !hub.partitions[partition])) refuse(receiver, 'amqp:not-found', `The messaging entity '${address}' could not be found.`);
  else {
    receiver.local.attach.max_message_size = hub.maxMessageBytes;
    Object.assign(receiver, { node: 'hub', hub, partition });
    open(1000);
  }
});

container.on('message', ({ receiver, connection, delivery, message: raw, format }) => {
  receiver.add_credit(1);
  if (receiver.node === 'hub') {
    transfer(receiver, connection, delivery, Buffer.isBuffer(raw) ? raw : message.encode(raw), format);
    return;
  }
  delivery.accept();
  const request = Buffer.isBuffer(raw) ? message.decode(raw) : raw;
  (receiver.node === '$cbs' ? putToken : readProperties)(connection, request);
});

function transfer(receiver, connection, delivery, raw, format) {
  stats.transfers++;
  const { hub, partition } = receiver;
  const scripted = fault('transfer', hub.name, partition);
  const condition = (otherwise) => ({ condition: scripted?.condition ?? otherwise, description: scripted?.description ?? 'as the script says' });
  const instead = {
    reject: () => { stats.refused++; delivery.reject(condition('com.microsoft:server-busy')); },
    release: () => delivery.release(),
    modified: () => delivery.modified({ delivery_failed: true, undeliverable_here: false }),
    drop: () => connection.socket.destroy(),
    detach: () => receiver.close(condition('amqp:link:detach-forced')),
    close: () => connection.close(condition('amqp:connection:forced')),
    malformed: () => connection.socket.write(Buffer.from('00000003ffffffff', 'hex')),
    hang: () => {},
  }[scripted?.action];
  const settle = () => {
    if (instead) instead();
    else if (!gate.admits(connection, hub.name)) refuse(receiver, 'amqp:unauthorized-access', 'ExpiredToken: The token is expired.');
    else if (raw.length > hub.maxMessageBytes) {
      stats.refused++;
      const description = `The received message (size:${raw.length}) exceeds the limit (${hub.maxMessageBytes}) of the link.`;
      delivery.reject({ condition: 'amqp:link:message-size-exceeded', description });
    } else {
      store(hub, partition, raw, format);
      if (scripted?.action === 'lost-answer') return;
      delivery.accept();
      if (scripted?.action === 'accept-then-drop') connection.socket.destroy();
    }
  };
  setTimeout(settle, scripted?.ms ?? LATENCY_MS);
}

/** Stores what a transfer carries: one event, or a batch of them. */
function store(hub, partition, raw, format) {
  const outer = message.decode(raw);
  const key = outer.message_annotations?.['x-opt-partition-key'];
  let events = [raw];
  if (format === BATCH) {
    stats.batches++;
    events = outer.body.multiple ? outer.body.content : [outer.body.content];
  }
  const place = hub.place(partition, key);
  for (const event of events) place.append(event);
  stats.events += events.length;
}

// The client receives from us.
container.on('sender_open', ({ sender, connection }) => {
  const source = sender.remote.attach.source ?? {};
  const { address } = source;
  const target = sender.remote.attach.target?.address;
  const open = () => {
    sender.local.attach.snd_settle_mode = 1; // As the service: settled when sent.
    sender.set_source(source);
    sender.set_target({ address: target });
  };
  if (address === '$cbs' || address === '$management') {
    connection.replies.set(target, sender);
    connection.replies.set(address, sender);
    open();
    return;
  }
  const { hub: name, partition } = parse(address);
  const place = hubs.get(name)?.partitions[partition];
  if (!gate.admits(connection, name)) refuse(sender, 'amqp:unauthorized-access', 'Unauthorized access.');
  else if (!place) refuse(sender, 'amqp:not-found', `The messaging entity '${address}' could not be found.`);
  else {
    open();
    place.read(sender, source.filter, rhea);
  }
});
container.on('sendable', ({ sender }) => sender.pump?.());

const options = {
  max_frame_size: 65536, channel_max: 4999, idle_time_out: 240_000, properties: { product: 'event-hubs' },
  receiver_options: { autoaccept: false, credit_window: 0 },
};
const secured = tls() ? { transport: 'tls', ...tls() } : {};
const amqp = container.listen({ ...options, ...secured, host: '127.0.0.1', port: 0 });
const entra = gate.entra.server();
await new Promise((done) => amqp.once('listening', done));

const controls = control({
  'POST /hubs': ({ name, partitions, maxMessageBytes }) => {
    const hub = hubs.get(name) ?? new Hub(name, maxMessageBytes ?? 1 << 20, message);
    hub.grow(partitions);
    hubs.set(name, hub);
  },
  'POST /keys': (keys) => { gate.keys = keys; },
  'POST /tokens': (tokens) => { gate.tokens = new Set(tokens); },
  'POST /entra': (known) => gate.entra.register(known),
  'POST /certificate': (shown) => disguise([amqp, entra], shown),
  'POST /clock': ({ aheadSeconds }) => { gate.aheadSeconds = aheadSeconds; },
  'POST /faults': (script) => { faults = script; },
  'GET /faults': () => faults,
  'POST /drop': () => { for (const connection of connections) connection.socket.destroy(); },
  'GET /events': (_, query) => hubs.get(query.get('hub')).events(query.get('partition'), Number(query.get('from') ?? 0), Number(query.get('limit') ?? Infinity)),
  'GET /stats': () => ({ ...stats, given: gate.entra.given, open: connections.size, cpuMs: cpuMs() }),
});

announce({
  endpoint: `${tls() ? 'amqps' : 'amqp'}://127.0.0.1:${amqp.address().port}`,
  authority: `${tls() ? 'https' : 'http'}://127.0.0.1:${await listen(entra)}`,
  control: `http://127.0.0.1:${await listen(controls)}`,
});
