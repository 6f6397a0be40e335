import t from 'tap';
import { keeps } from '../../src/shared/kept.ts';

t.test('who asks for the same waits for one answer, and is given it again', async (t) => {
  const keep = keeps<number>(2);
  let worked = 0;
  const work = async () => ++worked;
  t.strictSame(await Promise.all([keep('a', work), keep('a', work)]), [1, 1]);
  t.equal(await keep('b', work), 2);
  t.equal(await keep('a', work), 1);
});

t.test('no more are kept than are meant to be, those asked for last', async (t) => {
  const keep = keeps<string>(2);
  const of = (key: string, word: string) => keep(key, async () => word);
  await of('a', 'a');
  await of('b', 'b');
  await of('a', 'not a again');
  await of('c', 'c');
  t.equal(await of('a', 'not a again'), 'a');
  t.equal(await of('b', 'b again'), 'b again');
});

t.test('what failed is worked out anew', async (t) => {
  const keep = keeps<string>(2);
  await t.rejects(
    keep('a', async () => {
      throw new Error('too much');
    }),
    { message: 'too much' },
  );
  t.equal(await keep('a', async () => 'done'), 'done');
});
