import { sql } from 'kysely';
import t from 'tap';
import { addStaff } from '../../src/access/staff.commands.ts';
import { runNightly } from '../../src/office/nightly/nightly.commands.ts';
import { askOf, countToAsk, watches } from '../../src/office/nightly/watch.commands.ts';
import { testDatabase } from '../helpers/database.ts';
import { factories, officer } from '../helpers/factories.ts';
import { seedFollowUps } from '../helpers/follow-ups.ts';

const { db, deps, clock } = await testDatabase(t);
const make = factories(deps);
const tasks = async (kind: string) =>
  (
    await db
      .selectFrom('task')
      .select(['subject_id', 'status'])
      .where('kind', '=', kind)
      .orderBy('id')
      .execute()
  ).map(({ subject_id, status }) => `${subject_id} ${status}`);
const night = async (day: string) => {
  clock.set(`${day}T03:15:00Z`);
  await runNightly(deps, { again: true });
};

t.test('the night asks staff about what waits too long, once, and settles what is right again', async (t) => {
  clock.set('2026-11-23T09:30:00Z');
  const { id: referralId } = await make.referral();
  const [device] = await make.devices(1);
  const supporter = await addStaff(deps, officer, {
    name: 'Sam',
    email: 'sam@partner.example',
    role: 'supporter',
    dbsCheckedOn: '2024-01-31',
  });
  await sql`update contact_point set recheck_due = '2026-12-10'`.execute(db);
  const { rows } = await sql<{
    id: string;
  }>`select patient_id as id from referral where id = ${referralId}`.execute(db);
  await night('2026-11-24');
  for (const { kind } of watches) t.same(await tasks(kind), [], `${kind} is not due`);

  for (const day of ['2026-12-14', '2026-12-15']) await night(day);
  t.same(await tasks('recheck_contact'), [`${rows[0]!.id} open`]);
  t.same(await tasks('referral_late'), [`${referralId} open`]);
  t.same(await tasks('preparation_late'), [`${device!.id} open`]);
  t.same(await tasks('dbs_due'), [`${supporter.id} open`]);
  t.same(await tasks('calendar_ends'), []);

  await sql`update contact_point set recheck_due = '2027-12-10'`.execute(db);
  await sql`update staff set dbs_checked_on = '2026-12-15' where id = ${supporter.id}`.execute(db);
  await sql`update task set status = 'done', done_at = now() where kind = 'referral_late'`.execute(db);
  await night('2026-12-16');
  t.same(await tasks('recheck_contact'), [`${rows[0]!.id} done`], 'checked again, it is settled by itself');
  t.same(await tasks('dbs_due'), [`${supporter.id} done`]);
  t.same(
    await tasks('referral_late'),
    [`${referralId} done`],
    'what staff settled is not asked again at once',
  );
  await night('2027-01-20');
  t.equal((await tasks('referral_late')).length, 2, 'but after a month, since it still waits');
  await night('2028-10-01');
  t.equal((await tasks('calendar_ends')).length, 1);
});

t.test('each count says what the step would do, and many are asked in batches', async (t) => {
  await seedFollowUps(db, { patients: 2_500, dueOn: '2027-06-01' });
  await sql`update contact_point set recheck_due = '2027-05-01'`.execute(db);
  const watch = watches.find(({ kind }) => kind === 'recheck_contact')!;
  const count = await countToAsk(deps, watch, '2027-06-01');
  t.ok(count >= 2_500);
  t.equal(await askOf(deps, watch, '2027-06-01'), count);
  t.equal(await askOf(deps, watch, '2027-06-01'), 0);
});
