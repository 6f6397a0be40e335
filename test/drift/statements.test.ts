import { globSync, readFileSync } from 'node:fs';
import path from 'node:path';
import t from 'tap';
import { col } from '../../src/shared/rows.ts';
import { many, maybe, one, run } from '../../src/shared/statements.ts';
import { testDatabase } from '../helpers/database.ts';
import { holdRows } from '../helpers/held-rows.ts';

const root = path.join(import.meta.dirname, '../..');
const sources = globSync('src/**/*.ts', { cwd: root }).map((file) => ({
  file,
  text: readFileSync(path.join(root, file), 'utf8'),
}));

t.test('each statement has a name of its own', async (t) => {
  const named = /\b(?:many|one|maybe|run|countOf)\(\s*[\w.]+,\s*(?:each\(\s*)?(?:'([\w.-]+)'|`)/g;
  const seen = new Map<string, string>();
  for (const { file, text } of sources)
    for (const [, name] of text.matchAll(named)) {
      if (!name) continue;
      t.notOk(seen.get(name), `${name} in ${file}`);
      seen.set(name, file);
    }
  t.ok(seen.size > 500, `${seen.size} statements`);
});

t.test('what asks the database does so by its name', async (t) => {
  for (const { file, text } of sources) {
    if (file === 'src/shared/migrations.ts') continue;
    const bare = text
      .replaceAll('transaction().execute(', '')
      .match(/\.execute(TakeFirst|TakeFirstOrThrow)?\(/g);
    t.equal(bare, null, file);
  }
});

t.test('a row is held to what its statement says of it', async (t) => {
  const { db } = await testDatabase(t);
  const lie = (name: string, column: (typeof col)['text' | 'number']) =>
    maybe(db, name, { name: column })`select 'Hub' as name`;
  t.same(await lie('test.true', col.text), { name: 'Hub' });
  await t.rejects(
    () => lie('test.lie', col.number),
    /test\.lie gave a row that it does not describe: \/name must be number/,
  );
  await t.rejects(
    () => one(db, 'test.null', { name: col.text })`select null as name`,
    /test\.null gave a row/,
    'a null that nothing speaks of',
  );
  await t.rejects(
    () => many(db, 'test.more', { name: col.text })`select 'Hub' as name, 1 as more`,
    /must NOT have additional properties/,
  );
  t.same(
    await many(db, 'test.some', {})`select 1 as more`,
    [{ more: 1 }],
    'where only whether there is one matters',
  );
  t.same(await maybe(db, 'test.json', { at: col.orNull(col.object({ id: col.text })) })`select null as at`, {
    at: null,
  });
  t.throws(() => holdRows({ name: 'test.made', row: { id: col.text } } as never, [{ id: 1 }]), /test\.made/);
});

t.test('a statement that gives nothing, and how many rows one wrote', async (t) => {
  const { db } = await testDatabase(t);
  t.equal(await maybe(db, 'test.none', { id: col.text })`select id from device`, undefined);
  await t.rejects(
    () => one(db, 'test.no-row', { id: col.text })`select id from device`,
    /test\.no-row gave no row/,
  );
  t.equal(await run(db, 'test.write')`update staff set name = name`, 0);
  const built = db.selectFrom('location').select('id').limit(1);
  t.same(
    await many(db, 'test.built', built),
    await many(db, 'test.written', { id: col.text })`select id from location limit 1`,
  );
});

t.test(
  'a statement with a name is prepared once, with its name in the text; one for each time is not',
  async (t) => {
    const { db } = await testDatabase(t);
    await db.connection().execute(async (connection) => {
      for (const value of [1, 2])
        await many(connection, 'test.prepared', { n: col.number })`select ${value}::int as n`;
      await many(
        connection,
        { name: 'test.each', planned: 'each time' },
        { n: col.number },
      )`select ${1}::int as n`;
      const prepared = await many(connection, 'test.known', { statement: col.text })`
      select statement from pg_prepared_statements where statement like '%test.%' order by 1`;
      t.same(
        prepared.map(({ statement }) => /test\.\w+/.exec(statement)?.[0]),
        ['test.known', 'test.prepared'],
      );
    });
  },
);
