import type { Answer, ServiceRequest } from '../http/message.ts';
import { optionalString } from '../http/parameter.ts';
import { readParameters } from '../http/read-parameters.ts';
import { isSameOrigin } from '../http/same-origin.ts';
import type { LoginDeps } from './model.ts';
import { refuse } from './refuse.ts';

type Handle<Deps> = (deps: Deps, request: ServiceRequest) => Answer | Promise<Answer>;

/** A change on a page of ours: first of all, it has to come from one (see {@link isSameOrigin}). */
export function change<Deps extends LoginDeps>(handle: Handle<Deps>): Handle<Deps> {
  return (deps, request) =>
    isSameOrigin(request, deps.snapshot().service.url)
      ? handle(deps, request)
      : refuse(deps, request, 'request.origin');
}

/** Who has failed too often is not looked at; what is refused here is a failure like any other. */
export function counted<Deps extends LoginDeps>(handle: Handle<Deps>): Handle<Deps> {
  return async (deps, request) => {
    const wait = deps.failures.wait(request.remoteAddress);
    if (wait > 0) return refuse(deps, request, 'limit.rate', { headers: { 'retry-after': String(wait) } });
    const answer = await handle(deps, request);
    if (answer.status >= 400 && answer.status < 500) deps.failures.failed(request.remoteAddress);
    return answer;
  };
}

/** The one value of a field of a form; `undefined`: it is not there, or there is no such form. */
export async function fieldOf(
  deps: Pick<LoginDeps, 'snapshot'>,
  request: ServiceRequest,
  name: string,
): Promise<string | undefined> {
  return (await fieldsOf(deps, request, [name]))[name];
}

/** The same of several. */
export async function fieldsOf(
  { snapshot }: Pick<LoginDeps, 'snapshot'>,
  request: ServiceRequest,
  names: readonly string[],
): Promise<Readonly<Record<string, string | undefined>>> {
  const parameters = await readParameters(request, snapshot().settings.limits.body);
  if (!parameters.ok) return {};
  return Object.fromEntries(
    names.map((name) => {
      const value = optionalString(parameters.value, name);
      return [name, value.ok ? value.value : undefined];
    }),
  );
}
