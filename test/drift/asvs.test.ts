import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import t from 'tap';
import { asvsPage, chapters } from '../../scripts/papers/asvs/page.ts';
import { levelOne, levelTwo } from '../../scripts/papers/asvs/requirements.ts';

const root = path.join(import.meta.dirname, '../..');
const read = (file: string) => readFileSync(path.join(root, file), 'utf8');
const answers = chapters.flatMap(({ answers }) => Object.entries(answers));

/** The titles of the tests of a file, with `…` for what is filled in. */
function titlesIn(text: string): string[] {
  const calls = text.matchAll(/\bt\.test\(\s*(['"`])((?:\\.|(?!\1)[\s\S])*)\1/g);
  return [...calls].map(([, , title]) => title!.replaceAll(/\$\{[^}]*\}/g, '…').replaceAll(/\\(.)/g, '$1'));
}

t.test('every requirement of levels 1 and 2 is answered, once and in its chapter', async (t) => {
  t.same([levelOne.length, levelTwo.length], [70, 183], 'as ASVS 5.0.0 has them');
  const ids = answers.map(([id]) => id);
  t.same(ids.toSorted(), [...levelOne, ...levelTwo].toSorted());
  for (const [place, chapter] of chapters.entries())
    for (const id of Object.keys(chapter.answers)) t.equal(id.split('.')[0], String(place + 1), id);
});

t.test('what is met names files that exist, and tests that are there by their titles', async (t) => {
  for (const [id, answer] of answers) {
    if (answer.is !== 'met') continue;
    t.ok(answer.files.length, `${id} says where`);
    for (const file of answer.files) t.ok(existsSync(path.join(root, file)), `${id}: ${file}`);
    for (const { file, title } of answer.proofs)
      t.ok(
        existsSync(path.join(root, file)) && titlesIn(read(file)).includes(title),
        `${id}: ${file}: ${title}`,
      );
  }
});

t.test('each answer says something of its own, in one cell of a table', async (t) => {
  for (const [id, answer] of answers) {
    const said = [answer.says, answer.is === 'not met' ? answer.instead : 'x.'];
    for (const text of said) t.match(text, /^[^|\n]+\.$|^x\.$/, id);
  }
});

t.test('the page is made of the answers', async (t) => {
  t.equal(read('src/access/ASVS.md'), asvsPage(), 'npm run papers mends it');
});
