import { err, ok, type Result } from '@countersign/core';
import { Option } from 'commander';
import type { Deps } from './deps.ts';
import { usage, type CliFailure } from './errors.ts';

/** Which server, and which organization there: flag before environment. */

export function urlOption(): Option {
  return new Option('--url <url>', 'address of the server (or COUNTERSIGN_URL)');
}

export function organizationOption(): Option {
  return new Option('--org <name>', 'organization (or COUNTERSIGN_ORG)');
}

/** The server's base URL without a final slash. */
export function serverUrl(flag: string | undefined, env: Deps['env']): Result<string, CliFailure> {
  const text = flag ?? env['COUNTERSIGN_URL'];
  if (!text) return err(usage('which server? Give --url URL or set COUNTERSIGN_URL.'));
  const url = URL.parse(text);
  if (url === null || !['http:', 'https:'].includes(url.protocol)) {
    return err(usage(`${text} is not an http or https URL.`));
  }
  if (url.username !== '' || url.password !== '' || url.search !== '' || url.hash !== '') {
    return err(usage('the address of the server takes no user, password, query or fragment.'));
  }
  return ok(url.href.replace(/\/+$/, ''));
}

/** The organization, or `undefined` when none is named. */
export function organizationName(flag: string | undefined, env: Deps['env']): string | undefined {
  return flag ?? (env['COUNTERSIGN_ORG'] || undefined);
}
