import type { ServerPackage } from '../../deps.ts';
import type { PresetPins } from './preset.ts';

export type IssuerProbe = Awaited<ReturnType<ServerPackage['probeIssuer']>>;

/** What is printed: what was seen, and what the platform's preset would pin. */
export interface IssuerReport extends IssuerProbe {
  readonly url: string;
  /** Absent: the URL is of no platform that is known. */
  readonly preset?: PresetPins;
}
