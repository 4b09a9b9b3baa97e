import { corp } from './corp.ts';
import { github } from './github.ts';
import { gitlab } from './gitlab.ts';
import { google } from './google.ts';
import type { DemoIssuer } from './issuer.ts';
import { kubernetes } from './kubernetes.ts';

/** Every issuer that the demo plays. */
export const ISSUERS: readonly DemoIssuer[] = [github, gitlab, kubernetes, google, corp];
