// Who may come in: shared access signatures and JSON Web Tokens, and what a connection has shown so far.
import crypto from 'node:crypto';
import { Entra } from './entra.mjs';
import { parse } from './hub.mjs';

const SAS = 'servicebus.windows.net:sastoken';

/** Checks tokens as the service does. */
export class Gate {
  constructor(host) {
    this.host = host;
    this.keys = { RootManageSharedAccessKey: { key: 'c2VjcmV0' } };
    this.tokens = new Set();
    this.aheadSeconds = 0;
    this.entra = new Entra(() => this.now());
  }

  now() {
    return Date.now() / 1000 + this.aheadSeconds;
  }

  /** What a token allows: `{path, until}`, or `{why}` it is refused. `name` is what it was put for. */
  claim(token, type, name) {
    if (type === SAS) return this.signature(token, name);
    if (type !== 'jwt') return { why: 'InvalidIssuer: Token issuer is invalid.' };
    const { why, until } = this.tokens.has(token) ? { until: Infinity } : this.entra.check(token);
    return why ? { why } : { path: parse(name).hub, until };
  }

  signature(token, name) {
    const text = /^SharedAccessSignature (.*)$/.exec(token)?.[1];
    if (!text) return { why: 'InvalidSignature: The token has no signature.' };
    const fields = Object.fromEntries(text.split('&').map((field) => {
      const at = field.indexOf('=');
      return [field.slice(0, at), field.slice(at + 1)];
    }));
    const known = this.keys[decodeURIComponent(fields.skn ?? '')];
    if (!known) return { why: 'InvalidSignature: The token has an unknown key name.' };
    const signed = crypto.createHmac('sha256', known.key).update(`${fields.sr}\n${fields.se}`).digest('base64');
    if (signed !== decodeURIComponent(fields.sig ?? '')) return { why: 'InvalidSignature: The token has an invalid signature.' };
    const until = Number(fields.se);
    if (!(until > this.now())) return { why: `ExpiredToken: The token is expired. Expiration time: '${fields.se}'` };
    const audience = new URL(decodeURIComponent(fields.sr));
    const covered = parse(audience.href).hub;
    const { hub } = parse(name);
    if (audience.hostname !== this.host || (covered && covered !== hub) || (known.hub && known.hub !== hub)) {
      return { why: `InvalidAudience: The token is for '${audience.href}'.` };
    }
    return { path: hub, until };
  }

  /** Whether a connection has shown a token for a hub that is still good. */
  admits(connection, hub) {
    return (connection.claims.get(hub)?.until ?? -Infinity) > this.now();
  }
}
