import { existsSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import t from 'tap';
import { papersAsMade } from '../../scripts/papers.ts';
import { configSchema } from '../../src/config.ts';

const root = path.join(import.meta.dirname, '../..');
const names = ['README.md', 'OPERATIONS.md', 'CONTRIBUTING.md', 'SECURITY.md', 'CHANGELOG.md'];
const papers = names.map((name) => ({ name, text: readFileSync(path.join(root, name), 'utf8') }));
const textOf = (name: string) => papers.find((paper) => paper.name === name)!.text;
/** What a pattern finds in a text, each once. */
const all = (text: string, pattern: RegExp) => [
  ...new Set([...text.matchAll(pattern)].map(([, found]) => found!)),
];

t.test('the papers and parts of them that are made from the code are current', async (t) => {
  const made = papersAsMade();
  t.ok(made.length);
  for (const { file, text } of made)
    t.equal(readFileSync(path.join(root, file), 'utf8'), text, `${file}: npm run papers mends it`);
});

t.test('the settings of OPERATIONS.md are those of config.ts, and no paper names another', async (t) => {
  const settings = Object.keys(configSchema.properties);
  t.same(all(textOf('OPERATIONS.md'), /^\| `([A-Z_]+)` \|/gm), settings);
  const others = [
    ...['TEST_DATABASE_URL', 'CHROMIUM_PATH'],
    ...['POSTGRES_PASSWORD', 'OWNER_PASSWORD', 'APP_PASSWORD'],
  ];
  for (const { name, text } of papers)
    t.same(
      all(text, /`([A-Z]+_[A-Z_]+)(?:=[^`]*)?`/g).filter((one) => ![...settings, ...others].includes(one)),
      [],
      name,
    );
});

t.test('each command that a paper names exists', async (t) => {
  const { scripts } = JSON.parse(readFileSync(path.join(root, 'package.json'), 'utf8')) as {
    scripts: Record<string, string>;
  };
  const named = papers.flatMap(({ text }) => all(text, /npm run ([\w-]+)/g));
  t.ok(named.length > 10);
  t.same(
    named.filter((name) => !scripts[name]),
    [],
  );
});

t.test('each link and each file that a paper names leads somewhere', async (t) => {
  const anchors = (text: string) =>
    all(text, /^#+ (.+)$/gm).map((heading) =>
      heading
        .toLowerCase()
        .replaceAll(/[^\w\s-]/g, '')
        .replaceAll(' ', '-'),
    );
  for (const { name, text } of papers) {
    for (const link of all(text, /\]\((?!https?:)([^)\s]+)\)/g)) {
      const [file = '', anchor] = link.split('#');
      t.ok(existsSync(path.join(root, file || name)), `${name}: ${link}`);
      if (anchor) t.ok(anchors(textOf(file || name)).includes(anchor), `${name}: ${link}`);
    }
    // A name with `…`, `*` or `<` stands for several files.
    for (const file of all(text, /`((?:src|test|scripts|migrations|openapi)\/[\w./-]+)`/g))
      t.ok(existsSync(path.join(root, file)), `${name}: ${file}`);
  }
});

t.test('README.md names each folder of src', async (t) => {
  const folders = readdirSync(path.join(root, 'src'), { withFileTypes: true }).filter((entry) =>
    entry.isDirectory(),
  );
  t.same(
    all(textOf('README.md'), /^src\/([\w-]+)\/ /gm).toSorted(),
    folders.map((folder) => folder.name).toSorted(),
  );
});

t.test('each wing says what it is for, and whose each table is', async (t) => {
  const wings = readdirSync(path.join(root, 'src'), { withFileTypes: true }).filter((entry) =>
    entry.isDirectory(),
  );
  const said = wings.map(({ name }) => ({
    name,
    text: readFileSync(path.join(root, 'src', name, 'README.md'), 'utf8'),
  }));
  const tables = said.flatMap(({ text }) =>
    all(/^\*\*Tables:\*\* (.*)$/m.exec(text)?.[1] ?? '', /`([a-z_]+)`/g),
  );
  const schema = readFileSync(path.join(root, 'migrations/schema.sql'), 'utf8');
  t.same(tables.toSorted(), all(schema, /^create table ([a-z_]+)/gm).toSorted());
  for (const { name, text } of said)
    for (const file of all(text, /`([\w.-]+\.(?:ts|njk))`/g))
      t.ok(
        readdirSync(path.join(root, 'src', name), { recursive: true }).some(
          (found) => path.basename(String(found)) === file,
        ),
        `${name}: ${file}`,
      );
});
