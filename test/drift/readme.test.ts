import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import t from 'tap';
import { withMadeParts } from '../../scripts/readme.ts';

const root = path.join(import.meta.dirname, '../..');
const readme = readFileSync(path.join(root, 'README.md'), 'utf8');

t.test('the table of settings and the diagram are those of the code', async (t) => {
  t.equal(readme, withMadeParts(readme), 'node scripts/readme.ts mends it');
});

t.test('each command that the README names exists', async (t) => {
  const { scripts } = JSON.parse(readFileSync(path.join(root, 'package.json'), 'utf8')) as {
    scripts: Record<string, string>;
  };
  const named = [...readme.matchAll(/npm run ([\w-]+)/g)].map((match) => match[1]!);
  t.ok(named.length > 4);
  t.strictSame(
    [...new Set(named)].filter((name) => !scripts[name]),
    [],
  );
});

t.test('it names each folder of src', async (t) => {
  const named = [...readme.matchAll(/^src\/([\w-]+)\/ /gm)].map((match) => match[1]!);
  const folders = readdirSync(path.join(root, 'src'), { withFileTypes: true }).filter((entry) =>
    entry.isDirectory(),
  );
  t.strictSame(named.toSorted(), folders.map((folder) => folder.name).toSorted());
});
