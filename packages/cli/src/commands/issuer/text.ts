import type { Deps } from '../../deps.ts';
import { paint } from '../../output.ts';
import { brief, printable } from '../../printable.ts';
import type { IssuerProbe, IssuerReport } from './report.ts';

/** A probe for a person: each fetch with what it saw, then the keys, then what a policy has to pin. */

type Failure = NonNullable<IssuerProbe['failure']>;

const REASONS: Readonly<Record<Failure['reason'], string>> = {
  url: 'the URL is not an absolute http(s) URL without credentials and fragment',
  name: 'the name does not resolve',
  address:
    'the address is private (see allow_private_issuers, and --allow-private here) or never allowed, or http is used beyond loopback',
  proxy: 'the proxy does not answer, or refuses',
  connection: 'the connection fails',
  certificate: 'no authority vouches for the certificate, and no thumbprint names it',
  time: 'there is no whole answer within five seconds',
  redirect: 'the answer is a redirect, and none is followed',
  absent: 'the answer is 404',
  status: 'the answer is not 200',
  encoding: 'the answer is compressed',
  size: 'the answer is longer than 256 KiB',
  malformed: 'the document is not the JSON that it has to be',
  issuer: 'the document speaks for another issuer: it has to name this very URL',
  jwks_uri: 'the document names no key set, or one over plain http',
  secret: 'the key set holds a private or a shared key: whoever reads it can sign',
  unusable: 'no key of the set can be used',
};

export function failureText({ step, reason }: Failure): string {
  return `${step}: ${REASONS[reason]}.`;
}

export function probeText(report: IssuerReport, deps: Deps): readonly string[] {
  const headline = report.ok
    ? paint(deps.stdout, deps.env, 'green', 'OK')
    : paint(deps.stdout, deps.env, 'red', 'FAILED');
  return [
    `${headline}  ${printable(report.url)}`,
    ...report.fetches.flatMap((fetch) => fetchText(fetch, deps)),
    ...(report.issuer === undefined ? [] : [`  issuer    ${brief(report.issuer)}`]),
    ...(report.jwksUri === undefined ? [] : [`  jwks_uri  ${brief(report.jwksUri)}`]),
    ...report.keys.map(keyText),
    ...presetText(report),
  ];
}

type Fetch = IssuerProbe['fetches'][number];

function fetchText(
  { url, status, bytes, failure, addresses, certificate }: Fetch,
  deps: Deps,
): readonly string[] {
  const end = failure === undefined ? `${status ?? '-'}, ${bytes ?? 0} bytes` : REASONS[failure];
  return [
    `  ${failure === undefined ? '✓' : '✗'} GET ${brief(url, 500)}: ${end}`,
    ...addresses.map(
      ({ address, class: kind, allowed }) =>
        `      ${printable(address)} (${kind}${allowed ? '' : ', not allowed'})`,
    ),
    ...(certificate === undefined ? [] : certificateText(certificate, deps)),
  ];
}

function certificateText(
  { thumbprint, expiresAt, trustedBy }: NonNullable<Fetch['certificate']>,
  deps: Deps,
): readonly string[] {
  const days = Math.floor((expiresAt - deps.now()) / 86_400_000);
  return [
    `      certificate ${thumbprint}`,
    `      expires in ${days} days, trusted by ${trustedBy === 'authority' ? 'an authority' : trustedBy}`,
  ];
}

function keyText({ kid, kty, crv, bits, alg, algorithm, fault }: IssuerProbe['keys'][number]): string {
  const kind = [kty, crv ?? bits, algorithm ?? alg].filter((part) => part !== undefined).join(' ');
  const end = fault === undefined ? '' : ` left out: ${fault}`;
  return `  ${fault === undefined ? '✓' : '✗'} key ${brief(kid ?? '(no kid)')}  ${printable(kind)}${end}`;
}

function presetText({ preset }: IssuerReport): readonly string[] {
  if (preset === undefined) return [];
  return [
    '',
    `  preset ${preset.name} (${preset.title}) pins one of ${preset.pin.join(', ')}`,
    ...preset.hints.map((hint) => `    ${hint}`),
  ];
}
