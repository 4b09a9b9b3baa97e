import { describe } from 'vitest';
import { has } from '../setup/debian.ts';
import { CADDY } from '../support/front-programs.ts';
import { leadsPeopleToSignIn } from './front-people.ts';
import { behavesAsAFront } from './front-suite.ts';

describe.skipIf(!has('caddy'))('behind Caddy', () => {
  behavesAsAFront(['caddy'], CADDY);
});

describe.skipIf(!has('caddy'))('people behind Caddy', () => {
  leadsPeopleToSignIn(['caddy'], CADDY);
});
