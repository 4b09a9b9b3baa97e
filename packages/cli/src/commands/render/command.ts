import { isIP } from 'node:net';
import { ok } from '@countersign/core';
import { Argument, Command, InvalidArgumentError, Option } from 'commander';
import { execute, type CommandContext, type Run } from '../../command.ts';
import { configOption } from '../../config-file.ts';
import { PROXIES, runRender, type Proxy, type RenderOptions } from './run.ts';

const EXAMPLES = `
Examples:
  $ countersign render nginx --config countersign.yaml > /etc/nginx/conf.d/countersign.conf
  $ countersign render caddy --listen 127.0.0.1

The proxy asks the server about every request and forwards those that may pass; list its address in trusted_proxies.`;

export function renderCommand(context: CommandContext, run: Run<RenderOptions> = runRender): Command {
  return new Command('render')
    .summary('print the configuration of a proxy in front')
    .description('Prints a working configuration of a proxy that asks this server before it forwards.')
    .addArgument(new Argument('<proxy>', `one of ${PROXIES.join(', ')}`).choices(PROXIES))
    .addOption(configOption())
    .addOption(
      new Option('--listen <address>', 'address on which the proxy listens (default: all)').argParser(
        addressOf,
      ),
    )
    .addHelpText('after', EXAMPLES)
    .action((proxy: Proxy, flags: Omit<RenderOptions, 'proxy'>) =>
      execute(context, ok({ proxy, ...flags }), run),
    );
}

/** IPv6 as configurations write it, in brackets. */
function addressOf(text: string): string {
  const version = text.includes('%') ? 0 : isIP(text);
  if (version === 0) throw new InvalidArgumentError('expected an address, such as 127.0.0.1.');
  return version === 6 ? `[${text}]` : text;
}
