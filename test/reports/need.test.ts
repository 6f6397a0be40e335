import { sql } from 'kysely';
import t from 'tap';
import { readDonorReport } from '../../src/office/reports/donor-report.queries.ts';
import { addOrganisation } from '../../src/scheme/organisations/organisation.commands.ts';
import { apiOf } from '../helpers/api.ts';
import { testApp } from '../helpers/app.ts';
import { factories, manager } from '../helpers/factories.ts';

const { app, as, db, deps, clock } = await testApp(t);
const make = factories(deps);
const api = apiOf(app, as.officer);
const read = async (name: string, days: string) => (await api('GET', `/reports/${name}?${days}`)).body;
const september = 'from=2026-09-01&to=2026-09-30';
const goTo = async (day: string) => {
  clock.set(`${day}T09:30:00Z`);
  await sql`update session set seen_at = ${`${day}T09:30:00Z`}, expires_at = '2027-06-01'`.execute(db);
};

t.test('a referral that is declined later was not declined by the last of the days', async (t) => {
  await goTo('2026-09-20');
  const { id } = await make.referral({ needs: ['device', 'support'] });
  // The support was dropped within the days, the referral declined after them.
  await sql`update referral_need set status = 'dropped', reason = 'Has it', settled_at = '2026-09-25T10:00:00Z' where referral_id = ${id} and need = 'support'`.execute(
    db,
  );
  await goTo('2026-10-05');
  await api('POST', `/referrals/${id}/decisions`, { decision: 'decline', reason: 'Moved away' });
  t.match((await read('need', september)).headline.row, { received: 1, declined: 0 });
  t.match((await read('need', 'from=2026-09-01&to=2026-10-31')).headline.row, { declined: 1 });
});

t.test('what the office adds is not what was asked for', async (t) => {
  await goTo('2026-08-03');
  const { id } = await make.waitingReferral({ needs: ['support'] });
  t.equal(
    (
      await api('POST', `/referrals/${id}/needs`, {
        need: 'device',
        change: 'add',
        reason: 'Seen at the visit',
      })
    ).status < 300,
    true,
  );
  const { headline, parts } = await read('need', 'from=2026-08-01&to=2026-08-31');
  t.match(headline.row, { received: 1, waiting: 0 });
  const { rows } = parts.find(({ key }: { key: string }) => key === 'needs');
  t.match(rows, [
    { need: 'device', asked: 0 },
    { need: 'data', asked: 0 },
    { need: 'support', asked: 1 },
  ]);
});

t.test('a donor of whom the report by donor has no row is hidden whole', async (t) => {
  await goTo('2026-11-23');
  const donor = await addOrganisation(deps, manager, { name: 'The 301st', role: 'donor' });
  await sql`insert into donation (id, reference, donor_id, received_on, created_at) values (new_id(), 'D-LAST', ${donor.id}, '2025-01-10', now())`.execute(
    db,
  );
  const { figures } = await readDonorReport(deps, manager.actor, donor.id);
  t.ok(figures.columns.length > 2);
  t.ok(figures.columns.every(({ key }) => figures.row[key] === '*'));
});
