import t from 'tap';
import { createActors } from '../../scripts/fuzz/actors.ts';
import { type Operation, readDocument } from '../../scripts/fuzz/document.ts';
import { fuzz } from '../../scripts/fuzz/run.ts';
import { fillScheme, fuzzSettings } from '../../scripts/fuzz/scheme.ts';
import { hangUp } from '../../scripts/fuzz/send.ts';
import { buildApp } from '../../src/app.ts';
import { today } from '../../src/shared/clock.ts';
import { createQueue } from '../../src/shared/queue.ts';
import { testDatabase } from '../helpers/database.ts';
import { readyWithLazySchemas } from '../helpers/lazy-schemas.ts';

// It wants a minute of a machine to itself.
t.setTimeout(400_000);
const { deps } = await testDatabase(t, fuzzSettings);
const { clinicId } = await fillScheme(deps);
const queue = createQueue(deps);
const described = readDocument();

/** Routes with a fault each, which no route of Lendwell has. */
const planted: Record<string, () => unknown> = {
  throws: () => {
    throw new TypeError('planted');
  },
  'tells-its-stack': () => ({ said: new Error('planted').stack }),
  'tells-its-sql': () => ({ said: 'select secret, word from staff where id = 1' }),
  'is-not-as-described': () => ({ said: 5 }),
  'breaks-off': () => undefined,
};
const app = await readyWithLazySchemas(async () => {
  const made = await buildApp(deps, queue);
  for (const [name, answer] of Object.entries(planted))
    made.get(`/api/v1/planted/${name}`, { config: { action: 'public' } }, async (_request, reply) => {
      if (name === 'breaks-off') reply.raw.destroy();
      return answer();
    });
  return made;
});
t.teardown(async () => {
  hangUp();
  await app.close();
  await queue.close();
});
const url = await app.listen({ host: '127.0.0.1', port: 0 });
const actors = createActors(deps, url, clinicId);
const run = { url, seed: 20_261_130, actors, today: today(deps.clock), described };

t.test(
  'asked at random, as everyone, every answer is as the document says and none is a fault',
  async (t) => {
    const { report, sick } = await fuzz({ ...run, requests: 1_500 });
    for (const { first, count } of report.faults()) t.fail(`${report.say(first)}\n  ${count} times`);
    t.same(sick.wrong, [], 'and meanwhile it lives');
    t.ok(report.total() >= 1_500, `${report.total()} requests`);
    const refused = report.neverGranted().length;
    t.ok(refused < described.operations.length, `${refused} of what was asked was never granted`);
  },
);

t.test('a fault that is planted is found, with how to make it again', async (t) => {
  const media = { 'application/json': { schema: { properties: { said: { type: 'string' } } } } };
  const operations: Operation[] = Object.keys(planted).map((name) => ({
    name,
    method: 'GET',
    path: `/api/v1/planted/${name}`,
    parameters: [],
    bodies: [],
    responses: { 200: { content: media } },
  }));
  const few = { ...run, described: { ...described, operations }, requests: 120 };
  const { report } = await fuzz(few);
  const found = report.faults().map(({ first }) => first);
  const of = (name: string) => found.filter(({ where }) => where === name).map(({ what }) => what);
  t.ok(of('throws').includes('answered 500'));
  t.ok(of('tells-its-stack').includes('tells a stack'));
  t.ok(of('tells-its-sql').includes('tells SQL'));
  t.ok(of('is-not-as-described').some((what) => what.startsWith('the body of 200')));
  t.ok(of('breaks-off').includes('connection broke'));
  for (const fault of found) {
    t.match(report.say(fault), new RegExp(`seed ${run.seed}, number ${fault.number}`));
    t.match(fault.curl, /^curl -X [A-Z]+ .*http:\/\/127\.0\.0\.1:\d+\/api\/v1\/planted\//);
    t.notMatch(fault.curl, /Bearer (?!\w*no-such)|lendwell-session=/, 'no secret is in it');
  }
  const again = await fuzz(few);
  const numbers = (faults: ReturnType<typeof report.faults>) =>
    faults.map(({ first }) => [first.where, first.number, first.what]);
  t.same(numbers(again.report.faults()), numbers(report.faults()), 'the same seed finds the same');
});
