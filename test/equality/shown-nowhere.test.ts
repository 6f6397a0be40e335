import pg from 'pg';
import t from 'tap';
import { createSamples } from '../../scripts/figures/samples.ts';
import { fill } from '../../scripts/seed/fill.ts';
import { keepReached } from '../../src/office/reports/reached.commands.ts';
import { questionNames } from '../../src/people/equality/equality.rules.ts';
import { filesOf } from '../../src/shared/zip.ts';
import { testApp } from '../helpers/app.ts';
import { routesOf } from '../helpers/routes.ts';

t.setTimeout(900_000);

const { built, routes } = await routesOf(() =>
  testApp(t, { RATE_PER_MINUTE: '1000000', SESSION_IDLE_MINUTES: '6000' }),
);
const { app, as, db, deps, appUrl, ownerUrl } = built;
const client = new pg.Client(appUrl);
await client.connect();
await fill(client, { devices: 100, today: '2026-11-23' }, 'Seed of the test').finally(() => client.end());
await keepReached(deps, '2026-11-23');

/** Answers that nobody else gives: a word in each, from which they are known again anywhere. */
const mark = 'zqmark';
const owner = new pg.Client(ownerUrl);
await owner.connect();
for (const name of questionNames)
  await owner.query(`alter table equality_answer drop constraint equality_answer_${name}_check`);
await owner.query(
  `update equality_answer set ${questionNames.map((name) => `${name} = '${mark}-${name}'`).join(', ')}, given_on = '1999-09-19'`,
);
await owner.end();

type Reply = { headers: Record<string, unknown>; body: string; rawPayload: Buffer };
const textOf = ({ headers, body, rawPayload }: Reply) =>
  String(headers['content-type']).startsWith('application/vnd')
    ? [...filesOf(rawPayload).values()].map((file) => file.read(10_000_000).toString()).join('\n')
    : body;

t.test('no route that may be asked for something gives out what a person said of themselves', async (t) => {
  const samples = createSamples(db);
  let looked = 0;
  for (const { route } of routes.filter(({ method }) => method === 'GET'))
    for (const url of (await samples.urls(route.url)).slice(0, 2)) {
      // What the person is given of their own, by whoever may give it out.
      if (/\/exports\//.test(url)) continue;
      const reply = await app.inject({ url, headers: as.manager });
      if (reply.statusCode === 200) looked++;
      if (textOf(reply).includes(mark)) t.fail(url);
    }
  t.ok(looked > 200, `${looked} replies`);
});

t.test('nor does the log of what happened', async (t) => {
  const events = await db.selectFrom('event').selectAll().execute();
  t.notMatch(JSON.stringify(events), new RegExp(mark));
});
