import { PLATFORMS, type Platform, type PlatformPin } from './platform.ts';

/** What `init` has to know. Flags and questions fill the same fields; what is missing is asked for, or refused. */
export interface InitFlags {
  readonly org?: string;
  readonly issuer?: string;
  readonly issuerUrl?: string;
  readonly repo?: string;
  readonly owner?: string;
  /** `claim=value` */
  readonly pin?: readonly string[];
  readonly url?: string;
}

export interface Question {
  readonly text: string;
  /** Taken for an empty answer. */
  readonly fallback?: string;
  /** The flag that gives the answer instead. */
  readonly flag: string;
  readonly fill: (flags: InitFlags, answer: string) => InitFlags;
}

/** Everything that the file says. */
export interface InitPlan {
  readonly organization: string;
  readonly platform: Platform;
  readonly issuerUrl: string;
  /** Claim path → exact value. */
  readonly pins: ReadonlyMap<string, string>;
  readonly url: string;
}

const DEFAULT_URL = 'http://localhost:8080';

export const PRESET_NAMES: readonly string[] = PLATFORMS.map(({ preset }) => preset);

/** Nobody answers more. The address of the service has a good default, and is asked for last. */
export const MOST_QUESTIONS = 5;

/** What is not known yet, in the order of asking. What depends on an answer is there once it is given. */
export function openQuestions(flags: InitFlags): readonly Question[] {
  const platform = platformOf(flags);
  return [
    ...(flags.org === undefined ? [ORGANIZATION] : []),
    ...(flags.issuer === undefined ? [PLATFORM] : []),
    ...(platform === undefined
      ? []
      : [...issuerQuestions(platform, flags), ...pinQuestions(platform, flags)]),
  ];
}

export const ADDRESS: Question = {
  text: 'Public address of this service',
  fallback: DEFAULT_URL,
  flag: '--url URL',
  fill: (flags, url) => ({ ...flags, url }),
};

const ORGANIZATION: Question = {
  text: 'Name of your organization (a-z, 0-9, -)',
  flag: '--org NAME',
  fill: (flags, org) => ({ ...flags, org }),
};

const PLATFORM: Question = {
  text: `Where do the identity tokens come from (${PRESET_NAMES.join(', ')})`,
  flag: '--issuer PRESET',
  fill: (flags, issuer) => ({ ...flags, issuer }),
};

function issuerQuestions(platform: Platform, flags: InitFlags): readonly Question[] {
  if (flags.issuerUrl !== undefined || platform.url !== undefined) return [];
  return [
    {
      text: 'URL of the issuer, as in iss',
      flag: '--issuer-url URL',
      fill: (given, issuerUrl) => ({ ...given, issuerUrl }),
    },
  ];
}

function pinQuestions({ pins, owner }: Platform, flags: InitFlags): readonly Question[] {
  const given = givenPins(flags);
  // Either the repository or its owner says whose tokens these are.
  if (owner !== undefined && given.has(owner.claim)) return [];
  return pins
    .filter(({ claim }) => !given.has(claim))
    .map((pin) => ({
      text: `The ${pin.what}`,
      flag: owner !== undefined ? `--repo ID or --owner ID` : `--pin '${pin.claim}=…'`,
      fill: (filled, value) => ({ ...filled, pin: [...(filled.pin ?? []), `${pin.claim}=${value}`] }),
    }));
}

/** What is wrong with what was given so far, in a sentence; `undefined` when nothing is. */
export function problemOf(flags: InitFlags): string | undefined {
  const platform = platformOf(flags);
  if (flags.org !== undefined && !/^[a-z0-9-]{1,40}$/.test(flags.org))
    return 'the name of an organization is 1 to 40 of a-z, 0-9 and "-".';
  if (flags.issuer !== undefined && platform === undefined)
    return `there is no preset of this name; use ${PRESET_NAMES.join(', ')}.`;
  if (flags.issuerUrl !== undefined && !isHttpUrl(flags.issuerUrl))
    return 'the URL of an issuer begins with https://.';
  if (flags.url !== undefined && !isOrigin(flags.url))
    return 'the address of the service is an http or https URL without a path.';
  if ((flags.repo ?? flags.owner) !== undefined && platform !== undefined && platform.owner === undefined)
    return `--repo and --owner mean nothing for ${platform.preset}; use --pin claim=value.`;
  if (!(flags.pin ?? []).every((pin) => /^[^=]+=./.test(pin))) return '--pin takes claim=value.';
  return platform === undefined ? undefined : pinProblem(platform, givenPins(flags));
}

function pinProblem({ pins, owner }: Platform, given: ReadonlyMap<string, string>): string | undefined {
  for (const [claim, value] of given) {
    const known = [...pins, ...(owner === undefined ? [] : [owner])].find((pin) => pin.claim === claim);
    // Names can be given to somebody else, and a placeholder would be taken from the environment.
    if (known !== undefined && !known.form.test(value))
      return `${claim} is not what was expected: ${known.what}.`;
    if (value.includes('${') || /\p{Cc}/u.test(value) || value.length > 512)
      return `the value of ${claim} has to be one line of text without placeholders.`;
  }
  return undefined;
}

/** Asked for only when there are no open questions and no problem. */
export function planOf(flags: InitFlags): InitPlan {
  const { org, issuerUrl, url = DEFAULT_URL } = flags;
  const platform = platformOf(flags);
  const from = issuerUrl ?? platform?.url;
  if (org === undefined || platform === undefined || from === undefined)
    throw new Error('init was to write a file before its questions were answered');
  const pins = new Map([...givenPins(flags), ...Object.entries(platform.also)]);
  return { organization: org, platform, issuerUrl: from, pins, url: url.replace(/\/$/, '') };
}

function platformOf({ issuer }: InitFlags): Platform | undefined {
  return PLATFORMS.find(({ preset }) => preset === issuer);
}

function givenPins(flags: InitFlags): ReadonlyMap<string, string> {
  const platform = platformOf(flags);
  const named = (pin: PlatformPin | undefined, value: string | undefined): [string, string][] =>
    pin === undefined || value === undefined ? [] : [[pin.claim, value]];
  const written = (flags.pin ?? []).map((text): [string, string] => {
    const at = text.indexOf('=');
    return [text.slice(0, at), text.slice(at + 1)];
  });
  return new Map([
    ...named(platform?.pins[0], flags.repo),
    ...named(platform?.owner, flags.owner),
    ...written,
  ]);
}

function isHttpUrl(text: string): boolean {
  return /^https?:\/\/[\x21-\x7e]+$/.test(text) && URL.canParse(text) && !text.includes('${');
}

function isOrigin(text: string): boolean {
  const url = isHttpUrl(text) ? URL.parse(text) : null;
  return url !== null && `${url.origin}/` === url.href;
}
