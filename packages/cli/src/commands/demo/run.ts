import { err, ok, type Result } from '@countersign/core';
import type { Run } from '../../command.ts';
import type { DemoPackage, Deps } from '../../deps.ts';
import { EXIT_INTERRUPTED, type CliFailure, type Outcome } from '../../errors.ts';
import { onEnd, untilInterrupted } from '../../interruption.ts';
import { printData, printJson, printNote } from '../../output.ts';
import { startFailure } from '../../start-failure.ts';

export interface DemoCommandOptions {
  readonly port?: number;
  readonly json: boolean;
}

type Addresses = Parameters<DemoPackage['tour']>[0];
type StartOptions = NonNullable<Parameters<DemoPackage['startDemo']>[0]>;

interface Started {
  readonly demo: DemoPackage;
  readonly running: Extract<Awaited<ReturnType<DemoPackage['startDemo']>>, { readonly ok: true }>['value'];
  readonly stop: () => void;
}

export const runDemo: Run<DemoCommandOptions> = async ({ port, json }, deps) => {
  const started = await startCleanly(port === undefined ? {} : { port }, deps);
  if (!started.ok) return started;
  const { demo, running, stop } = started.value;
  let ended = false;
  const interrupted = untilInterrupted(deps, () => {
    ended = true;
    return running.close();
  });
  stop();
  if (json) printJson(deps, addressesAsJson(running));
  else {
    // Whoever has seen enough need not wait for the end of the tour, nor read how it fails without a server.
    const print = (line: string): void => (ended ? undefined : printData(deps, line));
    await Promise.race([welcome(running, demo, print), interrupted]);
  }
  await interrupted;
  return ok(undefined);
};

/** Against the demo that runs; else against one of its own, which ends with the tour. */
export const runTour: Run<void> = async (_options, deps) => {
  const demo = await deps.loadDemo();
  const found = await demo.findRunningDemo();
  if (found !== undefined) {
    const walked = await walk(found, demo, deps);
    demo.tryItYourself(found, (line) => printData(deps, line));
    return walked;
  }
  const started = await startCleanly({}, deps);
  if (!started.ok) return started;
  try {
    const walked = await walk(started.value.running, demo, deps);
    printNote(deps, '\nThis demo ends with its tour; "countersign demo" starts one that stays.');
    return walked;
  } finally {
    await started.value.running.close();
    started.value.stop();
  }
};

/**
 * Starts a demo such that a signal from now on, even while it starts, ends the process through `exit`, where the demo
 * deletes what it wrote; the default action of a signal would leave it behind. `stop` ends that arrangement.
 */
async function startCleanly(options: StartOptions, deps: Deps): Promise<Result<Started, CliFailure>> {
  const stop = onEnd(deps, () => deps.exit(EXIT_INTERRUPTED));
  const demo = await deps.loadDemo();
  const running = await demo.startDemo(options);
  if (running.ok) return ok({ demo, running: running.value, stop });
  stop();
  return err(await startFailure(running.error, deps));
}

async function walk(addresses: Addresses, demo: DemoPackage, deps: Deps): Promise<Outcome> {
  const walked = await demo.tour(addresses, (line) => printData(deps, line));
  return walked.ok
    ? walked
    : err({ kind: 'check_failed', message: `the tour failed: ${walked.error.message}` });
}

async function welcome(
  addresses: Addresses,
  demo: DemoPackage,
  print: (line: string) => void,
): Promise<void> {
  print('Countersign demo');
  print(`  service            ${addresses.service}`);
  print(`  protected          ${addresses.protected}`);
  print(`  identity provider  ${addresses.identityProvider}`);
  print(`  configuration      ${addresses.configFile}`);
  const walked = await demo.tour(addresses, print);
  // The demo goes on: whoever came to look can still look, and see what went wrong.
  if (!walked.ok) print(`\nThe tour failed: ${walked.error.message}`);
  demo.tryItYourself(addresses, print);
  print('');
  print('Running. Ctrl-C stops and deletes everything.');
}

function addressesAsJson(addresses: Addresses): Readonly<Record<string, string>> {
  return {
    service: addresses.service,
    protected: addresses.protected,
    identity_provider: addresses.identityProvider,
    organization: addresses.organization,
    admin_token: addresses.adminToken,
    config: addresses.configFile,
  };
}
