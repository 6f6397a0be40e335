import { spawn } from 'node:child_process';
import { once } from 'node:events';
import path from 'node:path';
import { createInterface } from 'node:readline/promises';
import { sql } from 'kysely';
import pg from 'pg';
import { newDataKey } from '../src/access/data-key.ts';
import { readConfig } from '../src/config.ts';
import type { startEmbeddedPostgres } from '../src/embedded/postgres.ts';
import { events } from '../src/events.ts';
import { followOn } from '../src/follow-on.ts';
import { channelOf } from '../src/messages/channels.ts';
import { dispatch } from '../src/messages/dispatch.commands.ts';
import { gatherReminders } from '../src/messages/gather.commands.ts';
import { planReminders } from '../src/messages/reminder.commands.ts';
import { fixedClock } from '../src/shared/clock.ts';
import { createDatabase } from '../src/shared/database.ts';
import type { Deps } from '../src/shared/deps.ts';
import { createLogger } from '../src/shared/logging.ts';
import { seedFollowUps } from '../test/helpers/follow-ups.ts';
import { notifySettings } from '../test/helpers/notify-stub.ts';

const many = 100_000;
const few = 10_000;
const rounds = 5;
const sendSeconds = 10;
const atOnce = 10;
const [night, due] = ['2026-11-23', '2026-11-24'];
const [earlierNight, earlierDue] = ['2026-11-19', '2026-11-20'];

type Server = Pick<Awaited<ReturnType<typeof startEmbeddedPostgres>>, 'appUrl' | 'ownerUrl'>;
type Timed = { milliseconds: number; rows: number; peakMegabytes: number };

/**
 * npm run bench -- nightly: how long the night takes to plan a reminder for each of 100,000 follow-ups and to
 * gather them into messages, beside the bare `insert … select` of the same rows in the same rounds; then how
 * fast messages go to a stub of Notify, beside how fast the stub takes them from a bare loop.
 */
export async function benchNightly(server: Server): Promise<void> {
  const owner = new pg.Client(server.ownerUrl);
  await owner.connect();
  const stub = await startStub();
  const config = readConfig({
    DATABASE_URL: server.appUrl,
    SECRET: 'not needed here, because no one signs in',
    ...notifySettings(stub.url),
    NOTIFY_PER_MINUTE: '1000000',
  });
  const db = createDatabase(config.DATABASE_URL, 4, () => {});
  const clock = fixedClock(`${earlierNight}T03:15:00Z`);
  const deps = { config, db, clock, log: createLogger('error'), key: newDataKey(), events, followOn };
  try {
    console.log(`Making ${(few + many).toLocaleString('en-GB')} patients with a follow-up each…`);
    await seedFollowUps(db, { patients: few, dueOn: earlierDue });
    await seedFollowUps(db, { patients: many, dueOn: due });
    await owner.query('vacuum analyze');
    const smaller = await timed(() => planNight(deps, earlierNight));
    clock.set(`${night}T03:15:00Z`);
    await owner.query('truncate reminder, message cascade');
    const larger = await planAgainAndAgain(deps, owner);
    console.log(
      `  peak memory of the process ${larger.toFixed(0)} MB with ${label(many)}, ${smaller.peakMegabytes.toFixed(0)} MB with ${label(few)}`,
    );
    await sendBesideStub(deps, stub.taken);
  } finally {
    await db.destroy();
    await owner.end();
    await stub.stop();
  }
}

const planNight = async (deps: Deps, date: string) => {
  await planReminders(deps, ['follow_up'], date);
  return gatherReminders(deps, date);
};

/** Plans and gathers round by round, each beside a bare insert of the rows that it made, and prints the medians. */
async function planAgainAndAgain(deps: Deps, owner: pg.Client): Promise<number> {
  const times = { plan: [], barePlan: [], gather: [], bareGather: [] } as Record<string, Timed[]>;
  const bare = async (text: string) => (await owner.query(text)).rowCount ?? 0;
  for (let round = 1; round <= rounds; round++) {
    times.plan!.push(await timed(() => planReminders(deps, ['follow_up'], night)));
    await owner.query('drop table if exists made_reminder; create table made_reminder as table reminder');
    times.gather!.push(await timed(() => gatherReminders(deps, night)));
    await owner.query('drop table if exists made_message; create table made_message as table message');
    await owner.query('truncate reminder, message cascade; analyze made_reminder, made_message');
    times.barePlan!.push(await timed(() => bare('insert into reminder select * from made_reminder')));
    times.bareGather!.push(
      await timed(() =>
        bare(`with made as (insert into message select * from made_message returning id, patient_id)
          update reminder r set message_id = made.id from made where r.patient_id = made.patient_id`),
      ),
    );
    const last = Object.values(times).map((all) => all.at(-1)!);
    if (last.some(({ rows }) => rows !== many))
      throw new Error(`Not ${many} rows each: ${last.map(({ rows }) => rows)}`);
    // What the last round made is sent below.
    if (round < rounds) await owner.query('truncate reminder, message cascade');
    console.log(`round ${round}: ${last.map(({ milliseconds }) => seconds(milliseconds)).join(', ')}`);
  }
  console.log(`\nMedians of ${rounds} rounds with ${label(many)} due:`);
  for (const [name, mine, theirs] of [
    ['reminders planned', 'plan', 'barePlan'],
    ['messages gathered', 'gather', 'bareGather'],
  ] as const) {
    const [took, raw] = [mine, theirs].map((key) => median(times[key]!.map((one) => one.milliseconds)));
    console.log(
      `  ${name} ${seconds(took!)}, a bare insert … select of the same rows ${seconds(raw!)}: ratio ${(took! / raw!).toFixed(1)}`,
    );
  }
  return Math.max(...[...times.plan!, ...times.gather!].map(({ peakMegabytes }) => peakMegabytes));
}

/** Sends for some seconds from the queue, and for as long the same text by a bare loop. */
async function sendBesideStub(
  deps: Deps & { clock: { set(at: string): void } },
  taken: () => Promise<number>,
): Promise<void> {
  deps.clock.set(`${night}T08:00:00Z`);
  await dispatch(deps, AbortSignal.abort());
  const before = await taken();
  const sending = await timed(
    async () => (await dispatch(deps, AbortSignal.timeout(sendSeconds * 1000))).sent,
  );
  const arrived = (await taken()) - before;
  if (arrived !== sending.rows) throw new Error(`${sending.rows} were sent and ${arrived} arrived.`);
  const { rows } = await sql<{ body: string; id: string }>`
    select id, body from message where status = 'sent' limit 1`.execute(deps.db);
  const channel = channelOf(deps, 'notify');
  const message = {
    reference: rows[0]!.id,
    channel: 'sms' as const,
    wording: 'discreet' as const,
    name: 'Amal',
    recipient: '+447700900123',
    subject: null,
    body: rows[0]!.body,
  };
  const until = performance.now() + sendSeconds * 1000;
  const bare = await timed(async () => {
    let sent = 0;
    const loop = async () => {
      for (; performance.now() < until; sent++) await channel.send(message);
    };
    await Promise.all(Array.from({ length: atOnce }, loop));
    return sent;
  });
  const [mine, limit] = [sending, bare].map(({ rows, milliseconds }) => (rows / milliseconds) * 1000);
  console.log(
    `  messages sent ${mine!.toFixed(0)} a second, the stub takes ${limit!.toFixed(0)} a second from a bare loop: ratio ${(mine! / limit!).toFixed(2)}` +
      '\n  (GOV.UK Notify itself takes 50 a second from one service)',
  );
}

/** The stub in a process of its own, so that it takes no time from the sender's. */
async function startStub() {
  const program = `
    import { notifyStub } from './test/helpers/notify-stub.ts';
    const stub = await notifyStub({ teardown() {} });
    console.log(stub.url);
    process.stdin.on('data', () => console.log(stub.taken.length)).on('end', () => process.exit());`;
  const child = spawn(process.execPath, ['--input-type=module', '-e', program], {
    cwd: path.join(import.meta.dirname, '..'),
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  const next = async () => (await lines.next()).value as string;
  return {
    url: await next(),
    taken: async () => {
      child.stdin.write('?');
      return Number(await next());
    },
    stop: async () => {
      child.stdin.end();
      if (child.exitCode === null) await once(child, 'exit');
    },
  };
}

/** Times work that tells how many rows it made, and watches the memory of this process meanwhile. */
async function timed(work: () => Promise<number>): Promise<Timed> {
  let peak = process.memoryUsage.rss();
  const watch = setInterval(() => {
    peak = Math.max(peak, process.memoryUsage.rss());
  }, 20);
  const start = performance.now();
  const rows = await work().finally(() => clearInterval(watch));
  return { rows, milliseconds: performance.now() - start, peakMegabytes: peak / 2 ** 20 };
}

const label = (count: number) => `${count.toLocaleString('en-GB')} follow-ups`;
const seconds = (milliseconds: number) => `${(milliseconds / 1000).toFixed(2)} s`;

function median(numbers: number[]): number {
  return numbers.toSorted((one, other) => one - other)[Math.floor(numbers.length / 2)]!;
}
