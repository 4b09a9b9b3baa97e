import { err } from '@countersign/core';
import { Command } from 'commander';
import type { CommandContext } from '../../command.ts';
import { usage } from '../../errors.ts';

/** `help COMMAND` below `group`. Commander's own shows the help of the group for whatever it does not know. */
export function helpCommand(group: Command, { settle }: CommandContext): Command {
  return new Command('help')
    .description('Prints the help of a command.')
    .argument('[command...]', 'the command, and the one below it')
    .action(async (names: readonly string[]) => {
      const { command, unknown } = walk(group, names);
      if (unknown === undefined) command.outputHelp();
      else if (command.commands.length === 0 || unknown.startsWith('-'))
        settle(err(usage(`help takes the names of commands; ${command.name()} has none like that.`)));
      // Commander refuses it, with the nearest name: a command that has others runs nothing for an argument.
      else await command.parseAsync([unknown], { from: 'user' });
    });
}

/** As far down as the names lead, and the first that leads nowhere. */
function walk(
  group: Command,
  names: readonly string[],
): { readonly command: Command; readonly unknown?: string } {
  let command = group;
  for (const name of names) {
    const below = command.commands.find((one) => one.name() === name);
    if (below === undefined) return { command, unknown: name };
    command = below;
  }
  return { command };
}
