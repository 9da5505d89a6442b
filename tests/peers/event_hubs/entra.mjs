// Entra, as far as an application with a secret sees it: the client-credentials flow, and JSON Web Tokens that the
// namespace can check.
import crypto from 'node:crypto';
import { answer, read, web } from '../common.mjs';

const AUDIENCE = 'https://eventhubs.azure.net';
const KEY = crypto.randomBytes(32);

const encoded = (value) => Buffer.from(JSON.stringify(value)).toString('base64url');
const signature = (text) => crypto.createHmac('sha256', KEY).update(text).digest('base64url');

/** A refusal in the words of the service. */
const refusal = (status, error, code, why) => ({ status, body: { error, error_description: `AADSTS${code}: ${why}`, error_codes: [code] } });

export class Entra {
  /** `now` is the time, in seconds. */
  constructor(now) {
    this.now = now;
    this.given = 0;
    this.register({});
  }

  /** The `applications` {id: secret} of a `tenant`, and for how long a token is good. */
  register({ tenant = '', applications = {}, seconds = 3600 }) {
    Object.assign(this, { tenant, applications, seconds });
  }

  /** The answer to a request for a token. */
  token(url, form) {
    const tenant = /^\/([^/]+)\/oauth2\/v2\.0\/token$/.exec(url.pathname)?.[1];
    if (tenant !== this.tenant) return refusal(400, 'invalid_request', 90002, `Tenant '${tenant}' not found.`);
    const { grant_type: grant, scope, client_id: id, client_secret: secret } = Object.fromEntries(form);
    if (grant !== 'client_credentials') return refusal(400, 'unsupported_grant_type', 70003, `The grant type '${grant}' is not supported.`);
    if (scope !== `${AUDIENCE}/.default`) return refusal(400, 'invalid_scope', 70011, `The scope ${scope} is not valid.`);
    if (!(id in this.applications)) return refusal(400, 'unauthorized_client', 700016, `Application with identifier '${id}' was not found in the directory.`);
    if (secret !== this.applications[id]) return refusal(401, 'invalid_client', 7000215, `Invalid client secret provided for app '${id}'.`);
    this.given++;
    const issued = Math.floor(this.now());
    const claims = { aud: AUDIENCE, iss: `https://sts.windows.net/${tenant}/`, appid: id, iat: issued, nbf: issued, exp: issued + this.seconds, uti: crypto.randomUUID() };
    const text = `${encoded({ typ: 'JWT', alg: 'HS256' })}.${encoded(claims)}`;
    return { status: 200, body: { token_type: 'Bearer', expires_in: this.seconds, ext_expires_in: this.seconds, access_token: `${text}.${signature(text)}` } };
  }

  /** What a token says, or `{why}` it is refused. */
  check(token) {
    const [head, claims, signed] = String(token).split('.');
    if (signed === undefined || signature(`${head}.${claims}`) !== signed) return { why: 'InvalidIssuer: Token issuer is invalid.' };
    const { aud, exp } = JSON.parse(Buffer.from(claims, 'base64url'));
    if (aud !== AUDIENCE) return { why: `InvalidAudience: The token is for '${aud}'.` };
    return exp > this.now() ? { until: exp } : { why: `ExpiredToken: The token is expired. Expiration time: '${exp}'` };
  }

  server() {
    return web(async (request, response) => {
      const { status, body } = this.token(new URL(request.url, 'http://entra'), new URLSearchParams((await read(request)).toString()));
      answer(response, status, body);
    });
  }
}
