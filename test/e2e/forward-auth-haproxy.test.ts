import { describe } from 'vitest';
import { has } from '../setup/debian.ts';
import { HAPROXY } from '../support/front-programs.ts';
import { leadsPeopleToSignIn } from './front-people.ts';
import { behavesAsAFront } from './front-suite.ts';

describe.skipIf(!has('haproxy'))('behind HAProxy', () => {
  behavesAsAFront(['haproxy', 'haproxy-lua'], HAPROXY);
});

describe.skipIf(!has('haproxy'))('people behind HAProxy', () => {
  leadsPeopleToSignIn(['haproxy', 'haproxy-lua'], HAPROXY);
});
