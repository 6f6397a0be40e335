import { sql } from 'kysely';
import t from 'tap';
import { addStaff } from '../../src/access/staff.commands.ts';
import { sendDigests } from '../../src/messages/digest.commands.ts';
import { runNightly } from '../../src/office/nightly/nightly.commands.ts';
import { testDatabase } from '../helpers/database.ts';
import { officer } from '../helpers/factories.ts';
import { seedFollowUps } from '../helpers/follow-ups.ts';
import { notifySettings, notifyStub } from '../helpers/notify-stub.ts';

async function setUp(t: Parameters<typeof testDatabase>[0], settings: Record<string, string> = {}) {
  const world = await testDatabase(t, settings);
  const { db, deps, clock } = world;
  clock.set('2026-11-27T03:15:00Z');
  const { id } = await addStaff(deps, officer, {
    name: 'Ana',
    email: 'ana@partner.example',
    role: 'supporter',
  });
  await seedFollowUps(db, { patients: 3, dueOn: '2026-11-30', startsAt: '11:30' });
  await seedFollowUps(db, { patients: 1, dueOn: '2026-12-01' });
  await sql`update follow_up set supporter_id = ${id}`.execute(db);
  const emails = async () =>
    await db
      .selectFrom('captured_message')
      .select(['recipient', 'subject', 'body'])
      .where('channel', '=', 'email')
      .execute();
  const statuses = async () =>
    (await db.selectFrom('supporter_digest').select('status').execute()).map(({ status }) => status);
  return { ...world, id, emails, statuses };
}

t.test('on Friday a supporter hears of Monday, once, without a name', async (t) => {
  const { deps, db, clock, emails, id } = await setUp(t);
  const dry = await runNightly(deps, { dryRun: true });
  t.match(
    dry.steps.find(({ step }) => step === 'supporter-digests'),
    { count: 1 },
  );
  await runNightly(deps);
  await runNightly(deps, { again: true });
  const [, , paused] = await db
    .selectFrom('follow_up')
    .select('patient_id')
    .orderBy('due_on')
    .orderBy('id')
    .execute();
  await sql`update patient set contact_state = 'paused', paused_until = '2026-12-20' where id = ${paused!.patient_id}`.execute(
    db,
  );
  t.equal(await sendDigests(deps), 0, 'not in the night');
  clock.set('2026-11-27T08:30:00Z');
  await sql`update follow_up set status = 'cancelled' where id = (select id from follow_up where due_on = '2026-11-30' order by id limit 1)`.execute(
    db,
  );
  const sent = await Promise.all([sendDigests(deps), sendDigests(deps), sendDigests(deps)]);
  t.equal(
    sent.reduce((sum, count) => sum + count, 0),
    1,
    'three at once send one',
  );
  t.equal(await sendDigests(deps), 0);
  t.match(await emails(), [
    {
      recipient: 'ana@partner.example',
      subject: 'Your follow-ups on Monday 30 November',
      body: /^Hello Ana\. You have one follow-up on Monday 30 November, the first at 11:30am\. Sign in to see it\.$/,
    },
  ]);
  clock.set('2026-11-30T03:15:00Z');
  await runNightly(deps);
  await sql`update staff set suspended_at = now() where id = ${id}`.execute(db);
  clock.set('2026-11-30T09:30:00Z');
  t.equal(await sendDigests(deps), 0, 'nobody who is suspended is written to');
  t.equal((await emails()).length, 1);
});

t.test(
  'a day that is over is not told of, and one that the provider did not take is not tried again',
  async (t) => {
    const stub = await notifyStub(t);
    const { deps, clock, statuses } = await setUp(t, notifySettings(stub.url));
    await runNightly(deps);
    clock.set('2026-11-30T09:30:00Z');
    t.equal(await sendDigests(deps), 0);
    t.same(await statuses(), ['planned']);
    await runNightly(deps);
    stub.behaves('break');
    t.equal(await sendDigests(deps), 0);
    t.same((await statuses()).sort(), ['failed', 'planned']);
    stub.behaves('take');
    t.equal(await sendDigests(deps), 0);
    t.same(stub.taken, []);
  },
);
