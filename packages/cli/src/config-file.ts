import { Option } from 'commander';

/** The flag that names the configuration. */
export function configOption(): Option {
  return new Option(
    '--config <file>',
    'configuration (default: COUNTERSIGN_CONFIG, else ./countersign.yaml)',
  );
}
