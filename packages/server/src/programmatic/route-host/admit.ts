import type { Answer } from '../../http/message.ts';
import type { TokenRecord } from '../../tokens/model.ts';
import type { RouteHostDeps, RouteHostRequest } from './model.ts';
import { recordRefusal } from './problem.ts';

/** What only somebody may see: nobody is led to sign-in where `isPage`, and told that somebody has to be there elsewhere. */
export async function admit(
  deps: RouteHostDeps,
  asked: RouteHostRequest,
  isPage: boolean,
  show: (token: TokenRecord) => Answer,
): Promise<Answer> {
  const visitor = await deps.visitors.of(asked.host, asked.headers);
  if (visitor.kind === 'somebody') return show(visitor.token);
  const code = visitor.kind === 'nobody' ? 'credential.missing' : visitor.code;
  const { decisionId } = recordRefusal(deps, asked, code);
  if (isPage && code === 'credential.missing') {
    const { host, scheme, port, request } = asked;
    const target = request.path + (request.query === '' ? '' : `?${request.query}`);
    const begun = deps.beginSignIn({ host, scheme, target, ...(port !== undefined && { port }) });
    if (begun)
      return {
        status: 302,
        headers: { location: begun.location, 'cache-control': 'no-store' },
        cookies: [begun.cookie],
        body: '',
      };
  }
  return deps.refusal({ code, decisionId, host: asked.host }, asked.headers);
}
