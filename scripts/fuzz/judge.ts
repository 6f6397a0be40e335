import { Ajv, type ValidateFunction } from 'ajv';
import addFormats from 'ajv-formats';
import type { Described, Media, Operation } from './document.ts';
import type { Answer } from './send.ts';

/** What is wrong with an answer, in words that are the same for the same fault. */
export type Wrong = { what: string; detail: string };

/** What only a program says of itself: its stack, its files, its statements and what the database answers. */
const leaks: [what: string, pattern: RegExp][] = [
  ['a stack', /\bat (async )?[\w.<>]+ \(?(file:|node:|\/)[^\s()]*:\d+:\d+\)?/],
  ['a file path', /(node_modules|file:\/\/|\/src\/[\w/-]+\.ts|\/work\/|\/home\/\w+\/|\/usr\/(lib|local)\/)/],
  [
    'SQL',
    /\b(select|insert into|update|delete from)\s+["\w.]+(\s*,\s*["\w.]+)*\s+(from|set|values|where)\b/i,
  ],
  [
    'a message of the database',
    /(violates \w+[ -]\w+ constraint|invalid input syntax|syntax error at or near|invalid byte sequence|out of range for type|relation "\w+")/,
  ],
  [
    'an error of the runtime',
    /\b(TypeError|ReferenceError|RangeError|SyntaxError)\b|Cannot read propert|is not a function\b|ERR_[A-Z_]{4,}/,
  ],
];
/** More than this many milliseconds are slow. */
export const slowAfter = 2_000;
/** A body with more characters than this may be refused while it comes in. */
const mostWhole = 200_000;

/** Holds answers to the OpenAPI document. Schemas are compiled when an answer first needs them. */
export function createJudge({ components }: Described) {
  const ajv = new Ajv({
    strict: false,
    discriminator: true,
    validateSchema: false,
    code: { optimize: false },
  });
  addFormats.default(ajv);
  const compiled = new Map<Media, ValidateFunction>();
  const problem: Media = { schema: { $ref: '#/components/schemas/Problem' } as Media['schema'] & object };

  function unfit(media: Media, body: unknown): string | undefined {
    const fits = compiled.get(media) ?? ajv.compile({ ...media.schema, components });
    compiled.set(media, fits);
    if (fits(body)) return undefined;
    const { instancePath, message, params } = fits.errors![0]!;
    return `${instancePath.replaceAll(/\/\d+(?=\/|$)/g, '/0')} ${message} ${JSON.stringify(params)}`;
  }

  return {
    /** What is wrong with any answer, also of a page. @param sent what the answer may repeat, such as the body */
    ofAny({ status, body, broke, ms }: Answer, sent: string): Wrong[] {
      // What is too large is answered before it has all come in, and the connection closed.
      if (broke && sent.length > mostWhole && /EPIPE|ECONNRESET/.test(broke)) return [];
      if (broke) return [{ what: 'connection broke', detail: broke }];
      // A machine with too much to do says that it is not ready; that it was slow is told beside.
      const isFault = status >= 500 && !(status === 503 && ms > slowAfter);
      const found: Wrong[] = isFault
        ? [{ what: `answered ${status}`, detail: body.toString().slice(0, 300) }]
        : [];
      // What a command counts by itself, such as tests of a template, is no setting, and says so in other words.
      if (status === 429 && /Wait \d+ seconds, then try again/.test(body.toString()))
        found.push({ what: 'answered 429', detail: 'a limit hides what it would say' });
      const text = body.toString();
      for (const [what, pattern] of leaks) {
        const leak = pattern.exec(text)?.[0];
        if (leak && !sent.includes(leak)) found.push({ what: `tells ${what}`, detail: leak.slice(0, 200) });
      }
      return found;
    },
    /** What is wrong with the answer of an operation. @param isOther whether the request was not one to it any more */
    ofOperation(operation: Operation, { status, headers, body, broke }: Answer, isOther: boolean): Wrong[] {
      if (broke || status === 0) return [];
      const type = String(headers['content-type'] ?? '').split(';')[0]!;
      const described = operation.responses[status];
      if (!described && !isOther) return [{ what: `status ${status} is not described`, detail: type }];
      if (status >= 400 && type !== 'application/problem+json' && body.length)
        return [{ what: 'a refusal is not problem+json', detail: `${status} ${type}` }];
      if (!body.length || (isOther && status < 400)) return [];
      const media = described?.content?.[type] ?? (status >= 400 ? problem : undefined);
      if (!media)
        return described?.content ? [{ what: `${status} as ${type} is not described`, detail: '' }] : [];
      if (!type.endsWith('json')) return [];
      const read = parsed(body);
      if (read === undefined) return [{ what: 'not JSON', detail: body.toString().slice(0, 100) }];
      const fault = unfit(media, read);
      return fault ? [{ what: `the body of ${status} is not as described`, detail: fault }] : [];
    },
  };
}

/** What a JSON body says; undefined where it is none. */
export function parsed(body: Buffer): unknown {
  try {
    return JSON.parse(body.toString());
  } catch {
    return undefined;
  }
}
