import type { InitPlan } from './answers.ts';

/** Beside the configuration: what its first line tells editors. */
export const SCHEMA_FILE = 'countersign.schema.json';

/**
 * The first configuration as text. Every value that somebody gave is written as a JSON string, which is a YAML one too:
 * none can end its line and become a key. There is never a secret in it, only the name of the variable that holds one.
 */
export function firstConfiguration({ organization, platform, issuerUrl, pins, url }: InitPlan): string {
  return [
    `# yaml-language-server: $schema=${SCHEMA_FILE}`,
    `listen: ${quoted(listenFor(url))}`,
    `url: ${quoted(url)}`,
    'storage: sqlite:countersign.db',
    '# At least 32 characters; whoever holds it administers the whole site.',
    'admin_token: ${COUNTERSIGN_ADMIN_TOKEN}',
    '',
    'organizations:',
    `  - name: ${quoted(organization)}`,
    '    issuers:',
    `      - name: ${quoted(platform.preset)}`,
    `        url: ${quoted(issuerUrl)}`,
    `        preset: ${platform.preset}`,
    '        policies:',
    '          # Tokens of the organization, for an hour, for these tokens and no others.',
    '          - decision: allow',
    '            token_type: organization',
    '            max_expiration: 1h',
    '            match:',
    ...[...pins].map(([claim, value]) => `              ${quoted(claim)}: { equals: ${quoted(value)} }`),
    ...denyLines(platform.deny),
    '',
  ].join('\n');
}

function denyLines(deny: InitPlan['platform']['deny']): readonly string[] {
  if (deny === undefined) return [];
  return [
    '          - decision: deny',
    '            token_type: organization',
    '            match:',
    ...Object.entries(deny).map(
      ([claim, values]) => `              ${quoted(claim)}: { one_of: [${values.map(quoted).join(', ')}] }`,
    ),
  ];
}

/** A URL of this machine is listened on as it is; any other is for a proxy in front that ends TLS. */
function listenFor(url: string): string {
  const { protocol, port, hostname } = new URL(url);
  const isLocal = protocol === 'http:' && ['localhost', '127.0.0.1'].includes(hostname);
  return `127.0.0.1:${isLocal ? port || '80' : '8080'}`;
}

function quoted(text: string): string {
  return JSON.stringify(text);
}
