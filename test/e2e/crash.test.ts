import { hash } from 'node:crypto';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { exchangeReply } from '../support/exchange.ts';
import { ask } from '../support/request.ts';
import { ADMIN_TOKEN, startHouse, type House } from './house.ts';

/** What clients have been told before the process was killed. */
interface Acknowledged {
  readonly tokens: string[];
  readonly refusals: string[];
}

let house: House;
beforeEach(async () => {
  house = await startHouse();
});
afterEach(() => house.dispose());

/** Exchanges in parallel until the server is gone; one in fifty is refused by a policy. */
async function load(acknowledged: Acknowledged, stopped: () => boolean): Promise<void> {
  const claims = { aud: 'urn:pulumi:org:acme', sub: 'repo:acme/shop:ref:refs/heads/main' };
  const good = await house.ci.mint(claims);
  const bad = await house.ci.mint({ ...claims, sub: 'repo:evil/shop' });
  let count = 0;
  const worker = async (): Promise<void> => {
    while (!stopped()) {
      count += 1;
      const refused = count % 50 === 0;
      const reply = await exchangeReply(house.server, { subjectToken: refused ? bad : good }).catch(
        () => undefined,
      );
      if (reply?.status === 200) acknowledged.tokens.push(String(reply.json()['access_token']));
      else if (reply?.status === 400 && acknowledged.refusals.length < 15) {
        acknowledged.refusals.push(String(reply.json()['decision_id']));
      }
    }
  };
  await Promise.all(Array.from({ length: 32 }, worker));
}

describe('kill -9 under load', () => {
  it.each([1, 2, 3])('loses nothing that was acknowledged (round %i)', async (round) => {
    const acknowledged: Acknowledged = { tokens: [], refusals: [] };
    let gone = false;
    const loading = load(acknowledged, () => gone);
    // Killed at another point of the load each round: after so many answers, not after so much time.
    while (acknowledged.tokens.length < 150 * round) await new Promise((resolve) => setTimeout(resolve, 5));
    await house.server.stop('SIGKILL');
    gone = true;
    await loading;
    await house.server.start();

    for (const token of acknowledged.tokens) {
      const user = await ask(house.server.port, {
        path: '/api/user',
        headers: { authorization: `token ${token}` },
      });
      expect(user.status).toBe(200);
    }
    for (const id of acknowledged.refusals) {
      const decision = await ask(house.server.port, {
        path: `/api/decisions/${id}`,
        headers: { authorization: `Bearer ${ADMIN_TOKEN}` },
      });
      expect(decision.json()).toMatchObject({ id, effect: 'deny', code: 'policy.refused' });
    }
    expect(storedWithTheirTrail(join(house.server.folder, 'countersign.db'), acknowledged.tokens)).toBe(
      acknowledged.tokens.length,
    );
  });
});

/** How many of the tokens have their row, the decision that granted them and the audit event of their issue. */
function storedWithTheirTrail(path: string, tokens: readonly string[]): number {
  const database = new DatabaseSync(path, { readOnly: true });
  const find = database.prepare(
    `SELECT token.id FROM token
     JOIN decision ON decision.id = token.exchange AND decision.token_id = token.id AND decision.effect = 'allow'
     JOIN audit ON audit.token = token.id AND audit.decision = decision.id AND audit.event = 'token.issued'
     WHERE token.hash = ?`,
  );
  const found = tokens.filter((token) => find.get(hash('sha256', token, 'base64url')) !== undefined);
  database.close();
  return found.length;
}
