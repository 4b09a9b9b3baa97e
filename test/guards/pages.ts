import type { Guard } from './guard.ts';

const PAGES = 'packages/server/src/pages/';

type Rest = Omit<Guard, 'threat' | 'file' | 'test'>;

const row =
  (file: string, test: string) =>
  (rest: Rest): Guard => ({ threat: '13 pages', file: `${PAGES}${file}`, test: `${PAGES}${test}`, ...rest });

const escape = row('escape.ts', 'html.test.ts');
const link = row('link-target.ts', 'html.test.ts');
const template = row('template.ts', 'template.test.ts');
const page = row('page.ts', 'page.test.ts');

const places: readonly Guard[] = [
  escape({
    name: 'what a page shows is text',
    guard: ".replace(/[&<>\"']/g, (character) => REFERENCES[character] ?? '')",
    without: '',
    fails: 'escapes text',
  }),
  escape({
    name: 'a value ends no attribute',
    guard: '/[&<>"\']/g',
    without: '/[&<>]/g',
    fails: 'escapes what stands in an attribute',
  }),
  escape({
    name: 'nothing turns the writing of a page round',
    guard: ".replace(UNSEEN, '\\uFFFD')",
    without: ".replace(UNSEEN.source, '')",
    fails: 'turns the writing round',
  }),
  row(
    'html.ts',
    'html.test.ts',
  )({
    name: 'a link of a page is looked at',
    guard: 'LINKS.has(place) ? linkTarget(`${value}`) : `${value}`',
    without: 'LINKS.has(place) ? linkTarget(`${value}`) && `${value}` : `${value}`',
    fails: 'leads nowhere instead of to "javascript:alert(1)"',
  }),
  link({
    name: 'a link of a page runs nothing',
    guard: '(?:https?:\\/\\/|',
    without: '(?:[a-z]+:|',
    fails: 'leads nowhere instead of to "javascript:alert(1)"',
  }),
  link({
    name: 'a path of a page is no other host',
    guard: '(?![/\\\\])',
    without: '',
    fails: 'leads nowhere instead of to "//evil.example"',
  }),
  link({
    name: 'a link of a page holds nothing that browsers drop',
    guard: '[!-[\\]-~]*',
    without: '[^\\\\]*',
    fails: 'leads nowhere instead of to "/\\t/evil.example"',
  }),
  row(
    'html.ts',
    'html.test.ts',
  )({
    name: 'a form far down in a page is a form',
    guard: '    hasForm ||= partsOf(value).some((part) => part.hasForm);\n',
    without: '',
    fails: 'knows whether there is a form, however deep',
  }),
];

const templates: readonly Guard[] = [
  template({
    name: 'a template is whole markup without a script',
    guard: '(?!script)',
    without: '',
    fails: 'takes no template with a script',
  }),
  template({
    name: 'a template has its attributes in double quotes',
    guard: '  if (!WHOLE.test(',
    without: '  if (!/^[^!]*$/.test(',
    fails: 'takes no template with an angle bracket in an attribute',
  }),
  template({
    name: 'a value stands in no attribute that runs',
    guard: '  if (!ATTRIBUTES.has(attribute)) ',
    without: "  if (attribute === '') ",
    fails: 'takes no template with a value that runs',
  }),
  template({
    name: 'a value stands in no style sheet',
    guard: "    if (tag.startsWith('<style')) throw new TypeError('a value in a style sheet');\n",
    without: '',
    fails: 'takes no template with a value in a style sheet',
  }),
  template({
    name: 'a link is one value, not put together of two',
    guard: 'LINKS.has(attribute) && !isWhole',
    without: 'LINKS.has(attribute) && !isWhole && !after',
    fails: 'takes no template with the beginning of a link',
  }),
];

const policy: readonly Guard[] = [
  page({
    name: 'a page loads nothing',
    guard: '    "default-src \'none\'",\n',
    without: '',
    fails: 'lets a page load nothing',
  }),
  page({
    name: 'a page is framed by nobody',
    guard: '    "frame-ancestors \'none\'",\n',
    without: '',
    fails: 'lets a page load nothing',
  }),
  page({
    name: 'a page moves its base nowhere',
    guard: '    "base-uri \'none\'",\n',
    without: '',
    fails: 'lets a page load nothing',
  }),
  page({
    name: 'a page has the style of the house and no other',
    guard: '`style-src ${STYLE_SOURCE}`',
    without: '`style-src ${STYLE_SOURCE && "\'unsafe-inline\'"}`',
    fails: 'lets exactly the style of the house apply',
  }),
  page({
    name: 'a page without a form sends none',
    guard: 'document.hasForm ? formOrigins : undefined',
    without: 'formOrigins',
    fails: 'lets a page without a form send none',
  }),
  page({
    name: 'a form of a page leads to its own host',
    guard: '    `form-action ${forms}`,\n',
    without: '    ...(forms === "\'none\'" ? [`form-action ${forms}`] : []),\n',
    fails: 'lets a form lead to its own host',
  }),
  page({
    name: 'nothing but an origin goes into the policy of a page',
    guard: '.filter(isOrigin)',
    without: '.filter((origin) => isOrigin(origin) || true)',
    fails: 'takes "https://a.example; script-src *" for no origin of a form',
  }),
  page({
    name: 'no header that comes in loosens a page',
    guard: "      'x-frame-options': 'DENY',\n",
    without: "      'x-frame-options': 'DENY',\n      ...headers,\n",
    fails: 'loosens nothing for the headers that come in',
  }),
  page({
    name: 'no other site hears where a person was',
    guard: "'same-origin' : 'no-referrer'",
    without: "'same-origin' : 'unsafe-url'",
    fails: 'tells other sites nothing',
  }),
  page({
    name: 'a form is sent with an Origin that can be compared',
    guard: "document.hasForm ? 'same-origin'",
    without: "document.hasForm ? 'no-referrer'",
    fails: 'so that Origin is no null',
  }),
  page({
    name: 'no cache keeps the page of a person',
    guard: "      'cache-control': 'no-store',\n",
    without: '',
    fails: 'is not kept unless it is said',
  }),
];

const changes: readonly Guard[] = [
  row(
    'sign-out-page.ts',
    'pages.test.ts',
  )({
    name: 'nobody is signed out by a link',
    guard: '<form method="post" action',
    without: '<form action',
    fails: 'sends its forms by POST',
  }),
  row(
    'sessions-page.ts',
    'pages.test.ts',
  )({
    name: 'no session is ended by a link',
    guard: '<form method="post" action="${endAction}"',
    without: '<form action="${endAction}"',
    fails: 'sends its forms by POST',
  }),
];

const bounds: readonly Guard[] = [
  escape({
    name: 'a page shows no more of a text than a person reads',
    guard: 'text.length > MAX_TEXT',
    without: 'text.length > MAX_TEXT * 2',
    fails: 'cuts text that nobody would read',
  }),
  row(
    'elements.ts',
    'elements.test.ts',
  )({
    name: 'a page shows no more of a list than a person looks through',
    guard: 'items.slice(0, MAX_LISTED)',
    without: 'items',
    fails: 'shows as many as a person may look through',
  }),
  row(
    'who-page.ts',
    'who-page.test.ts',
  )({
    name: 'a page names no more groups than a person looks through',
    guard: 'names.slice(0, MAX_LISTED)',
    without: 'names',
    fails: 'names every group',
  }),
].map((guard) => ({ ...guard, threat: '16 bounds' }));

export const pageGuards: readonly Guard[] = [...places, ...templates, ...policy, ...changes, ...bounds];
