// Signature Version 4, as the service checks it.
import crypto from 'node:crypto';

const sha256 = (data) => crypto.createHash('sha256').update(data).digest('hex');
const hmac = (key, data) => crypto.createHmac('sha256', key).update(data).digest();
const refusal = (code, message) => ({ code, message });

/** The access key id that a request is signed with. */
export function accessKey(request) {
  return /Credential=([^/,]+)\//.exec(request.headers.authorization ?? '')?.[1];
}

/**
 * Why a request is refused; `null` if one of `keys` signed it for the `service`. `keys` maps access key ids to `{secret, token}`;
 * without it everybody may come in who signs at all.
 */
export function refused(request, body, keys, service) {
  const header = request.headers.authorization ?? '';
  const [, id, date, region, scoped] = /Credential=([^/]+)\/([^/]+)\/([^/]+)\/([^/]+)\/aws4_request/.exec(header) ?? [];
  if (!id) return refusal('MissingAuthenticationTokenException', 'Missing Authentication Token');
  if (!keys) return null;
  const key = keys[id];
  const token = request.headers['x-amz-security-token'];
  if (!key || (key.token ?? undefined) !== token) {
    return refusal('UnrecognizedClientException', 'The security token included in the request is invalid.');
  }
  if (key.expired) return refusal('ExpiredTokenException', 'The security token included in the request is expired');
  if (scoped !== service) return refusal('SignatureDoesNotMatch', `Credential should be scoped to correct service: '${service}'.`);
  const signed = /SignedHeaders=([^,]+)/.exec(header)[1].split(';');
  const canonical = [
    request.method, '/', '',
    ...signed.map((name) => `${name}:${request.headers[name].trim().replace(/ +/g, ' ')}`), '',
    signed.join(';'), sha256(body),
  ].join('\n');
  const scope = `${date}/${region}/${service}/aws4_request`;
  const text = ['AWS4-HMAC-SHA256', request.headers['x-amz-date'], scope, sha256(canonical)].join('\n');
  const signing = [date, region, service, 'aws4_request'].reduce(hmac, `AWS4${key.secret}`);
  if (hmac(signing, text).toString('hex') === /Signature=([0-9a-f]+)/.exec(header)?.[1]) return null;
  return refusal(
    'InvalidSignatureException',
    'The request signature we calculated does not match the signature you provided.',
  );
}
