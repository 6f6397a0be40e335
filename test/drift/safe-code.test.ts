import { globSync, readFileSync } from 'node:fs';
import path from 'node:path';
import t from 'tap';

const root = path.join(import.meta.dirname, '../..');
const read = (pattern: string) =>
  globSync(pattern, { cwd: root }).map((file) => ({
    file,
    text: readFileSync(path.join(root, file), 'utf8'),
  }));
const code = read('src/**/*.{ts,js}');
const views = read('src/**/*.njk');

/** What may not be in the code, and the files that may have it. */
const kept: [string, RegExp, string[]][] = [
  ['text that is run', /\beval\(|new Function\b|node:vm\b|setTimeout\(\s*['"`]/, []],
  [
    'programs of the machine, but for the database of the demonstration',
    /child_process/,
    ['src/embedded/place.ts', 'src/embedded/postgres.ts', 'src/embedded/processes.ts'],
  ],
  [
    'patterns that are made of text',
    /new RegExp\(/,
    ['src/shared/postal-address.ts', 'src/shared/workbook-cells.rules.ts'],
  ],
  ['chance that can be guessed', /Math\.random\(|pseudoRandomBytes/, []],
  ['broken hashes and ciphers', /['"`](md4|md5|sha1|sha-1|des|rc4|[^'"`\s]*-(ecb|cbc|ctr))['"`]/, []],
  ['ciphers beside those of seal.ts', /create(Cipher|Decipher)/, ['src/shared/seal.ts']],
  [
    'certificates that nobody looks at',
    /rejectUnauthorized|NODE_TLS_REJECT|checkServerIdentity|minVersion/,
    [],
  ],
  ['markup that is built from text', /outerHTML|insertAdjacentHTML|document\.write/, []],
  [
    'markup of our own',
    /\.innerHTML/,
    ['src/web/assets/camera.js', 'src/web/assets/drafts.js', 'src/web/assets/suggestions.js'],
  ],
  ['messages from other windows', /addEventListener\(\s*['"]message['"]/, ['src/web/assets/drafts.js']],
  [
    'statements that are put together as text, but for parts that are written in the code',
    /sql\.raw\(/,
    [
      'src/office/reports/follow-ups.queries.ts',
      'src/privacy/erasure.commands.ts',
      'src/privacy/export.queries.ts',
      'src/stock/devices/check.queries.ts',
      'src/stock/devices/fitness.queries.ts',
      'src/support/follow-up.commands.ts',
    ],
  ],
  [
    'calls to other machines',
    /\bfetch\(|https?\.request\(|: https\b.*\.request\(|https : http\)\.request/,
    [
      'src/access/logout-token.ts',
      'src/office/log-proof/stamp.ts',
      'src/office/security/telling.commands.ts',
      'src/referrals/webhooks/webhook-request.ts',
    ],
  ],
];

for (const [what, pattern, files] of kept)
  t.test(`the code keeps away from ${what}`, async (t) => {
    const found = code.filter(
      ({ file, text }) =>
        pattern.test(text) && !(what.startsWith('calls') && file.startsWith('src/web/assets/')),
    );
    t.same(found.map(({ file }) => file).sort(), files);
  });

t.test('a call to another machine follows no redirect', async (t) => {
  const calls = code.filter(
    ({ file, text }) => /await fetch\(/.test(text) && !file.startsWith('src/web/assets/'),
  );
  t.equal(calls.length, 3);
  for (const { file, text } of calls) t.match(text, /redirect: 'error'/, file);
});

t.test('a template takes as markup only what a template made', async (t) => {
  t.ok(views.length > 100);
  const drawn = ['src/stock/labels/views/print.njk', 'src/stock/devices/views/bench-codes.njk'];
  for (const { file, text } of views) {
    t.notMatch(text, /autoescape false/, file);
    if (drawn.includes(file)) continue;
    for (const [, given] of text.matchAll(/html: ([^{}]*?) \| safe\b/g)) {
      const names = given!.match(/\b[a-z]\w*(?=\(| \| trim|\)? ?~|\)*$)/gi) ?? [];
      const made = names.filter((name) => !['trim', 'if', 'else'].includes(name));
      t.ok(made.length, `${file}: ${given}`);
      for (const name of made)
        t.match(text, new RegExp(`\\{%-? (set ${name} -?%|macro ${name}\\()`), `${file}: ${name}`);
    }
  }
});

t.test('what is installed has one version each, and is held to what it was when it was chosen', async (t) => {
  const json = (file: string) => JSON.parse(readFileSync(path.join(root, file), 'utf8'));
  const { dependencies, devDependencies, optionalDependencies } = json('package.json');
  const wanted: Record<string, string> = { ...dependencies, ...devDependencies, ...optionalDependencies };
  for (const [name, version] of Object.entries(wanted)) t.match(version, /^\d+\.\d+\.\d+[\w.-]*$/, name);
  const locked: Record<string, { integrity?: string; resolved?: string }> =
    json('package-lock.json').packages;
  for (const [place, { integrity, resolved }] of Object.entries(locked)) {
    if (place === '') continue;
    t.match(integrity, /^sha512-/, place);
    t.match(resolved ?? 'https://registry.npmjs.org/', /^https:\/\/registry\.npmjs\.org\//, place);
  }
});
