/** The file that is read: `--config FILE`, else `COUNTERSIGN_CONFIG`, else `./countersign.yaml`. */
export function findConfigFile(
  flag: string | undefined,
  env: Readonly<Record<string, string | undefined>>,
): string {
  const named = env['COUNTERSIGN_CONFIG'];
  if (flag !== undefined) return flag;
  return named === undefined || named === '' ? 'countersign.yaml' : named;
}
