// Who gives temporary credentials: a Security Token Service that knows AssumeRole and nothing else, and what a container
// asks for its own (`GET /container`). What they gave is good for Kinesis until its time is over.
import crypto from 'node:crypto';
import http from 'node:http';
import { answer, read, take } from '../common.mjs';
import { accessKey, refused } from './signature.mjs';

const HANG = Symbol('no answer');
const VERSION = '2011-06-15';

/** A refusal in the words of the service. */
const refusal = (status, code, message) => Object.assign(new Error(message), { status, code });

const random = (bytes) => crypto.randomBytes(bytes).toString('base64');

export class Sessions {
  /** `faults` gives the script of the peer. */
  constructor(faults) {
    this.faults = faults;
    this.issued = [];
    this.aheadSeconds = 0;
    this.allow({});
  }

  /**
   * Who may ask from now on: `callers` {id: {secret, token?}}, the ARNs of the `roles` they may assume, the text by which
   * a container is known, and for how long what they get is good.
   */
  allow({ callers = {}, roles = [], authorization = null, seconds = 3600 }) {
    Object.assign(this, { callers, roles, authorization, seconds });
  }

  /** What was given, as keys of requests to Kinesis. */
  keys() {
    const now = Date.now() + this.aheadSeconds * 1000;
    return Object.fromEntries(this.issued.map(({ id, secret, token, until }) => [id, { secret, token, expired: until <= now }]));
  }

  give(to) {
    const until = Date.now() + (this.aheadSeconds + this.seconds) * 1000;
    const session = { to, id: `ASIA${crypto.randomBytes(8).toString('hex').toUpperCase()}`, secret: random(30), token: random(90), until };
    this.issued.push(session);
    return session;
  }

  /** AssumeRole, checked as the service does. */
  assume(request, body) {
    const stranger = refused(request, body, this.callers, 'sts');
    if (stranger) throw refusal(403, stranger.code.replace(/Exception$/, ''), stranger.message);
    const input = Object.fromEntries(new URLSearchParams(body.toString()));
    if (input.Action !== 'AssumeRole' || input.Version !== VERSION) throw refusal(400, 'InvalidAction', `Could not find operation ${input.Action} for version ${input.Version}`);
    if (!/^[\w+=,.@-]{2,64}$/.test(input.RoleSessionName ?? '')) throw refusal(400, 'ValidationError', 'RoleSessionName is not valid');
    const { RoleArn: role } = input;
    if (!this.roles.includes(role)) {
      const caller = `arn:aws:iam::123456789012:user/${accessKey(request)}`;
      throw refusal(403, 'AccessDenied', `User: ${caller} is not authorized to perform: sts:AssumeRole on resource: ${role}`);
    }
    const { id, secret, token, until } = this.give(role);
    return `<AssumeRoleResponse xmlns="https://sts.amazonaws.com/doc/${VERSION}/"><AssumeRoleResult>
<AssumedRoleUser><AssumedRoleId>AROATEST:${input.RoleSessionName}</AssumedRoleId><Arn>${role.replace(':iam:', ':sts:').replace(':role/', ':assumed-role/')}/${input.RoleSessionName}</Arn></AssumedRoleUser>
<Credentials><AccessKeyId>${id}</AccessKeyId><SecretAccessKey>${secret}</SecretAccessKey><SessionToken>${token}</SessionToken><Expiration>${new Date(until).toISOString()}</Expiration></Credentials>
</AssumeRoleResult><ResponseMetadata><RequestId>${crypto.randomUUID()}</RequestId></ResponseMetadata></AssumeRoleResponse>`;
  }

  /** What a container is given that shows who it is. */
  container(request) {
    if (!this.authorization || request.headers.authorization !== this.authorization) throw refusal(401, 'Unauthorized', 'this container has no role');
    const { id, secret, token, until } = this.give('container');
    return { AccessKeyId: id, SecretAccessKey: secret, Token: token, Expiration: new Date(until).toISOString() };
  }

  /** The fault of the script that happens to an operation. */
  strike(op) {
    const fault = take(this.faults(), (one) => one.op === op);
    if (fault?.action === 'hang') throw HANG;
    if (fault) throw refusal(fault.status ?? 500, fault.code ?? 'InternalFailure', fault.message ?? 'as the script says');
  }

  async serve(request, response) {
    const body = await read(request);
    const contained = request.method === 'GET';
    try {
      this.strike(contained ? 'Container' : 'AssumeRole');
      if (contained) return answer(response, 200, this.container(request));
      const given = this.assume(request, body);
      response.writeHead(200, { 'content-type': 'text/xml' });
      return response.end(given);
    } catch (why) {
      if (why === HANG) return undefined;
      const { status, code, message } = why;
      if (!status) throw why;
      if (contained) return answer(response, status, { code, message });
      response.writeHead(status, { 'content-type': 'text/xml' });
      return response.end(`<ErrorResponse xmlns="https://sts.amazonaws.com/doc/${VERSION}/"><Error><Type>Sender</Type><Code>${code}</Code><Message>${message}</Message></Error><RequestId>${crypto.randomUUID()}</RequestId></ErrorResponse>`);
    }
  }

  server() {
    return http.createServer((request, response) => {
      this.serve(request, response).catch((failure) => answer(response, 500, { message: String(failure) }));
    });
  }
}
