import { gzipSync } from 'node:zlib';
import type { Random } from '../demonstration/random.ts';
import type { Json } from './document.ts';
import { bytesOf, type Draft } from './draft.ts';
import type { Known } from './known.ts';
import type { Odd } from './odd.ts';

export type Hand = { random: Random; known: Known; odd: Odd };
type Mutation = (draft: Draft, hand: Hand) => void;
type Holder = Record<string, Json>;

/** Every place within a body, the outer ones first: what holds it, and its name there. */
function placesIn(body: Json): [Holder, string][] {
  if (typeof body !== 'object' || body === null) return [];
  return Object.keys(body).flatMap((name) => [
    [body as Holder, name] as [Holder, string],
    ...placesIn((body as Holder)[name]!),
  ]);
}

/** Does something to one place of a JSON body, or replaces one that has none. */
const atPlace =
  (change: (holder: Holder, name: string, hand: Hand) => void): Mutation =>
  (draft, hand) => {
    draft.json = structuredClone(draft.json);
    const places = placesIn(draft.json ?? null);
    if (places.length) change(...hand.random.pick(places), hand);
    else draft.json = hand.odd.json(hand.random);
  };

/** What may be done to a JSON body. */
const ofJson: Record<string, Mutation> = {
  'odd value': atPlace((holder, name, { random, odd }) => (holder[name] = odd.json(random))),
  'odd text': atPlace((holder, name, { random, odd }) => (holder[name] = odd.text(random))),
  'part missing': atPlace((holder, name) => delete holder[name]),
  'part too many': atPlace((holder, name, { random, odd }) => (holder[`${name}x`] = odd.json(random))),
  'part as array': atPlace((holder, name) => (holder[name] = [holder[name]!, holder[name]!])),
  'part in an object': atPlace((holder, name) => (holder[name] = { [name]: holder[name]! })),
  'id of another kind': atPlace((holder, name, { random, known }) => (holder[name] = known.anyId(random))),
  'id from elsewhere': atPlace((holder, name) => (holder[name] = '0193594e-6c00-7a4b-9f0e-2f4b7a1c5d3e')),
  'very long text': atPlace(
    (holder, name, { random }) => (holder[name] = random.pick(['x', 'é', '"']).repeat(100_000)),
  ),
  'many of it': atPlace((holder, name) => {
    const one = holder[name]!;
    const length = Math.min(600, Math.ceil(2_000_000 / (JSON.stringify(one)?.length ?? 1)));
    holder[name] = Array.from({ length }, () => one);
  }),
};

/** What may be done to the bytes of any body. */
const ofBytes: Record<string, Mutation> = {
  'broken JSON': withText((text, random) => text.slice(0, random.between(0, text.length))),
  'a name twice': withText((text) => text.replace('{', '{"reason":1,"reason":"x",')),
  __proto__: withText((text) => text.replace('{', '{"__proto__":{"x":1},')),
  'constructor.prototype': withText((text) => text.replace('{', '{"constructor":{"prototype":{"x":1}},')),
  'a number too large': withText((text) => text.replace(/:\s*("[^"]*"|\d+)/, ':1e999')),
  NaN: withText((text) => text.replace(/:\s*("[^"]*"|\d+)/, ':NaN')),
  'another body': withText((_, random) =>
    random.pick(['', ' ', 'null', '[]', '""', '0', 'true', '{}', '[[[[]]]]']),
  ),
  'deep nesting': withText(() => `${'['.repeat(20_000)}${']'.repeat(20_000)}`),
  'NUL in it': withText((text) => text.replace('"', '"\u0000')),
  'byte order mark': withText((text) => `\uFEFF${text}`),
  'not UTF-8': (draft) =>
    (draft.bytes = Buffer.concat([bytesOf(draft) ?? Buffer.alloc(0), Buffer.from([0xff, 0xc0, 0x80])])),
  'UTF-16': (draft) => (draft.bytes = Buffer.from(bytesOf(draft)?.toString() ?? '', 'utf16le')),
  'too large': withText((text) => `${' '.repeat(1_300_000)}${text}`),
  gzip: (draft) => {
    draft.bytes = gzipSync(bytesOf(draft) ?? '');
    draft.headers['content-encoding'] = 'gzip';
  },
  'another content type': (draft, { random }) =>
    (draft.headers['content-type'] = random.pick([
      'text/plain',
      'application/x-www-form-urlencoded',
      'multipart/form-data',
      'multipart/form-data; boundary=x',
      'application/xml',
      'text/csv',
      'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet',
      'application/json; charset=utf-16',
      'application/merge-patch+json',
      'application/json, text/html',
      '*/*',
      'x',
      '',
    ])),
  'no content type': (draft) => delete draft.headers['content-type'],
};

/** What may be done to a request whether it has a body or not. */
const ofAny: Record<string, Mutation> = {
  'another id': inPath((_, { random, known }) => known.anyId(random)),
  'an unknown id': inPath(() => '0193594e-6c00-7a4b-9f0e-2f4b7a1c5d3e'),
  'odd id': inPath((_, { random, odd }) => encoded(odd.text(random).slice(0, 150))),
  'way up': inPath((_, { random }) =>
    random.pick([
      '..%2f..%2fetc%2fpasswd',
      '%2e%2e',
      '..%5c..',
      '%00',
      '.%2e/.%2e/',
      '%252e%252e%252f',
      '%c0%ae%c0%ae',
    ]),
  ),
  'broken escape': inPath((_, { random }) => random.pick(['%', '%zz', '%E0%A4%A', '%ff'])),
  'capital id': inPath((id) => id.toUpperCase()),
  'more path': (draft, { random }) => {
    draft.path += random.pick(['/', '//', '/x', '/..', ';a=b', '%20']);
    draft.isOther = true;
  },
  'odd query': (draft, { random, odd }) => {
    const names = draft.operation.parameters.flatMap(({ in: place, name }) =>
      place === 'query' ? [name] : [],
    );
    const name =
      names.length && random.chance(0.9)
        ? random.pick(names)
        : random.pick(['q', '__proto__', '', 'constructor']);
    draft.query.push(`${name}=${encoded(odd.text(random).slice(0, 900))}`);
  },
  'query twice': (draft, { random, odd }) => {
    const name = random.pick([...draft.query, 'limit=5', 'after=x', 'status=open']).split('=')[0]!;
    draft.query.push(
      `${name}=1`,
      random.pick([
        `${name}=2`,
        `${name}[]=2`,
        `${name}[a]=2`,
        `${name}=${encoded(odd.text(random).slice(0, 300))}`,
      ]),
    );
  },
  'broken query': (draft, { random }) =>
    draft.query.push(random.pick(['%E0%A4%A=1', 'limit=%ff', '&&&=', 'limit=%00', 'after=%ud800'])),
  'odd cursor': (draft, { random, odd }) =>
    draft.query.push(
      `after=${Buffer.from(JSON.stringify([odd.json(random), odd.json(random)]))
        .toString('base64url')
        .slice(0, 2000)}`,
    ),
  'odd version': (draft, { random, odd }) =>
    (draft.headers['if-match'] = random.pick([
      '',
      '"x"',
      'W/"x"',
      '*, *',
      ',',
      headerText(odd.text(random)),
    ])),
  'odd idempotency key': (draft, { random, odd }) =>
    (draft.headers['idempotency-key'] = random.pick([
      '',
      'same',
      'same',
      'k'.repeat(256),
      headerText(odd.text(random)),
    ])),
  'no idempotency key': (draft) => delete draft.headers['idempotency-key'],
  'odd accept': (draft, { random }) =>
    Object.assign(
      draft.headers,
      random.pick([
        { accept: 'text/html' },
        { accept: ';;;' },
        { 'accept-encoding': 'gzip;q=x, br' },
        { range: 'bytes=9-1' },
      ]),
    ),
  'odd cookie': (draft, { random, odd }) =>
    (draft.headers['x-cookie'] = `a=${headerText(odd.text(random))}; b; =; lendwell-x="`),
  'odd method': (draft, { random }) => {
    draft.method = random.pick([
      'PUT',
      'DELETE',
      'PATCH',
      'POST',
      'GET',
      'HEAD',
      'OPTIONS',
      'TRACE',
      'PROPFIND',
      'MKCOL',
    ]);
    draft.isOther = true;
  },
};

/** Changes a request in one to three ways, so that most are no longer as the document wants them. */
export function mutate(draft: Draft, hand: Hand): void {
  const { random } = hand;
  for (let left = random.pick([1, 1, 1, 2, 3]); left > 0; left--) {
    const tables =
      draft.json !== undefined && !draft.bytes
        ? [ofJson, ofJson, ofBytes, ofAny]
        : draft.bytes
          ? [ofBytes, ofAny]
          : [ofAny];
    const [name, change] = random.pick(Object.entries(random.pick(tables)));
    change(draft, hand);
    draft.how.push(name);
  }
}

function withText(change: (text: string, random: Random) => string): Mutation {
  return (draft, { random }) => (draft.bytes = Buffer.from(change(bytesOf(draft)?.toString() ?? '', random)));
}

/** Replaces an id in the path; what stands in its place may lead elsewhere. */
function inPath(change: (id: string, hand: Hand) => string): Mutation {
  return (draft, hand) => {
    const parts = draft.path.split('/');
    const template = draft.operation.path.split('/');
    const places = template.flatMap((part, at) => (part.startsWith('{') && at < parts.length ? [at] : []));
    if (!places.length) return;
    const at = hand.random.pick(places);
    const value = change(parts[at]!, hand);
    if (!/^[0-9a-fA-F-]{36}$/.test(value)) draft.isOther = true;
    parts[at] = value;
    draft.path = parts.join('/');
  };
}

const encoded = (text: string): string => encodeURIComponent(text.toWellFormed());
/** As much of a text as a header can hold. */
const headerText = (text: string): string => text.replaceAll(/[^\t\x20-\x7e\x80-\xff]/g, '').slice(0, 1_000);
