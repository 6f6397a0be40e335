import { sql } from 'kysely';
import t from 'tap';
import { loadDemonstration } from '../../scripts/demonstration/load.ts';
import { findKeyOwner } from '../../src/access/access.queries.ts';
import { signIn } from '../../src/access/sign-in.commands.ts';
import { keyedHash } from '../../src/access/tokens.ts';
import { readNhsNumber } from '../../src/people/patient.rules.ts';
import type { Deps } from '../../src/shared/deps.ts';
import { testDatabase } from '../helpers/database.ts';

const one = await testDatabase(t);
const other = await testDatabase(t);
const [demo] = await Promise.all([loadDemonstration(one.deps), loadDemonstration(other.deps)]);

const rows = async (deps: Deps, query: string) =>
  (await sql.raw<Record<string, unknown>>(query).execute(deps.db)).rows;
const countBy = async (query: string) =>
  Object.fromEntries((await rows(one.deps, query)).map(({ word, count }) => [word, count])) as Record<
    string,
    number
  >;

t.test('there is enough of everything to look at', async (t) => {
  const [counts] = await rows(
    one.deps,
    `select (select count(*) from device) as devices, (select count(*) from patient) as patients,
    (select count(*) from loan) as loans, (select count(*) from location where kind = 'hub') as hubs,
    (select count(*) from organisation where 'clinic' = any(roles)) as clinics,
    (select count(*) from loan where status = 'open' and due_on < '2026-11-23') as overdue,
    (select count(*) from loan l where status = 'open' and exists (select from loan_item i where i.loan_id = l.id and i.ended_at is not null)) as partly,
    (select count(*) from patient where nhs_number is null) as unnumbered`,
  );
  const { devices, patients, loans, hubs, clinics, overdue, partly, unnumbered } = counts as Record<
    string,
    number
  >;
  t.ok(devices! >= 140 && devices! <= 160, `${devices} devices`);
  t.match({ patients, loans, hubs, clinics }, { patients: 90, loans: 70, hubs: 2, clinics: 4 });
  t.ok(overdue! > 0 && partly! > 0 && unnumbered! > 0);
  const devicesBy = await countBy('select status as word, count(*) as count from device group by 1');
  t.ok(
    Math.min(devicesBy.in_preparation!, devicesBy.ready!, devicesBy.on_loan!) >= 20,
    'devices of each status',
  );
  for (const status of ['reserved', 'in_repair', 'lost', 'gifted', 'retired'])
    t.ok(devicesBy[status]! > 0, `devices that are ${status}`);
  const incidents = await countBy('select kind as word, count(*) as count from incident group by 1');
  t.match(incidents, { lost: 1, stolen: 1, faulty: 1 });
  const [lost] = await rows(
    one.deps,
    `select d.kind from incident n join device d on d.id = n.device_id where n.kind = 'lost' and d.status = 'lost'`,
  );
  t.equal(lost!.kind, 'dongle');
  const [others] = await rows(
    one.deps,
    `select (select count(*) from stocktake where closed_at is not null) as stocktakes,
    (select count(*) from data_plan where device_id is null) as drawer, (select count(*) from loan_extension) as extended,
    (select count(*) from loan_item where replaces_item_id is not null) as replaced, (select count(*) from disposal) as disposed`,
  );
  const [alike] = await rows(
    one.deps,
    `select (select count(*) from referral_assessment) as assessments, (select count(*) from patient p join patient q on p.id < q.id
      and p.date_of_birth = q.date_of_birth and p.family_name = q.family_name and p.given_name = q.given_name) as alike`,
  );
  t.ok(Number(alike!.assessments) > 10);
  t.match(
    await rows(
      one.deps,
      `select version, status, (select count(*) > 0 from referral_assessment where tree_version = version) as used,
        (select count(*) > 0 from assessment_take_up) as "takenUp" from suggestion_tree order by version`,
    ),
    [
      { version: 1, status: 'published', used: true },
      { version: 2, status: 'published', used: true, takenUp: true },
      { version: 3, status: 'draft', used: false },
    ],
  );
  t.equal(alike!.alike, 1, 'someone whom two clinics referred');
  t.match(others, { stocktakes: 1, drawer: 1, extended: 1, replaced: 1, disposed: 2 });
  const referrals = await countBy('select status as word, count(*) as count from referral group by 1');
  t.strictSame(Object.keys(referrals).sort(), [
    'active',
    'asked',
    'closed',
    'declined',
    'received',
    'waiting',
  ]);
  const near =
    await countBy(`select case when due_on < '2026-11-23' then 'before' when due_on > '2026-11-23' then 'after' else 'on' end as word, count(*) as count
    from follow_up where due_on between '2026-11-18' and '2026-11-28' group by 1`);
  t.ok(near.before! > 2 && near.on! > 2 && near.after! > 2, 'follow-ups around today');
  const outcomes = await countBy(
    'select result as word, count(*) as count from follow_up_outcome group by 1',
  );
  t.ok(outcomes.done! > outcomes.missed! && outcomes.missed! > 0);
  const tasks = await countBy('select kind as word, count(*) as count from task group by 1');
  t.ok(
    tasks.missed_twice && tasks.concern && tasks.no_safe_contact && tasks.check_contact_proposal,
    'tasks of each kind',
  );
  const [closed] = await rows(one.deps, 'select count(*) as days, min(day) as first from closed_day');
  t.ok(
    Number(closed!.days) > 0 && String(closed!.first) > '2026-11-23',
    'days ahead on which nobody is there',
  );
  const [kept] = await rows(
    one.deps,
    `select count(*) as people from retention_member m join retention_batch b on b.id = m.batch_id where b.status = 'proposed'`,
  );
  t.ok(Number(kept!.people) > 0 && tasks.retention_due, 'someone is proposed for erasure');
  const messages = await countBy('select status as word, count(*) as count from message group by 1');
  t.ok(messages.sent! > 20);
  const [captured] = await rows(
    one.deps,
    'select count(*) as all, count(distinct reference) as once from captured_message',
  );
  t.equal(captured!.all, captured!.once, 'each message went out once');
});

t.test('nothing lies ahead of now, and no detail can be anyone’s', async (t) => {
  const [ahead] = await rows(one.deps, `select count(*) as count from event where at > '2026-11-23T09:30Z'`);
  t.equal(ahead!.count, 0);
  const people = await rows(
    one.deps,
    `select nhs_number as number, array(select value from contact_point c where c.patient_id = p.id and channel in ('sms', 'phone')) as phones,
    array(select value from contact_point c where c.patient_id = p.id and channel = 'email') as emails from patient p`,
  );
  for (const { number, phones, emails } of people as {
    number: string | null;
    phones: string[];
    emails: string[];
  }[]) {
    if (number && !(number.startsWith('999') && readNhsNumber(number)))
      t.fail('an NHS number outside the test range');
    if (!phones.every((phone) => /^\+447700900\d{3}$/.test(phone)))
      t.fail('a phone number outside the drama range');
    if (!emails.every((email) => email.endsWith('.example'))) t.fail('an address of a real domain');
  }
});

t.test('the same day gives the same data', async (t) => {
  for (const query of [
    'select asset_tag, kind, make, serial_number, imei, status, cycle, changed_at from device order by asset_tag',
    'select r.reference, r.status, r.received_at, r.changed_at, p.family_name, p.nhs_number from referral r join patient p on p.id = r.patient_id order by 1',
    `select l.reference, l.status, l.issued_at, l.closed_at, array(select asset_tag from loan_item i join device d on d.id = i.device_id where i.loan_id = l.id order by 1) as tags
      from loan l order by 1`,
    'select f.step, f.due_on, f.status, p.family_name, o.note from follow_up f join patient p on p.id = f.patient_id left join follow_up_outcome o on o.follow_up_id = f.id order by 4, 2, 1',
    'select iccid, expires_on from data_plan order by 1',
  ]) {
    t.strictSame(await rows(one.deps, query), await rows(other.deps, query));
  }
});

t.test('everyone can sign in, and the keys work', async (t) => {
  t.strictSame([...new Set(demo!.staff.map(({ role }) => role))].sort(), [
    'administrator',
    'auditor',
    'manager',
    'officer',
    'supporter',
  ]);
  for (const person of demo!.staff) t.ok((await signIn(one.deps, 'test', person)).token);
  for (const role of ['officer', 'clinic'] as const) {
    t.equal((await findKeyOwner(one.deps, keyedHash(one.deps.key, 'api-key', demo!.keys[role])))?.role, role);
  }
});
