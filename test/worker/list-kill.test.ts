import { setTimeout as wait } from 'node:timers/promises';
import { sql } from 'kysely';
import t from 'tap';
import { Temporal } from 'temporal-polyfill';
import { createQueue } from '../../src/shared/queue.ts';
import { testApp } from '../helpers/app.ts';
import { hiddenIn, listForm, listOfLoans } from '../helpers/lists.ts';
import { rounds as searchRounds } from '../helpers/searches.ts';
import { endProcess, startWorkerProcess } from '../helpers/worker.ts';

const rounds = searchRounds({ short: 3, long: 8 });
const lines = 600;
/** Whatever was not done 10 minutes ago is taken up again, so each start is 11 minutes after the one before. */
const startOf = (round: number) =>
  Temporal.Instant.from('2026-11-23T09:30:00Z')
    .add({ minutes: 11 * round })
    .toString();

t.setTimeout(400_000);
t.test('a list whose worker is killed again and again is recorded once, and whole', async (t) => {
  t.setTimeout(400_000);
  const { app, as, appUrl, clock, db, deps } = await testApp(t, { SESSION_IDLE_MINUTES: '6000' });
  const settings = { DATABASE_URL: appUrl, SECRET: deps.config.SECRET, ALLOW_TEST_PHONE_NUMBERS: 'true' };
  const queue = createQueue(deps);
  t.teardown(() => queue.close());
  const path = '/loans/take-over';
  const typed = {
    donor: 'Camden Road scheme',
    'receivedOn-day': '20',
    'receivedOn-month': '11',
    'receivedOn-year': '2026',
  };
  const send = async (fields: Record<string, string>, file?: string) =>
    String(
      (await app.inject(await listForm(as.officer, path, { ...typed, ...fields }, file))).headers.location,
    );
  const get = (url: string) => app.inject({ url, headers: as.officer });
  let started = 0;
  /** A worker that is killed once the list has come so far, a little later each time. */
  const killWhen = async (isSo: (status: string) => boolean) => {
    clock.set(startOf(started));
    const child = await startWorkerProcess(t, settings, startOf(started++));
    for (;;) {
      const row = await db.selectFrom('kept_sheet').select('status').executeTakeFirst();
      if (!row || isSo(row.status)) break;
      await wait(5);
    }
    await wait(Math.random() * 300);
    await endProcess(child, 'SIGKILL');
  };
  const workUntil = async (status: string) => {
    clock.set(startOf(started));
    const child = await startWorkerProcess(t, settings, startOf(started++));
    while ((await db.selectFrom('kept_sheet').select('status').executeTakeFirst())?.status !== status)
      await wait(20);
    await endProcess(child, 'SIGTERM');
  };

  const url = await send({}, listOfLoans(lines, 'KILL'));
  await killWhen(() => true);
  await workUntil('judged');
  const page = (await get(url)).body;
  t.match(page, `Take over all ${lines} lines`);
  const press = { sheet: hiddenIn(page, 'sheet')!, shown: hiddenIn(page, 'shown')!, do: 'all' };
  t.equal(await send(press), url);
  for (let round = 0; round < rounds; round++) {
    await killWhen((status) => status === 'saving' || status === 'saved');
    const { rows } = await sql<{
      devices: number;
    }>`select count(*)::int as devices from device where serial_number like 'KILL%'`.execute(db);
    t.comment(`round ${round}: ${rows[0]!.devices} devices`);
    t.ok([0, lines].includes(rows[0]!.devices), `round ${round}: ${rows[0]!.devices} devices`);
  }
  await workUntil('saved');
  const { rows } = await sql<Record<string, number>>`
    select (select count(*) from donation)::int as donations, (select count(*) from loan)::int as loans,
      (select count(*) from device where serial_number like 'KILL%')::int as devices,
      (select count(*) from patient where given_name = 'Ada')::int as people,
      (select count(*) from outbox where handler = 'work-on-list' and failed_at is not null)::int as failed`.execute(
    db,
  );
  t.same(rows[0], { donations: 1, loans: lines, devices: lines, people: lines, failed: 0 });
  t.match((await get(url)).headers.location, /^\/donations\//);
});
