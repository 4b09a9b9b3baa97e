import { isIP } from 'node:net';
import { BAD_HOST, refuseUpgrade, UNKNOWN_HOST, whole, type App, type AppDeps } from './app.ts';
import { askedHost } from './http/asked-host.ts';
import { writeAnswer } from './http/message.ts';
import { answerOnService } from './service-host.ts';

/**
 * The API on an address of its own (`api_listen`), and nothing else: no route, no token endpoint, no metadata. It must
 * never answer a name that anybody else can give it: a page of somebody's whose name has been made to lead here would
 * otherwise speak with it as its own origin (DNS rebinding).
 */
export function createApiApp(deps: Pick<AppDeps, 'service' | 'heldAnswers' | 'ready' | 'logger'>): App {
  return {
    request: (incoming, outgoing, awaitsContinue) =>
      whole(deps, incoming, outgoing, async () => {
        const address = askedHost(incoming);
        if (!address) return writeAnswer(incoming, outgoing, BAD_HOST);
        if (!isOurs(address.host, deps.service.snapshot().service.host))
          return writeAnswer(incoming, outgoing, UNKNOWN_HOST);
        return answerOnService(deps, 'operations', incoming, outgoing, awaitsContinue);
      }),
    upgrade: (_incoming, socket) => refuseUpgrade(socket),
  };
}

/** The host of `url`, this machine, or an address: of an address nobody can change where it leads. */
function isOurs(host: string, service: string): boolean {
  return host === service || host === 'localhost' || isIP(host.replace(/^\[(.*)\]$/, '$1')) !== 0;
}
