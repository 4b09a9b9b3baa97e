import type { DemoPackage, Deps, ServerPackage } from './deps.ts';

/** Deps for tests: nothing outside is touched, and everything that was written can be read. */
export interface FakeDeps extends Deps {
  readonly out: () => string;
  readonly errors: () => string;
  /** Sends a signal to whoever listens. */
  readonly interrupt: () => void;
  /** As a terminal that goes away, or an administrator who wants the file read again. */
  readonly hangup: () => void;
  readonly listeners: () => number;
  readonly exits: readonly number[];
  /** What was written, by path. */
  readonly written: ReadonlyMap<string, string>;
}

export interface World {
  readonly env?: Readonly<Record<string, string>>;
  readonly files?: Readonly<Record<string, string>>;
  readonly stdin?: string;
  readonly isTTY?: boolean;
  /** What a person types, line by line; absent: there is nobody. */
  readonly answers?: readonly string[];
  readonly fetch?: typeof fetch;
  readonly now?: () => number;
  readonly server?: Partial<ServerPackage>;
  readonly demo?: Partial<DemoPackage>;
}

export function fakeDeps(world: World = {}): FakeDeps {
  const out: string[] = [];
  const errors: string[] = [];
  const exits: number[] = [];
  const interrupts = createSignal();
  const hangups = createSignal();
  const isTTY = world.isTTY ?? false;
  const written = new Map<string, string>();
  const answers = [...(world.answers ?? [])];
  return {
    out: () => out.join(''),
    errors: () => errors.join(''),
    interrupt: interrupts.send,
    hangup: hangups.send,
    listeners: () => interrupts.listeners() + hangups.listeners(),
    exits,
    written,
    isInteractive: world.answers !== undefined,
    questions: {
      ask: async (question) => {
        errors.push(question);
        return answers.shift();
      },
      close: () => {},
    },
    fileExists: async (path) => world.files?.[path] !== undefined,
    writeFile: async (path, text, { replace }) => {
      if (!replace && world.files?.[path] !== undefined) return { ok: false, error: 'exists' };
      written.set(path, text);
      return { ok: true, value: undefined };
    },
    stdout: { isTTY, write: (text) => void out.push(text), drained: async () => {} },
    stderr: { isTTY, write: (text) => void errors.push(text), drained: async () => {} },
    readStdin: async (limit) => within(world.stdin ?? '', limit),
    readFile: async (path, limit) => {
      const text = world.files?.[path];
      if (text === undefined) throw new Error('no such file');
      return within(text, limit) ?? Promise.reject(new Error('too long'));
    },
    env: world.env ?? {},
    fetch: world.fetch ?? (() => Promise.reject(new Error('this test has no network'))),
    now: world.now ?? (() => 0),
    onInterrupt: interrupts.on,
    onHangup: hangups.on,
    exit: (code) => void exits.push(code),
    loadServer: async () => (world.server ?? {}) as ServerPackage,
    loadDemo: async () => (world.demo ?? {}) as DemoPackage,
  };
}

function within(text: string, limit: number): string | undefined {
  return text.length > limit ? undefined : text;
}

/** A signal that tests send. */
function createSignal() {
  const callbacks = new Set<() => void>();
  return {
    on: (callback: () => void) => {
      callbacks.add(callback);
      return () => void callbacks.delete(callback);
    },
    send: () => [...callbacks].forEach((callback) => callback()),
    listeners: () => callbacks.size,
  };
}
