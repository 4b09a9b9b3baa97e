import type { Guard } from './guard.ts';

const G = 'packages/server/src/gateway';
const T = `${G}/transport`;
const INTERIM = `${T}/interim-and-trailers.test.ts`;

/** Whose pages may open a WebSocket. */
const originRows: readonly Guard[] = [
  {
    threat: '17',
    name: 'the page that opens a WebSocket is asked about',
    file: `${G}/decide.ts`,
    guard: 'if (fault !== undefined) return refuseWebSocket(deps, asked, token, fault);',
    without: 'void refuseWebSocket;',
    test: `${G}/decide-traffic.test.ts`,
    fails: 'has to be one that may',
  },
  {
    threat: '17',
    name: 'a cookie alone opens no WebSocket without an Origin',
    file: `${G}/origin.ts`,
    guard: "return rule === 'required' ? 'no Origin beside a cookie' : undefined;",
    without: 'return undefined;',
    test: `${G}/origin.test.ts`,
    fails: 'identified by cookie: without Origin false',
  },
  {
    threat: '17',
    name: 'a carrier that nobody has thought about is like a cookie',
    file: `${G}/origin.ts`,
    guard: "    default:\n      return 'required';",
    without: "    default:\n      return 'if-configured';",
    test: `${G}/origin.test.ts`,
    fails: 'identified by a carrier of later',
  },
  {
    threat: '17',
    name: 'a password that browsers repeat is like a cookie',
    file: `${G}/origin.ts`,
    guard: "return hasBasic(head.headers) ? 'if-present' : 'if-configured';",
    without: "return 'if-configured';",
    test: `${G}/origin.test.ts`,
    fails: 'identified by Basic',
  },
  {
    threat: '17',
    name: 'who is let in for a certificate or an address is asked for the page',
    file: `${G}/origin.ts`,
    guard: "return route.access === 'public' ? 'if-configured' : 'if-present';",
    without: "return 'if-configured';",
    test: `${G}/origin.test.ts`,
    fails: 'identified by nothing: without Origin true, own true, another false',
  },
  {
    threat: '17',
    name: 'origins that are listed are the only ones',
    file: `${G}/origin.ts`,
    guard: "if (rule === 'if-configured' && handshake.route.allowedOrigins === undefined) return undefined;",
    without: "if (rule === 'if-configured') return undefined;",
    test: `${G}/origin.test.ts`,
    fails: 'identified by Bearer',
  },
  {
    threat: '17',
    name: 'a second Origin is nobody’s',
    file: `${G}/origin.ts`,
    guard: 'if (others.length > 0 || scheme === undefined || host === undefined) return undefined;',
    without: 'if (scheme === undefined || host === undefined) return undefined;',
    test: `${G}/origin.test.ts`,
    fails: 'a second Origin is nobody’s',
  },
  {
    threat: '17',
    name: 'an origin is compared whole',
    file: `${G}/origin.ts`,
    guard: 'origin === own ||',
    without: 'origin.startsWith(own) ||',
    test: `${G}/origin.test.ts`,
    fails: 'is compared whole: "https://app.example.evil.example"',
  },
];

/** How often a caller may come. */
const rateRows: readonly Guard[] = [
  {
    threat: '16',
    name: 'who is over the rate limit is refused',
    file: `${G}/decide.ts`,
    guard: 'if (wait > 0) return refuseOverLimit(deps, asked, token, wait);',
    without: 'void refuseOverLimit;',
    test: `${G}/decide-traffic.test.ts`,
    fails: 'is of each caller',
  },
  {
    threat: '16',
    name: 'what is refused uses up nobody’s share',
    file: `${G}/decide.ts`,
    guard: "if (decision.effect !== 'allow') return refuseByPolicy(deps, asked, token, { facts, decision });",
    without:
      "if (waitOf(deps, asked, token) > 0) return refuseOverLimit(deps, asked, token, 1);\n  if (decision.effect !== 'allow') return refuseByPolicy(deps, asked, token, { facts, decision });",
    test: `${G}/decide-traffic.test.ts`,
    fails: 'is not used up by what is refused',
  },
  {
    threat: '16',
    name: 'a refusal over the limit waits for no storage',
    file: `${G}/record.ts`,
    guard: "deps.decisions.unverified(refusedRecord(asked, 'limit.rate', token, undefined), {});",
    without: "void deps.decisions.refused(refusedRecord(asked, 'limit.rate', token, undefined));",
    test: `${G}/decide-traffic.test.ts`,
    fails: 'refuses without waiting for storage',
  },
  {
    threat: '16',
    name: 'callers that are remembered have a bound',
    file: `${G}/rate-limit.ts`,
    guard: 'if (known === undefined && buckets.size >= callers) makeRoom(buckets, callers, now);',
    without: 'void makeRoom;',
    test: `${G}/rate-limit.test.ts`,
    fails: 'forgets at its bound',
  },
  {
    threat: '16',
    name: 'strangers push out nobody who said who it is',
    file: `${G}/rate-limit.ts`,
    guard: 'const buckets = principal === undefined ? networks : principals;',
    without: 'const buckets = principals;\n      void networks;',
    test: `${G}/rate-limit.test.ts`,
    fails: 'strangers push out nobody who said who it is',
  },
  {
    threat: '16',
    name: 'who has used everything is not pushed out by who has used little',
    file: `${G}/rate-limit.ts`,
    guard: 'shares.sort((one, other) => one.share - other.share);',
    without: 'shares.sort((one, other) => other.share - one.share);',
    test: `${G}/rate-limit.test.ts`,
    fails: 'strangers push out neither',
  },
  {
    threat: '16',
    name: 'a caller cannot wash its share by another address of its network',
    file: `${G}/rate-limit.ts`,
    guard: 'principal ?? networkOf(address)',
    without: 'principal ?? (networkOf(address) && address)',
    test: `${G}/rate-limit.test.ts`,
    fails: 'after 2001:db8::1 comes 2001:db8::ffff',
  },
];

/** What comes before the head of an answer and behind its body. */
const besideRows: readonly Guard[] = [
  {
    threat: '9',
    name: 'a 100 that waits for its turn does not end up inside an answer',
    file: `${T}/request-body.ts`,
    guard: 'if (awaitsContinue) inFrontOf(outgoing, () => outgoing.writeContinue());',
    without: 'if (awaitsContinue) outgoing.writeContinue();\n      void inFrontOf;',
    test: INTERIM,
    fails: 'never stand in the middle of an answer',
  },
  {
    threat: '9',
    name: 'nor does an interim answer of the service',
    file: `${T}/interim.ts`,
    guard: 'inFrontOf(outgoing, () => outgoing.writeInformation(status, lines));',
    without: 'outgoing.writeInformation(status, lines);\n    void inFrontOf;',
    test: INTERIM,
    fails: 'never stand in the middle of an answer',
  },
  {
    threat: '16',
    name: 'interim answers have a bound',
    file: `${T}/interim.ts`,
    guard: 'passed >= MAX_INTERIM ||',
    without: '',
    test: INTERIM,
    fails: 'are passed on up to a bound',
  },
  {
    threat: '17',
    name: 'an interim answer sets no cookie',
    file: `${T}/interim.ts`,
    guard: "  'set-cookie',\n",
    without: '',
    test: INTERIM,
    fails: 'before the head is no cookie',
  },
  {
    threat: '9',
    name: 'a client of HTTP/1.0 gets one answer',
    file: `${T}/interim.ts`,
    guard: "if (httpVersion !== '1.1' || status === 101) return;",
    without: 'if (status === 101) return;\n    void httpVersion;',
    test: INTERIM,
    fails: 'are not for a client of HTTP/1.0',
  },
  {
    threat: '9',
    name: 'trailers set, frame and authenticate nothing',
    file: `${T}/trailers.ts`,
    guard:
      'if (NEVER.has(key) || NEVER_BEGINNING.some((beginning) => key.startsWith(beginning))) return false;',
    without: 'void NEVER;\n  void NEVER_BEGINNING;',
    test: INTERIM,
    fails: 'Set-Cookie never comes behind the body',
  },
  {
    threat: '9',
    name: 'nor do they say who somebody is',
    file: `${T}/trailers.ts`,
    guard: 'if (isIdentityHeader(key, NO_CLAIM_HEADERS)) return false;',
    without: 'void isIdentityHeader;\n  void NO_CLAIM_HEADERS;',
    test: INTERIM,
    fails: 'X-Countersign-User never comes behind the body',
  },
  {
    threat: '9',
    name: 'trailers reach only whoever reads them',
    file: `${T}/relay.ts`,
    guard: 'if (lines.length === 0 || !takesTrailers(incoming)) return;',
    without: 'if (incoming === undefined) return;',
    test: INTERIM,
    fails: 'that has not said so',
  },
];

/** What a request may be written in. */
const versionRows: readonly Guard[] = [
  {
    threat: '9',
    name: 'a version that is not spoken here is refused',
    file: 'packages/server/src/app.ts',
    guard:
      "if (!isSpoken(incoming)) return jsonAnswer(505, { error: 'http version' }, { connection: 'close' });",
    without: 'void isSpoken;',
    test: 'test/attack/first-lines.test.ts',
    fails: 'is refused by name: HTTP/2.0',
  },
  {
    threat: '9',
    name: 'a connection of HTTP/1.0 becomes no WebSocket',
    file: `${T}/request-head.ts`,
    guard: " && incoming.httpVersion === '1.1'",
    without: '',
    test: `${T}/request-head.test.ts`,
    fails: 'asks for a WebSocket with {"upgrade":"websocket"} by GET: true',
  },
];

export const wireGuards: readonly Guard[] = [...originRows, ...rateRows, ...besideRows, ...versionRows];
