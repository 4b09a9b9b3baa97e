import type { DemoAddresses } from '../announcement.ts';
import { ADMIN_TOKEN_VARIABLE } from '../configuration.ts';
import { exchangeBody, exchangeUrl, mintUrl, ordersUrl } from './calls.ts';
import { line, type Print } from './story.ts';

/** What comes after the tour, for a demo that goes on: the story as commands for a shell, and where to go from here. */
export function tryItYourself(demo: DemoAddresses, print: Print): void {
  print('');
  print('Try it yourself');
  for (const command of shellCommands(demo)) line(print, command);
  line(
    print,
    `In a browser: ${ordersUrl(demo)}, as Ada, and as A Visitor; ${demo.service}/.pomerium/ signs out`,
  );
  print('');
  print('Make it real');
  line(print, `cp ${demo.configFile} .   # then put your issuers and services into it`);
  line(print, `export ${ADMIN_TOKEN_VARIABLE}=$(head -c 32 /dev/urandom | base64)`);
  line(print, 'npx countersign check --config countersign.yaml');
  line(print, 'npx countersign serve --config countersign.yaml');
}

/**
 * Mint, exchange, call. `curl` resolves `*.localhost` to loopback by itself; `sed` takes a member out of JSON, so that
 * nothing has to be installed.
 */
export function shellCommands(demo: DemoAddresses): readonly string[] {
  const form = Object.entries(exchangeBody(demo, '$ID_TOKEN')).map(
    ([name, value]) => ` -d "${name}=${value}"`,
  );
  return [
    `ID_TOKEN=$(curl -s ${mintUrl(demo, 'github')} -d '{"variant":"main"}' | ${member('token')})`,
    `ACCESS_TOKEN=$(curl -s ${exchangeUrl(demo)}${form.join('')} | ${member('access_token')})`,
    `curl -s ${ordersUrl(demo)} -H "Authorization: Bearer $ACCESS_TOKEN"`,
  ];
}

function member(name: string): string {
  return `sed 's/.*"${name}":"\\([^"]*\\)".*/\\1/'`;
}
