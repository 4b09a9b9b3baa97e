import { sign } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { openSqlite } from '../storage/engine/sqlite.ts';
import { insertToken } from '../storage/repositories/tokens.ts';
import { hashOf } from './issue.ts';
import type { TokenRecord } from './model.ts';
import { MAX_SIGNED, mintSigned } from './signed.ts';
import { RECORD, ringOfOne } from './testing/fixture.ts';
import { createRig } from './testing/rig.ts';

const rig = createRig(await openSqlite({ path: ':memory:' }));
const { database, presenter } = rig;

describe('a signed token', () => {
  const SIGNED: TokenRecord = { ...RECORD, format: 'jwt' };

  it('is live by its row, also when nothing it says about itself is true any more', async () => {
    const { value, hash } = mintSigned({ ring: rig.signingRings.access, type: 'at+jwt' }, { exp: 1 });
    await database.write([insertToken(hash, SIGNED)]);
    const present = presenter();
    expect(await present(value)).toEqual({ state: 'live', token: SIGNED });
    expect(present(value)).toEqual({ state: 'live', token: SIGNED });
    expect(rig.reads).toBe(1);
    rig.now = 2_000_000;
    expect(present(value)).toEqual({ state: 'expired' });
  });

  it('never reaches storage when our ring has not signed it', () => {
    const foreign = mintSigned({ ring: ringOfOne(), type: 'at+jwt' }, {}).value;
    const { value } = mintSigned({ ring: rig.signingRings.access, type: 'at+jwt' }, { sub: 'a' });
    const [header, payload, signature] = value.split('.') as [string, string, string];
    const other = Buffer.from('{"sub":"b"}').toString('base64url');
    const long = mintSigned(
      { ring: rig.signingRings.access, type: 'at+jwt' },
      { filler: 'x'.repeat(1000) },
    ).value;
    const present = presenter();
    for (const wrong of [
      foreign,
      `${header}.${other}.${signature}`,
      `${header}.${payload}.`,
      `${header}.${payload}`,
      `${value}.${signature}`,
      `${header}..${'A'.repeat(86)}`,
      `${header}.${long.repeat(4).slice(0, MAX_SIGNED)}`,
    ]) {
      expect(present(wrong)).toEqual({ state: 'invalid' });
    }
    expect(rig.reads).toBe(0);
  });

  it('is another value, and invalid, when its signature was altered to a second one that verifies', async () => {
    const { value, hash } = mintSigned({ ring: rig.signingRings.access, type: 'at+jwt' }, { sub: 'a' });
    rig.table.insert(hash, SIGNED);
    expect(await presenter()(withOtherSignature(value))).toEqual({ state: 'invalid' });
    expect(presenter()(value)).toMatchObject({ state: 'live' });
  });

  it('is over with the key that signed it, although the table knows it', () => {
    const { value, hash } = mintSigned({ ring: rig.signingRings.access, type: 'at+jwt' }, {});
    rig.table.insert(hash, SIGNED);
    const present = presenter();
    expect(present(value)).toMatchObject({ state: 'live' });
    const { published } = ringOfOne();
    rig.signingRings.access.published = published;
    expect(present(value)).toEqual({ state: 'invalid' });
  });

  it('does not become one by the ring of another purpose', () => {
    const { privateKey, kid } = rig.signingRings.access.signing();
    const text = (json: object): string => Buffer.from(JSON.stringify(json)).toString('base64url');
    const input = `${text({ alg: 'ES256', typ: 'JWT', kid })}.${text({ sub: 'a' })}`;
    const signature = sign('sha256', Buffer.from(input), { key: privateKey, dsaEncoding: 'ieee-p1363' });
    const value = `${input}.${signature.toString('base64url')}`;
    rig.table.insert(hashOf(value), SIGNED);
    expect(presenter()(value)).toEqual({ state: 'invalid' });
  });
});

/** ECDSA: of (r, s) and (r, n − s) either both verify or neither does. */
function withOtherSignature(value: string): string {
  const n = 0xffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551n;
  const end = value.lastIndexOf('.');
  const raw = Buffer.from(value.slice(end + 1), 'base64url');
  const s = n - BigInt(`0x${raw.subarray(32).toString('hex')}`);
  const other = Buffer.concat([raw.subarray(0, 32), Buffer.from(s.toString(16).padStart(64, '0'), 'hex')]);
  return `${value.slice(0, end)}.${other.toString('base64url')}`;
}
