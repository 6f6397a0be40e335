import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { parseArgs } from 'node:util';

const { values: options } = parseArgs({
  options: {
    record: { type: 'string' },
    url: { type: 'string' },
    'officer-key': { type: 'string' },
    'clinic-key': { type: 'string' },
  },
});
const { url: address, keys } = whereTo();
export const url = address.replace(/\/$/, '');

type Json = Record<string, unknown>;
type Reply<T> = { status: number; headers: Headers; body: T };

let steps = 0;
/** Names of the calls that were kept. */
const recorded = new Set<string>();

/** Sends a request, shows it in a line, and holds the reply to the status that it should have. */
export async function call<T>(
  who: keyof typeof keys,
  method: string,
  where: string,
  status: number,
  body?: Json,
  headers: Record<string, string> = {},
): Promise<Reply<T>> {
  const response = await fetch(`${url}/api/v1${where}`, {
    method,
    headers: {
      authorization: `Bearer ${keys[who]}`,
      ...(body && { 'content-type': 'application/json' }),
      ...headers,
    },
    ...(body && { body: JSON.stringify(body) }),
  });
  const text = await response.text();
  if (!isQuiet)
    console.log(
      `   ${who} ${method} ${where.replaceAll(/[0-9a-f-]{30}([0-9a-f]{6})/g, '…$1')} → ${response.status}`,
    );
  if (response.status !== status)
    throw new Error(`${method} ${where} answered ${response.status} instead of ${status}:\n${text}`);
  record({ method, path: `/api/v1${where}`, headers, body }, { status, body: JSON.parse(text) });
  return { status, headers: response.headers, body: JSON.parse(text) as T };
}

let isQuiet = false;

/** Work that does the same several times: the calls of the first time are shown, for the others there are these words. */
export async function quietly(
  words: string,
  work: (turn: (once: () => Promise<unknown>) => Promise<void>) => Promise<void>,
): Promise<void> {
  try {
    await work(async (once) => {
      await once();
      if (!isQuiet) say(words);
      isQuiet = true;
    });
  } finally {
    isQuiet = false;
  }
}

/** An answer that is no JSON, such as a drawing. */
export async function read(who: keyof typeof keys, where: string): Promise<string> {
  const response = await fetch(`${url}/api/v1${where}`, {
    headers: { authorization: `Bearer ${keys[who]}` },
  });
  if (!response.ok) throw new Error(`GET ${where} answered ${response.status}`);
  return response.text();
}

/** Keeps a call as an example, the first of each route and status. */
function record(
  request: { method: string; path: string; headers: Json; body?: Json | undefined },
  reply: { status: number; body: Json },
): void {
  if (!options.record) return;
  const route = request.path
    .split('?')[0]!
    .replace(/^\/api\/v1\//, '')
    .replaceAll(/\/[0-9a-f-]{36}/g, '');
  const name = `${request.method.toLowerCase()}-${route.replaceAll('/', '-')}-${reply.status}`;
  if (recorded.has(name)) return;
  recorded.add(name);
  mkdirSync(options.record, { recursive: true });
  const file = `${String(recorded.size).padStart(2, '0')}-${name}.json`;
  writeFileSync(path.join(options.record, file), `${JSON.stringify({ request, reply }, null, 2)}\n`);
}

export function title(words: string): void {
  console.log(`\n${++steps}. ${words}`);
}

export function say(words: string): void {
  console.log(`     ${words}`);
}

export function see(page: string): void {
  console.log(`     to look at it: ${url}${page}`);
}

export function same(found: unknown, wanted: unknown, what: string): void {
  if (JSON.stringify(found) === JSON.stringify(wanted)) return;
  throw new Error(`${what}: expected ${JSON.stringify(wanted)}, found ${JSON.stringify(found)}`);
}

type Place = { url: string; keys: { officer: string; clinic: string } };

/** The Lendwell that the options name, with keys of its own, or the one that `npm start` runs. */
function whereTo(): Place {
  const { url, 'officer-key': officer, 'clinic-key': clinic } = options;
  if (url && officer && clinic) return { url, keys: { officer, clinic } };
  const file = path.join(import.meta.dirname, '../../.lendwell/demo.json');
  if (!url && existsSync(file)) return JSON.parse(readFileSync(file, 'utf8')) as Place;
  console.error('Run `npm start` first, or give all of --url, --officer-key and --clinic-key.');
  process.exit(1);
}
