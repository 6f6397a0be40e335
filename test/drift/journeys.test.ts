import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import t from 'tap';
import type { Taken } from '../helpers/journeys.ts';

const folder = path.join(import.meta.dirname, '../fixtures/journeys');
const told = readdirSync(folder).map((file) => ({
  name: path.basename(file, '.json'),
  ...(JSON.parse(readFileSync(path.join(folder, file), 'utf8')) as { before: Taken; now: Taken }),
}));
const sum = (one: Taken) => one.presses + one.loads;

t.test('no journey takes more than it did, and all together three tenths less', async (t) => {
  t.ok(told.length >= 13);
  for (const { name, before, now } of told) {
    t.comment(
      `${name}: ${now.presses} presses and ${now.loads} pages, before ${before.presses} and ${before.loads}`,
    );
    t.ok(now.presses <= before.presses && sum(now) <= sum(before), name);
  }
  const [before, now] = (['before', 'now'] as const).map((when) =>
    told.reduce((all, one) => all + sum(one[when]), 0),
  ) as [number, number];
  t.ok(now * 10 <= before * 7, `${now} presses and pages, before ${before}`);
});

t.test('each journey is walked by a test', async (t) => {
  const walks = readdirSync(path.join(import.meta.dirname, '../pages/journeys'));
  t.same(walks.sort(), told.map(({ name }) => `${name}.test.ts`).sort());
});
