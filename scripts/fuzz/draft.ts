import type { Random } from '../demonstration/random.ts';
import type { Json, Operation } from './document.ts';
import { type FilePart, multipart } from './multipart.ts';
import { bodyFor, type Choosing, valueFor } from './values.ts';

/** A request while it is thought out. Parts of the address are escaped as they will be sent. */
export type Draft = {
  number: number;
  operation: Operation;
  method: string;
  path: string;
  query: string[];
  headers: Record<string, string>;
  /** The body before it is written; `bytes` stands in its place. */
  json?: Json | undefined;
  bytes?: Buffer | undefined;
  /** What was changed, so that it is no longer a request as the document wants it. */
  how: string[];
  /** Whether the answer need not be one that the document has for this operation. */
  isOther: boolean;
};

/** One pixel. */
const png = Buffer.from(
  'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==',
  'base64',
);

/** A request as the document describes it: ids that exist, a body by its schema, the headers that it names. */
export function validDraft(number: number, operation: Operation, choosing: Choosing): Draft {
  const { random, known } = choosing;
  const draft: Draft = {
    number,
    operation,
    method: operation.method,
    path: pathFor(operation, choosing),
    query: [],
    headers: {},
    how: [],
    isOther: false,
  };
  for (const { in: place, name, required, schema } of operation.parameters) {
    if (place === 'query' && (required ? random.chance(0.5) : random.chance(0.25)))
      draft.query.push(
        `${encodeURIComponent(name)}=${encodeURIComponent(String(valueFor(schema, name, choosing)))}`,
      );
    // Most answers are wanted of a change that is taken, and no version is known of what was never read.
    if (name === 'if-match')
      draft.headers[name] = (random.chance(0.2) && known.valueOf('etag', random)) || '*';
    if (name === 'idempotency-key' && random.chance(0.8))
      draft.headers[name] = `fuzz-${number}-${random.text('abcdef', 8)}`;
  }
  const within = /[0-9a-f-]{36}/.exec(draft.path)?.[0];
  if (operation.bodies.length) giveBody(draft, { ...choosing, within });
  return draft;
}

/** The path of an operation with ids that exist; of two ids the second belongs to the first where that is known. */
function pathFor({ path }: Operation, { random, known, today }: Choosing): string {
  const parts = path.split('/');
  const values = parts.map((part, at) => {
    if (!part.startsWith('{')) return part;
    if (part === '{day}') return random.chance(0.3) ? today : (known.valueOf('day', random) ?? today);
    if (part === '{name}')
      return known.valueOf(`${parts[at - 1]!.replace(/s$/, '')}.name`, random) ?? 'losses';
    return known.idOf(parts[at - 1]!, random);
  });
  const [first, second] = parts.flatMap((part, at) => (part.startsWith('{') ? [at] : []));
  if (first !== undefined && second !== undefined)
    values[first] = known.parentOf(values[second]!) ?? values[first]!;
  return values.map((value) => encodeURIComponent(value)).join('/');
}

function giveBody(draft: Draft, choosing: Choosing): void {
  const { random } = choosing;
  const [type, media] = random.pick(draft.operation.bodies);
  if (type === 'application/json') {
    draft.headers['content-type'] = type;
    draft.json = bodyFor(media, choosing);
  } else if (type === 'multipart/form-data') {
    const { files: _, ...fields } = valueFor(media.schema ?? {}, '', choosing) as Record<string, Json>;
    const form = multipart(fields, filesFor(random));
    draft.headers['content-type'] = form.type;
    draft.bytes = form.bytes;
  } else {
    draft.headers['content-type'] = type;
    draft.bytes = Buffer.from(String(media.example ?? ''));
  }
}

function filesFor(random: Random): FilePart[] {
  const bytes = random.pick([
    png,
    png,
    png,
    png.subarray(0, 40),
    Buffer.from('%PDF-1.4\n%%EOF\n'),
    Buffer.alloc(0),
  ]);
  const name = random.pick([
    'photo.png',
    'paper.pdf',
    'a\u202Egnp.exe',
    '../../up.png',
    `${'n'.repeat(300)}.png`,
  ]);
  return Array.from({ length: random.pick([1, 1, 1, 2, 6]) }, () => ({ field: 'files', name, bytes }));
}

/** The bytes of a draft's body; undefined where it has none. */
export function bytesOf({ json, bytes }: Draft): Buffer | undefined {
  return bytes ?? (json === undefined ? undefined : Buffer.from(JSON.stringify(json)));
}

/** The address of a draft on its server. */
export const addressOf = ({ path, query }: Draft): string =>
  path + (query.length ? `?${query.join('&')}` : '');
