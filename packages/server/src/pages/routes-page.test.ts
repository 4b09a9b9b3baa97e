import { describe, expect, it } from 'vitest';
import { MAX_LISTED } from './elements.ts';
import { pageAnswer } from './page.ts';
import { MAX_FILTER } from './route-filter.ts';
import { routesPage, type RoutesModel } from './routes-page.ts';

const action = '/.pomerium/routes';
const routes = (length: number) =>
  Array.from({ length }, (_each, at) => ({ name: `service ${at}`, from: `https://s${at}.example` }));
const answered = (model: Omit<RoutesModel, 'action'>) =>
  pageAnswer(routesPage({ action, ...model }), { status: 200 });

describe('the page of routes', () => {
  it('asks what to look for where there are more than one sees at a glance', () => {
    expect(answered({ routes: routes(9) }).body).not.toContain('<form');
    const { body, headers } = answered({ routes: routes(10) });
    expect(body).toContain(`<form method="get" role="search" action="${action}">`);
    expect(body).toContain(`maxlength="${MAX_FILTER}"`);
    expect(headers['content-security-policy']).toContain("form-action 'self'");
  });

  it('shows so many, and says how many more there are', () => {
    const { body } = answered({ routes: routes(MAX_LISTED + 3) });
    expect(body.split('<h2>')).toHaveLength(MAX_LISTED + 1);
    expect(body).toContain('3 more are not shown.');
    expect(answered({ routes: routes(MAX_LISTED) }).body).not.toContain('not shown');
  });

  it('keeps what was looked for in its field, as text', () => {
    const filter = '"><script>alert(1)</script>';
    const { body } = answered({ routes: routes(1), filter });
    expect(body).toContain('value="&quot;&gt;&lt;script&gt;');
    expect(body).not.toContain('<script');
  });

  it('says that nothing was found, which is another thing than nothing to reach, and leads back', () => {
    const found = answered({ routes: [], filter: 'x' }).body;
    expect(found).toContain('No service that you can reach has all of these words.');
    expect(found).toContain(`<a href="${action}">Show all that you can reach</a>`);
    expect(answered({ routes: [] }).body).toContain('An administrator decides who can.');
  });
});
