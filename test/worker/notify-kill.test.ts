import { setTimeout as wait } from 'node:timers/promises';
import { sql } from 'kysely';
import pg from 'pg';
import t from 'tap';
import { Temporal } from 'temporal-polyfill';
import { createQueue } from '../../src/shared/queue.ts';
import { testDatabase } from '../helpers/database.ts';
import { seedFollowUps } from '../helpers/follow-ups.ts';
import { type Behaviour, notifySettings, notifyStub } from '../helpers/notify-stub.ts';
import { type TestRedis, testRedis } from '../helpers/redis.ts';
import { rounds as searchRounds } from '../helpers/searches.ts';
import { endProcess, startWorkerProcess } from '../helpers/worker.ts';

// A real worker against a provider that misbehaves, killed at any moment. A few rounds in `npm test`: it is emptied,
// restarted and asked to change in each way; many more in a long search.
const rounds = searchRounds({ short: 6, long: 200 });
const people = searchRounds({ short: 200, long: 2000 });
const stoppedEachRound = 3;
const begun = Temporal.Instant.from('2026-11-23T08:05:00Z');
/** All rounds lie within one day's window; what is stale is taken up a few rounds later. */
const seconds = Math.floor((8 * 3600) / rounds);
const startOf = (round: number) => begun.add({ seconds: Math.min(seconds, 660) * round });

type Tap = Parameters<typeof testDatabase>[0] & { comment(text: string): void };

/** What a provider does on a bad day. */
function misbehaves(): Behaviour {
  const luck = Math.random();
  if (luck < 0.05) return 'take_and_break';
  if (luck < 0.06) return 'take_and_hang';
  if (luck < 0.1) return 'break';
  if (luck < 0.13) return { status: 500, error: 'Exception' };
  if (luck < 0.14) return { status: 429, error: 'RateLimitError' };
  return 'take';
}

/** Every connection to the database is broken off and refused for a while, as when its server restarts. */
async function restartPostgres(appUrl: string) {
  const name = new URL(appUrl).pathname.slice(1);
  const admin = new pg.Client(process.env.TEST_DATABASE_ADMIN_URL || process.env.TEST_DATABASE_URL);
  await admin.connect();
  await admin.query(`alter database ${name} allow_connections false`);
  await admin.query('select pg_terminate_backend(pid) from pg_stat_activity where datname = $1', [name]);
  await wait(Math.random() * 400);
  await admin.query(`alter database ${name} allow_connections true`);
  await admin.end();
}

/** Redis dies and comes back with nothing, or is emptied while it runs. */
async function upsetRedis({ stop, start, empty }: TestRedis, round: number) {
  if (round % 2) return empty();
  await stop();
  await start();
}

type Upset = { redis?: TestRedis; restarts?: boolean };

async function killAgainAndAgain(t: Tap, { redis, restarts = false }: Upset) {
  let clockStart = { round: 0, at: performance.now() };
  const now = () => new Date(startOf(clockStart.round).epochMilliseconds + performance.now() - clockStart.at);
  const stub = await notifyStub(t, { now, delay: 4 });
  const notify = notifySettings(stub.url);
  const { deps, db, clock, appUrl } = await testDatabase(t, {
    ...notify,
    ...(redis && { REDIS_URL: redis.url }),
  });
  const settings = {
    ...notify,
    DATABASE_URL: appUrl,
    SECRET: deps.config.SECRET,
    REDIS_URL: redis?.url ?? '',
  };
  const queue = createQueue(deps);
  t.teardown(() => queue.close());
  await seedFollowUps(db, { patients: people, dueOn: '2026-11-24', startsAt: '17:00' });
  const stopped = new Set<string>();

  const start = (round: number) => {
    clockStart = { round, at: performance.now() };
    return startWorkerProcess(t, settings, startOf(round).toString());
  };
  /** People of whom something changes before their message is claimed: its row is held until that is written. */
  const changeMinds = async (round: number) => {
    const changes = [
      sql`update patient set contact_state = 'withdrawn' where id = any(select id from who)`,
      sql`update contact_point set safe = false, safe_from = null where patient_id = any(select id from who)`,
      sql`update follow_up set status = 'cancelled' where patient_id = any(select id from who)`,
      sql`update contact_point set hours = '[{"days":[6],"from":"09:00","to":"10:00"}]' where patient_id = any(select id from who)`,
    ];
    const { rows } = await sql<{ id: string }>`
      with who as materialized (
        select patient_id as id from message where status in ('planned', 'queued') order by random() limit ${stoppedEachRound} for update skip locked
      ), changed as (${changes[round % changes.length]} returning 1)
      select who.id from who, (select count(*) from changed) c`.execute(db);
    for (const { id } of rows) stopped.add(id);
  };

  for (let round = 0; round < rounds; round++) {
    clock.set(startOf(round).toString());
    stub.behaves(misbehaves);
    const before = stub.taken.length;
    const child = await start(round);
    const delay = Math.round(Math.random() * 900);
    if (round % 2) for (let tries = 0; tries < 200 && stub.taken.length === before; tries++) await wait(5);
    await changeMinds(round);
    await wait(round % 2 ? delay / 4 : delay);
    if (restarts) {
      await restartPostgres(appUrl);
      await wait(delay);
    }
    await endProcess(child, 'SIGKILL');
    t.comment(`round ${round}: ${stub.taken.length - before} more taken`);
    if (redis && round % 3 === 2) await upsetRedis(redis, round);
  }

  stub.behaves('take');
  for (let round = rounds; ; round++) {
    clock.set(startOf(round).toString());
    const last = await start(round);
    for (let tries = 0; tries < 80 && (await left()); tries++) {
      if (tries % 10 === 9)
        await queue.add([
          { name: tries % 20 === 9 ? 'reconcile' : 'dispatch', id: `again-${round}-${tries}`, data: {} },
        ]);
      await wait(100);
    }
    await endProcess(last, 'SIGTERM');
    if (!(await left())) break;
    if (round > rounds + 60) throw new Error('it does not come to an end');
  }

  async function left() {
    const { rows } = await sql<{ count: number }>`
      select (select count(*) from outbox where done_at is null) + (select count(*) from message where status in ('planned', 'queued', 'sending'))
        + (select count(*) from reminder r where r.status = 'standing' and not exists (select from message m where m.id = r.message_id and m.status = 'held')
            and exists (select from patient p where p.id = r.patient_id and p.contact_state = 'open')) as count`.execute(
      db,
    );
    return rows[0]!.count;
  }

  const { rows: told } = await sql<{ patientId: string; reference: string }>`
    select patient_id as "patientId", id as reference from message`.execute(db);
  const patientOf = new Map(told.map(({ reference, patientId }) => [reference, patientId]));
  const taken = stub.taken.map(({ reference }) => patientOf.get(reference)!);
  const counts = [...Map.groupBy(taken, (patient) => patient).values()].map(({ length }) => length);
  const { rows } = await sql<{ sent: number; doubtful: number }>`
    select count(*) filter (where status = 'sent') as sent, count(*) filter (where status in ('unknown', 'failed')) as doubtful from message`.execute(
    db,
  );
  return {
    unknownReferences: taken.filter((patient) => !patient).length,
    most: Math.max(...counts),
    toThoseWhoChangedTheirMind: taken.filter((patient) => stopped.has(patient)).length,
    peopleTold: counts.length,
    expected: people - stopped.size,
    sent: rows[0]!.sent,
    doubtful: rows[0]!.doubtful,
  };
}

const timeout = 240_000 + rounds * 4_000 + people * 100;
t.setTimeout(3 * timeout);
for (const upset of [
  'on Postgres',
  'on Redis that dies and is emptied again and again',
  'on Postgres that restarts again and again',
])
  t.test(`each due person has exactly one message at the provider, with the queue ${upset}`, async (t) => {
    t.setTimeout(timeout);
    const result = await killAgainAndAgain(t, {
      ...(upset.includes('Redis') && { redis: await testRedis(t) }),
      restarts: upset.includes('restarts'),
    });
    t.comment(JSON.stringify(result));
    const { expected, ...rest } = result;
    t.same(rest, {
      unknownReferences: 0,
      most: 1,
      toThoseWhoChangedTheirMind: 0,
      peopleTold: expected,
      sent: expected,
      doubtful: 0,
    });
  });
