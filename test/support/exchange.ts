import type { ServerProcess } from './server-process.ts';
import { post, type Ask, type Reply } from './request.ts';

/** One exchange against a running server. */
export interface Exchange {
  readonly subjectToken: string;
  readonly organization?: string;
  /** TYPE of the requested token type; default `organization`. */
  readonly type?: string;
  readonly scope?: string;
  readonly expiration?: number;
  readonly headers?: Ask['headers'];
}

export function exchangeReply(server: Pick<ServerProcess, 'port'>, exchange: Exchange): Promise<Reply> {
  const { subjectToken, organization = 'acme', type = 'organization', scope, expiration, headers } = exchange;
  const parameters = {
    audience: `urn:pulumi:org:${organization}`,
    grant_type: 'urn:ietf:params:oauth:grant-type:token-exchange',
    subject_token_type: 'urn:ietf:params:oauth:token-type:id_token',
    requested_token_type: `urn:pulumi:token-type:access_token:${type}`,
    subject_token: subjectToken,
    ...(scope === undefined ? {} : { scope }),
    ...(expiration === undefined ? {} : { expiration }),
  };
  return post(server.port, '/api/oauth/token', parameters, headers);
}

/** The access token of an exchange that has to succeed. */
export async function accessToken(server: Pick<ServerProcess, 'port'>, exchange: Exchange): Promise<string> {
  const reply = await exchangeReply(server, exchange);
  if (reply.status !== 200) throw new Error(`exchange refused: ${reply.text}`);
  return String(reply.json()['access_token']);
}
