import { describe } from 'vitest';
import { has } from '../setup/debian.ts';
import { NGINX } from '../support/front-programs.ts';
import { leadsPeopleToSignIn } from './front-people.ts';
import { behavesAsAFront } from './front-suite.ts';

describe.skipIf(!has('nginx'))('behind nginx', () => {
  behavesAsAFront(['nginx'], NGINX);
});

describe.skipIf(!has('nginx'))('people behind nginx', () => {
  leadsPeopleToSignIn(['nginx'], NGINX);
});
