import { createHash, generateKeyPairSync, sign, X509Certificate, type KeyObject } from 'node:crypto';
import { isIP } from 'node:net';

/**
 * X.509 certificates made on the spot, in as little DER as RFC 5280 section 4.1 allows: no tool has to be installed, and
 * no certificate in the tree grows old. P-256 throughout.
 */
export interface TestCertificate {
  /** PEM. */
  readonly cert: string;
  /** PEM, PKCS #8. */
  readonly key: string;
  /** SHA-256, lower-case hex. */
  readonly thumbprint: string;
}

export interface CertificateOptions {
  /** Host names and addresses; the first is the common name. */
  readonly names: readonly string[];
  /** Who signs it; itself when absent. */
  readonly issuer?: TestCertificate;
  readonly isAuthority?: boolean;
  /** Days from now. */
  readonly notBefore?: number;
  readonly notAfter?: number;
}

const DAY = 86_400_000;

const hex = (text: string): Buffer => Buffer.from(text, 'hex');

function der(tag: number, ...content: readonly Uint8Array[]): Buffer {
  const body = Buffer.concat(content);
  const length = body.length < 0x80 ? [body.length] : [0x82, body.length >> 8, body.length & 0xff];
  return Buffer.concat([Buffer.from([tag, ...length]), body]);
}

const sequence = (...content: readonly Uint8Array[]): Buffer => der(0x30, ...content);
/** GeneralizedTime, which may be told of any year. */
const time = (at: number): Buffer =>
  der(0x18, Buffer.from(new Date(at).toISOString().replaceAll(/[-:T]|\.\d+/g, '')));
const commonName = (name: string): Buffer =>
  sequence(der(0x31, sequence(hex('0603550403'), der(0x0c, Buffer.from(name)))));

function address(text: string): Buffer {
  if (isIP(text) === 4) return Buffer.from(text.split('.').map(Number));
  const [head = [], tail = []] = text.split('::').map((half) => half.split(':').filter(Boolean));
  const groups = [...head, ...Array.from({ length: 8 - head.length - tail.length }, () => '0'), ...tail];
  return hex(groups.map((group) => group.padStart(4, '0')).join(''));
}

/** subjectAltName, section 4.2.1.6. */
const altNames = (names: readonly string[]): Buffer =>
  sequence(
    hex('0603551d11'),
    der(
      0x04,
      sequence(
        ...names.map((name) => (isIP(name) === 0 ? der(0x82, Buffer.from(name)) : der(0x87, address(name)))),
      ),
    ),
  );
/** basicConstraints, critical: CA. */
const AUTHORITY = hex('300f0603551d130101ff040530030101ff');

/** The Name of a certificate's subject, as it was written: what stands as issuer in those that it signs. */
function nameOf({ cert }: TestCertificate): Buffer {
  return commonName(/CN=(.*)/.exec(new X509Certificate(cert).subject)?.[1] ?? '');
}

export function makeCertificate({
  names,
  issuer,
  isAuthority,
  notBefore,
  notAfter,
}: CertificateOptions): TestCertificate {
  const pair = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const key = pair.privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();
  const algorithm = sequence(hex('06082a8648ce3d040302'));
  const subject = commonName(names[0] ?? '');
  const now = Date.now();
  const body = sequence(
    hex('a003020102'),
    // A serial of its own: two of one issuer must not share theirs.
    der(0x02, Buffer.concat([hex('01'), createHash('sha256').update(key).digest().subarray(0, 8)])),
    algorithm,
    issuer ? nameOf(issuer) : subject,
    sequence(time(now + (notBefore ?? -1) * DAY), time(now + (notAfter ?? 1) * DAY)),
    subject,
    pair.publicKey.export({ type: 'spki', format: 'der' }),
    der(0xa3, sequence(...(isAuthority === true ? [AUTHORITY] : []), altNames(names))),
  );
  const signer: KeyObject | string = issuer ? issuer.key : pair.privateKey;
  const certificate = sequence(body, algorithm, der(0x03, hex('00'), sign('sha256', body, signer)));
  return {
    cert: `-----BEGIN CERTIFICATE-----\n${certificate.toString('base64')}\n-----END CERTIFICATE-----\n`,
    key,
    thumbprint: createHash('sha256').update(certificate).digest('hex'),
  };
}
