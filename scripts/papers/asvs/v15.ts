import { by, type Chapter, met, notMet } from './answer.ts';

const named = by('drift/bodies', 'a body has the fields that are named, and no others');
const bodies = by(
  'shared/http',
  'bad bodies: the field is named, what would be right is said, nothing is coerced',
);

/** How it is built. */
export const v15: Chapter = {
  name: 'How it is built',
  answers: {
    '15.1.1': met(
      'SECURITY.md says within how many days, by how bad it is, and how often all else is brought up to date.',
      'SECURITY.md',
    ),
    '15.1.2': met(
      'package-lock.json is the list of everything, each with one version and its digest, from the one registry; `npm sbom` writes it as CycloneDX or SPDX.',
      'package-lock.json',
      by(
        'drift/safe-code',
        'what is installed has one version each, and is held to what it was when it was chosen',
      ),
    ),
    '15.1.3': met('SECURITY.md has what costs much, and what holds each back.', 'SECURITY.md'),
    '15.2.1': notMet(
      'Nothing looks by itself whether a version has a known fault, so that nobody can say that none is older than the days of SECURITY.md.',
      'Run `npm audit` before each upgrade.',
    ),
    '15.2.2': met(
      'Few at a time, in threads, page by page, with a longest time; more is refused or waits.',
      'src/shared/aside.ts',
      'src/lending/attachments/picture.ts',
      by(
        'shared/body-limits',
        'a body of unknown fields is refused sooner than a good one of many lines is taken',
      ),
      by('shared/workbook', 'a workbook that would take too much is refused'),
      by('shared/door', 'a request that never ends is closed, whatever it says'),
      by('devices/export', 'rows are read page by page, each once, and only as they are taken'),
    ),
    '15.2.3': met(
      'The image has src, the migrations and the commands of an operator, without what tests and builds; the demonstration is not in it.',
      'Dockerfile',
      by('drift/image', 'what the Dockerfile copies is let through by .dockerignore'),
      by('drift/image', 'a script of the image finds all that it imports there'),
    ),
    '15.3.1': met(
      'Statements name their columns, and rows are held to them in tests; what a clinic may not see is not read for it; NHS numbers are in records alone.',
      'src/shared/statements.ts',
      by('drift/statements', 'a row is held to what its statement says of it'),
      by('referrals/clinic-view', 'rule 29: what a clinic is answered tells no more than what it may see'),
    ),
    '15.3.2': met(
      'None is followed.',
      'src/referrals/webhooks/webhook-request.ts',
      'src/messages/notify.channel.ts',
      by('drift/safe-code', 'a call to another machine follows no redirect'),
      by(
        'webhooks/webhook',
        'a receiver that fails, redirects, hangs up or answers too much is survived and shown',
      ),
    ),
    '15.3.3': met(
      'A body has the fields of its schema and no others; commands write columns by name.',
      'src/shared/http.ts',
      named,
      bodies,
    ),
    '15.3.4': met(
      'A header says who calls only from a web server that is named; limits and the security log go by it.',
      'src/shared/proxies.ts',
      by('shared/answers', 'whence a request comes is not for its sender to say'),
      by('shared/unsafe-settings', 'few may say who calls'),
    ),
    '15.3.5': met(
      'Bodies are not coerced, queries by their schema alone; the code is typed without exception, and compares strictly.',
      'tsconfig.json',
      'biome.json',
      bodies,
    ),
    '15.3.6': met(
      '`__proto__` in a body is refused, forms become objects without a prototype, and names that came in are looked up by `Object.hasOwn` or in maps.',
      'src/web/forms.ts',
      by('shared/http', 'what is not JSON, too large, of another type or nowhere'),
      by('access/permissions', 'whoever is not in the table may not'),
      by('shared/fuzz', 'no body, however odd, makes a 500, and each refusal of a body names its field'),
    ),
    '15.3.7': met(
      'Query, body, path and headers are read apart, and what is given twice where one is meant is refused.',
      'src/shared/validation.ts',
      by('shared/http', 'ids and query parameters'),
    ),
  },
};
