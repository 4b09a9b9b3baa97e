import { lstat, readdir, readFile, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { isObject, type Json } from '@countersign/core';

/**
 * How `demo tour` finds a demo that runs: a file in the demo's own temporary directory, which nobody else can enter,
 * and which goes with the directory. Nothing is written anywhere else.
 */

/** What a script needs to know about a running demo. URLs have no final slash. */
export interface DemoAddresses {
  /** Token endpoint and API. */
  readonly service: string;
  /** The host behind the gateway. */
  readonly protected: string;
  /** The demo issuers are below it: `/github`, `/gitlab`, `/kubernetes`, `/google`, `/corp`. */
  readonly identityProvider: string;
  readonly organization: string;
  /** The demo's own; a fresh one each time. */
  readonly adminToken: string;
  /** Its `countersign.yaml`. */
  readonly configFile: string;
}

/** What temporary directories of demos are called, up to the random part. */
export const DIRECTORY_PREFIX = 'countersign-demo-';

const FILE = 'demo.json';

/** Directories that are looked at: a machine full of leftovers must not make the search long. */
const MOST_DIRECTORIES = 100;

export async function announce(directory: string, demo: DemoAddresses): Promise<void> {
  // It holds the administrator's token of the demo: for the owner alone, like the directory itself.
  const text = JSON.stringify({ pid: process.pid, ...demo });
  await writeFile(join(directory, FILE), text, { mode: 0o600, flag: 'wx' });
}

/** The running demo of this user (a uid) that was started last, if there is one. */
export async function findRunningDemo(
  parent: string = tmpdir(),
  user: number | undefined = process.getuid?.(),
): Promise<DemoAddresses | undefined> {
  const names = (await readdir(parent)).filter((name) => name.startsWith(DIRECTORY_PREFIX)).sort();
  let newest: { readonly since: number; readonly demo: DemoAddresses } | undefined;
  for (const name of names.slice(0, MOST_DIRECTORIES)) {
    const found = await readAnnouncement(join(parent, name), user);
    if (found !== undefined && (newest === undefined || found.since > newest.since)) newest = found;
  }
  return newest?.demo;
}

async function readAnnouncement(
  directory: string,
  user: number | undefined,
): Promise<{ readonly since: number; readonly demo: DemoAddresses } | undefined> {
  try {
    const { mtimeMs, mode, uid } = await lstat(directory);
    // The parent is open to everybody (/tmp): a directory that another user planted would send the tour to a server
    // of theirs. `lstat`, so that a link to a directory of ours is no directory.
    if (uid !== user || (mode & 0o77777) !== 0o40700) return undefined;
    const json = JSON.parse(await readFile(join(directory, FILE), 'utf8')) as Json;
    const demo = parseAnnouncement(json);
    return demo === undefined ? undefined : { since: mtimeMs, demo };
  } catch {
    // Not finished starting, just ended, or not ours to read: the same as not there.
    return undefined;
  }
}

function parseAnnouncement(json: Json): DemoAddresses | undefined {
  if (!isObject(json) || typeof json['pid'] !== 'number' || !isAlive(json['pid'])) return undefined;
  const text = (name: keyof DemoAddresses): string => {
    const value = json[name];
    return typeof value === 'string' ? value : '';
  };
  const demo: DemoAddresses = {
    service: text('service'),
    protected: text('protected'),
    identityProvider: text('identityProvider'),
    organization: text('organization'),
    adminToken: text('adminToken'),
    configFile: text('configFile'),
  };
  return Object.values(demo).includes('') ? undefined : demo;
}

/** A demo that was killed outright leaves its directory behind, but not its process. */
function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}
