// What the peers have in common. A peer is a program: its packages are in the folder that `--modules` names, it prints
// one line of JSON once it listens (with at least `control`, the address of its control API), and it ends with its
// standard input, so that it never outlives the test that started it.
import http from 'node:http';
import https from 'node:https';
import { createRequire } from 'node:module';
import path from 'node:path';

/** The value that follows `--name` on the command line. */
export function argument(name, otherwise) {
  const at = process.argv.indexOf(`--${name}`);
  return at < 0 ? otherwise : process.argv[at + 1];
}

/** A package out of the folder of the lock file. */
export function load(name) {
  const folder = argument('modules');
  if (!folder) throw new Error('say where the packages are: --modules FOLDER');
  return createRequire(path.resolve(folder, 'package.json'))(name);
}

/** Key and certificates, as servers of Node want them; `pem` has both. */
const identity = (pem) => ({ key: pem, cert: pem });

/** Key and certificates that `--tls` says; `null` without it. */
export function tls() {
  const pem = argument('tls');
  return pem ? identity(pem) : null;
}

/** A server of HTTP, or of HTTPS with `--tls`. */
export function web(handler) {
  return tls() ? https.createServer(tls(), handler) : http.createServer(handler);
}

/** Connections that come from now on see these key and certificates. */
export function disguise(servers, { pem }) {
  for (const server of servers) server.setSecureContext(identity(pem));
}

/** Listens on a free port of loopback; gives the port. */
export function listen(server) {
  return new Promise((done, failed) => {
    server.once('error', failed);
    server.listen(0, '127.0.0.1', () => done(server.address().port));
  });
}

/** Says that the peer is ready, and where. */
export function announce(where) {
  process.stdout.write(`${JSON.stringify(where)}\n`);
  process.stdin.on('end', () => process.exit(0)).resume();
}

/** The whole body of a request. */
export function read(request) {
  return new Promise((done, failed) => {
    const parts = [];
    request.on('data', (part) => parts.push(part));
    request.on('end', () => done(Buffer.concat(parts)));
    request.on('error', failed);
  });
}

/** Answers with JSON. */
export function answer(response, status, value, type = 'application/json') {
  const body = Buffer.from(JSON.stringify(value));
  response.writeHead(status, { 'content-type': type, 'content-length': body.length });
  response.end(body);
}

/**
 * A server of the control API: `routes` maps `METHOD /path` to a function of the parsed body and of the query, whose
 * result is the answer. An error is answered 400 with its message.
 */
export function control(routes) {
  return http.createServer(async (request, response) => {
    const url = new URL(request.url, 'http://peer');
    const route = routes[`${request.method} ${url.pathname}`];
    try {
      const body = await read(request);
      if (!route) throw new Error(`no such route; there are ${Object.keys(routes).join(', ')}`);
      answer(response, 200, (await route(body.length ? JSON.parse(body) : null, url.searchParams)) ?? {});
    } catch (error) {
      answer(response, 400, { message: String(error?.message ?? error) });
    }
  });
}

/** Milliseconds of processor time this peer has used, to be taken off what is measured. */
export function cpuMs() {
  const { user, system } = process.cpuUsage();
  return Math.round((user + system) / 1000);
}

/** Takes the first of the scripted faults that `matches`, and counts it down; a fault without `times` stays. */
export function take(faults, matches) {
  const at = faults.findIndex(matches);
  if (at < 0) return null;
  const fault = faults[at];
  if (fault.times !== undefined && --fault.times <= 0) faults.splice(at, 1);
  return fault;
}
