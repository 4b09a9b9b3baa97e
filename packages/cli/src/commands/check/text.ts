import { countsOf, testsOf, type CheckReport, type Counts } from './report.ts';

/** A good configuration in a line, with what its policy tests said. */
export function reportText({ file, config, ...rest }: CheckReport): readonly string[] {
  if (config === undefined) return [];
  const tests = testsOf({ file, config, ...rest }).length;
  const tested = tests === 0 ? '' : `, ${tests} policy ${tests === 1 ? 'test passes' : 'tests pass'}`;
  return [`ok  ${file}: ${countsInWords(countsOf(config))}${tested}`];
}

function countsInWords(counts: Counts): string {
  return Object.entries(counts)
    .map(([name, count]) => `${count} ${count === 1 ? singular(name) : name.replace('_', ' ')}`)
    .join(', ');
}

function singular(name: string): string {
  return name.replace('_', ' ').replace(/ies$/, 'y').replace(/s$/, '');
}
