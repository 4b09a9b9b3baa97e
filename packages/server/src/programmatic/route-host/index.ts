import { jsonAnswer, type Answer } from '../../http/message.ts';
import { assertionJwks, pomeriumMetadata, pong } from '../well-known.ts';
import { callback } from './callback.ts';
import { login } from './login.ts';
import type { RouteHostDeps, RouteHostHandler, RouteHostRequest } from './model.ts';
import { listRoutes, showRoutes } from './routes.ts';
import { signOut } from './sign-out.ts';
import { whoAmI, whoAsJson } from './who.ts';

interface Row {
  readonly paths: readonly string[];
  /** Every page may read it. */
  readonly isPublic?: true;
  readonly methods: readonly string[];
  readonly handle: RouteHostHandler;
}

const READ = ['GET', 'HEAD'] as const;

/** Read top to bottom. Everything else below `/.pomerium` is not there. */
const ROWS: readonly Row[] = [
  { paths: ['/ping', '/healthz'], methods: READ, handle: pong },
  {
    paths: ['/.well-known/pomerium/jwks.json'],
    isPublic: true,
    methods: READ,
    handle: ({ assertionRing }, { request }) => assertionJwks(assertionRing, request),
  },
  { paths: ['/.well-known/pomerium'], isPublic: true, methods: READ, handle: pomeriumMetadata },
  // A HEAD would use the code up for an answer that nobody sees.
  { paths: ['/.pomerium/callback', '/.pomerium/callback/'], methods: ['GET'], handle: callback },
  // Its clients have their own words for a wrong method.
  { paths: ['/.pomerium/api/v1/login'], methods: [], handle: login },
  { paths: ['/.pomerium/api/v1/routes'], methods: READ, handle: listRoutes },
  { paths: ['/.pomerium', '/.pomerium/'], methods: READ, handle: whoAmI },
  { paths: ['/.pomerium/user'], methods: READ, handle: whoAsJson },
  { paths: ['/.pomerium/routes'], methods: READ, handle: showRoutes },
  { paths: ['/.pomerium/sign_out'], methods: [...READ, 'POST'], handle: signOut },
];

export interface RouteHostAnswer {
  readonly answer: Answer | Promise<Answer>;
  readonly isPublic: boolean;
}

/** `undefined`: the path is the upstream's. `path`: canonical, so that no other spelling is. */
export function routeHostAnswer(
  deps: RouteHostDeps,
  path: string,
  asked: RouteHostRequest,
): RouteHostAnswer | undefined {
  const row = ROWS.find(({ paths }) => paths.includes(path));
  if (!row) {
    const isOurs = path === '/.pomerium' || path.startsWith('/.pomerium/');
    return isOurs ? { answer: jsonAnswer(404, { error: 'not found' }), isPublic: false } : undefined;
  }
  const { methods, handle, isPublic = false } = row;
  if (methods.length > 0 && !methods.includes(asked.request.method)) {
    const answer = jsonAnswer(405, { error: 'method not allowed' }, { allow: methods.join(', ') });
    return { answer, isPublic };
  }
  return { answer: handle(deps, asked), isPublic };
}
