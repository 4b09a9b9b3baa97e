import { expect, it } from 'vitest';
import { startEchoUpstream } from './echo-upstream.ts';

it('the echo upstream answers with what it saw', async () => {
  const upstream = await startEchoUpstream();
  const answer = await fetch(`${upstream.url}/a/b?c=d`, {
    method: 'POST',
    headers: { 'X-Test': 'one' },
    body: 'x',
  });
  expect(await answer.json()).toMatchObject({
    method: 'POST',
    path: '/a/b?c=d',
    headers: { 'x-test': 'one' },
  });
  await upstream.close();
});
