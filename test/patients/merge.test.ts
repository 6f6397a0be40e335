import { sql } from 'kysely';
import t from 'tap';
import { mergePatients } from '../../src/identity/merge.commands.ts';
import { keepApart, partPatients } from '../../src/identity/separate.commands.ts';
import { likelyDuplicates } from '../../src/people/duplicate.queries.ts';
import { compare, type Likeness } from '../../src/people/duplicate.rules.ts';
import { getPatient } from '../../src/people/patient.queries.ts';
import type { NewPatient } from '../../src/people/patient.schemas.ts';
import { receiveReferral } from '../../src/referrals/referral.commands.ts';
import { getReferral } from '../../src/referrals/referral.queries.ts';
import { command } from '../../src/shared/command.ts';
import { createTasks } from '../../src/tasks/task.commands.ts';
import { apiOf } from '../helpers/api.ts';
import { testApp } from '../helpers/app.ts';
import { factories, officer } from '../helpers/factories.ts';
import { forms, signedInBrowser } from '../helpers/pages.ts';
import { refusal } from '../helpers/refusal.ts';

const begun = '2026-11-23T09:30:00Z';
const { app, as, db, deps, clock } = await testApp(t, { DATABASE_POOL: '30' });
const make = factories(deps);
const api = apiOf(app, as.officer);
t.beforeEach(() => clock.set(begun));

let people = 0;
/** Two records of one person, each with a referral from a clinic of its own. */
async function pair(first: Partial<NewPatient> = {}, second: Partial<NewPatient> = {}) {
  const who = {
    familyName: `Farah${String.fromCharCode(97 + (people++ % 26))}${'x'.repeat(people)}`,
    dateOfBirth: '1980-02-29',
    contactPoints: [],
  };
  const make1 = async (person: Partial<NewPatient>) => {
    const { id } = await make.waitingReferral({
      person: { ...who, ...person },
      needs: ['device', 'support'],
    });
    const { rows } = await sql<{
      patientId: string;
    }>`select patient_id as "patientId" from referral where id = ${id}`.execute(db);
    return { referralId: id, id: rows[0]!.patientId };
  };
  return { one: await make1(first), other: await make1(second), who };
}
/** Everything that is of a person, by table. */
const owned = async (id: string) => {
  const { rows } = await sql<{ rows: string[] }>`select array(
    select 'referral ' || id from referral where patient_id = ${id} union all select 'loan ' || id from loan where patient_id = ${id}
    union all select 'patient_plan ' || id from patient_plan where patient_id = ${id}
    union all select 'follow_up ' || id from follow_up where patient_id = ${id} union all select 'reminder ' || id from reminder where patient_id = ${id}
    order by 1) as rows`.execute(db);
  return rows[0]!.rows;
};
const sms = (changes: object = {}) => ({
  channel: 'sms' as const,
  value: '+447700900123',
  safe: true,
  ...changes,
});

t.test('rules 17 and 18: what speaks for one person; an NHS number alone only asks for a look', (t) => {
  const record = (changes: Partial<Likeness> = {}): Likeness => ({
    id: 'a',
    givenName: 'Zoë',
    familyName: 'O’Brien',
    preferredName: null,
    dateOfBirth: '1980-02-11',
    nhsNumber: '9990000018',
    address: '1 High Street\nLondon',
    contacts: ['+447700900123'],
    ...changes,
  });
  const with_ = (changes: Partial<Likeness>) =>
    compare(record(), record({ nhsNumber: null, address: null, contacts: [], ...changes }));
  const verdict = (changes: Partial<Likeness>, trait: string) =>
    with_(changes).traits.find((line) => line.trait === trait)!.verdict;
  t.equal(
    verdict({ givenName: 'ZOE', familyName: 'obrien' }, 'name'),
    'agrees',
    'accents, case and marks mean nothing',
  );
  t.equal(verdict({ givenName: 'Z.' }, 'name'), 'close');
  t.equal(verdict({ givenName: 'O’Brien', familyName: 'Zoë' }, 'name'), 'close');
  t.equal(verdict({ givenName: 'Ann' }, 'name'), 'partly');
  t.equal(verdict({ givenName: 'Ann', familyName: 'Lee' }, 'name'), 'differs');
  t.equal(verdict({ dateOfBirth: '1980-11-02' }, 'dateOfBirth'), 'close');
  t.equal(verdict({ dateOfBirth: null }, 'dateOfBirth'), 'unknown');
  t.equal(verdict({ contacts: ['+447700900124'] }, 'contact'), 'differs');
  t.equal(verdict({ contacts: ['1 High Street\nLondon'] }, 'contact'), 'unknown', 'a letter beside a number');
  t.equal(verdict({ contacts: ['zoe@example.org'] }, 'contact'), 'unknown', 'an email beside a number');
  t.ok(with_({}).isLikely, 'name and date of birth');
  t.ok(
    with_({ givenName: 'Z', contacts: ['+447700900123'], dateOfBirth: null }).isLikely,
    'an initial and a number',
  );
  t.equal(
    with_({ givenName: 'Ann', familyName: 'Lee', dateOfBirth: null, nhsNumber: '9990000018' }).identity,
    'perhaps',
    'an NHS number alone',
  );
  t.equal(with_({ nhsNumber: '9990000018' }).identity, 'same', 'all that identifies');
  t.equal(
    with_({ nhsNumber: '9990000018', givenName: 'Z', preferredName: 'Zoë' }).identity,
    'perhaps',
    'known as the same',
  );
  t.equal(
    with_({ nhsNumber: '9990000018', dateOfBirth: null }).identity,
    'perhaps',
    'a birth date that is not said',
  );
  t.equal(with_({ dateOfBirth: '1980-02-12' }).identity, 'perhaps', 'one digit of a birth date');
  t.equal(
    with_({ dateOfBirth: '1975-06-06', contacts: ['+447700900123'] }).identity,
    'perhaps',
    'a name and a number',
  );
  t.notOk(with_({ nhsNumber: '9990000026' }).isLikely, 'two NHS numbers are two people');
  t.notOk(
    with_({ givenName: 'Ann', familyName: 'Lee', dateOfBirth: null, contacts: ['+447700900123'] }).isLikely,
    'a shared phone alone',
  );
  t.end();
});

t.test('likely records are found by index, weighed, and not offered again once kept apart', async (t) => {
  const { one, other } = await pair();
  await make.referral({ person: { familyName: 'Somebody', dateOfBirth: '1970-01-01', contactPoints: [] } });
  t.same(
    (await likelyDuplicates(db, one.id)).likely.map(({ record }) => record.id),
    [other.id],
  );
  t.match((await api('GET', `/patients/${one.id}/duplicates`)).body.items, [
    { patient: { id: other.id }, traits: [{ trait: 'name', verdict: 'agrees' }] },
  ]);
  await keepApart(deps, officer, other.id, { patientId: one.id, reason: 'Twins' });
  await keepApart(deps, officer, one.id, { patientId: other.id });
  t.same((await likelyDuplicates(db, one.id)).likely, []);
  t.same((await likelyDuplicates(db, other.id)).likely, []);
  t.match((await api('GET', `/patients/${other.id}/kept-apart`)).body.items, [
    { patient: { id: one.id }, reason: 'Twins', by: officer.actor.name },
  ]);
  const merge = () => api('POST', `/patients/${one.id}/merges`, { patientId: other.id });
  t.match(await merge(), { status: 409, body: { detail: /wrote down that they are two people/ } });
  const again = () => api('POST', `/patients/${other.id}/alike-again`, { patientId: one.id });
  t.match(await again(), { status: 201 });
  t.match(await again(), { status: 404 });
  t.equal((await likelyDuplicates(db, one.id)).likely.length, 1);
  t.match(await merge(), { status: 201 });
  t.match(await api('POST', `/patients/${one.id}/kept-apart`, { patientId: one.id }), { status: 422 });
});

t.test('people are found however their name is written', async (t) => {
  const person = { contactPoints: [], dateOfBirth: '1961-05-04' };
  const find = async (names: object) => {
    const { id } = await make.referral({ person: { ...person, ...names } });
    return (await getReferral(db, officer.actor, id)).patient.id;
  };
  const one = await find({ givenName: 'Björn', familyName: 'Åkesson-Ó Néill' });
  const other = await find({ givenName: 'Bjorn', familyName: 'akesson o’neill' });
  const twin = await find({ givenName: 'Astrid', familyName: 'Åkesson-Ó Néill' });
  const { likely } = await likelyDuplicates(db, one);
  t.same(
    likely.map(({ record, traits }) => [record.id, traits[0]!.verdict]),
    [
      [other, 'agrees'],
      [twin, 'partly'],
    ],
    'also one born that day with the same family name',
  );
  for (const text of ['akesson', 'ÅKESSON ó néill', 'bjorn akess', 'åkesson-oneill'])
    t.match(
      (await api('POST', '/searches', { text })).body.patients.map(({ id }: { id: string }) => id),
      text.startsWith('b') ? [other, one] : new Set([one, other, twin]),
      text,
    );
});

t.test('merged, the stricter holds and all goes over; parted, each has its own again', async (t) => {
  const { one, other } = await pair(
    {
      wording: 'identified',
      contactPoints: [sms(), { channel: 'email', value: 'a@example.com', safe: true }],
    },
    {
      wording: 'discreet',
      contactChoice: 'patient_contacts_us',
      preferredName: 'Kay',
      communicationNeeds: ['bsl'],
      contactPoints: [sms({ safe: false }), { channel: 'email', value: 'b@example.com', safe: true }],
    },
  );
  const loan = await make.loan({ referralId: other.referralId });
  const [ofOne, ofOther] = [await owned(one.id), await owned(other.id)];
  const before = await getPatient(db, one.id);
  const { status, body } = await api('POST', `/patients/${one.id}/merges`, { patientId: other.id });
  t.equal(status, 201);
  t.same(await owned(one.id), [...ofOne, ...ofOther].sort());
  t.same(await owned(other.id), []);
  const merged = await getPatient(db, one.id);
  t.match(merged, {
    wording: 'discreet',
    contactChoice: 'patient_contacts_us',
    preferredName: 'Kay',
    communicationNeeds: ['bsl'],
    contactPoints: [
      { value: '+447700900123', safe: false },
      { value: 'a@example.com', safe: true },
      { value: 'b@example.com', safe: true },
    ],
  });
  t.match((await api('GET', `/patients/${other.id}`)).body, { mergedInto: one.id });
  const page = await forms(app, as.officer).get(`/patients/${other.id}`);
  t.match(page.headers.location, `/patients/${one.id}`);
  t.notMatch(
    (await api('GET', '/patients?limit=200')).body.items.map(({ id }: { id: string }) => id),
    [other.id],
  );
  t.match(await api('POST', `/patients/${other.id}/contact-points`, sms()), {
    status: 409,
    body: { mergedInto: one.id },
  });
  // What begins after the merge stays with the record that stayed.
  const {
    rows: [later],
  } = await sql<{
    id: string;
  }>`insert into follow_up (id, patient_id, step, due_on, starts_at, minutes, way, created_at, changed_at)
    values (new_id(), ${other.id}, 'Later', '2026-12-01', '10:00', 20, 'phone', now(), now()) returning id`.execute(
    db,
  );
  t.same(
    (await owned(one.id)).filter((row) => row.includes(later!.id)).length,
    1,
    'whatever begins for a merged record begins for the other',
  );
  t.equal((await api('POST', `/patients/${one.id}/partings`, { mergeId: body.id })).status, 201);
  t.same(await owned(other.id), ofOther);
  t.same(await owned(one.id), [...ofOne, `follow_up ${later!.id}`].sort());
  const { changedAt: _changed, referrals: _r, loans: _l, ...after } = await getPatient(db, one.id);
  const { changedAt: _was, referrals: _r2, loans: _l2, ...expected } = before;
  t.same(after, expected, 'the record says what it said before');
  t.match(await refusal(partPatients(deps, officer, one.id, body.id)), { detail: /parted already/ });
  t.same((await likelyDuplicates(db, one.id)).likely, [], 'they are kept apart from then on');
  t.ok(loan.id);
  const { rows } = await sql<{
    event: string;
  }>`select row_to_json(e)::text as event from event e where type in ('patient.merged', 'patient.parted')`.execute(
    db,
  );
  t.notMatch(rows.map(({ event }) => event).join(), /Kay|7700900|example\.com/, 'rule 20');
});

t.test('what was changed since the merge is not taken back by parting', async (t) => {
  const { one, other } = await pair(
    { contactPoints: [sms()] },
    { preferredName: 'Kay', contactPoints: [sms({ safe: false })] },
  );
  const { id } = await mergePatients(deps, officer, one.id, other.id);
  await sql`update patient set preferred_name = 'Kit' where id = ${one.id}`.execute(db);
  await partPatients(deps, officer, one.id, id);
  t.match(await getPatient(db, one.id), { preferredName: 'Kit', contactPoints: [{ safe: true }] });
});

t.test('rule 24: who asked for no more contact on one record is left alone on both', async (t) => {
  const { one, other } = await pair({ contactPoints: [sms()] }, {});
  await api('POST', `/patients/${other.id}/contact-states`, {
    state: 'withdrawn',
    source: 'family',
    saidOn: '2026-11-20',
    note: 'Their sister rang',
  });
  await mergePatients(deps, officer, one.id, other.id);
  t.match(await getPatient(db, one.id), { contactState: 'withdrawn' });
  t.match(
    await db.selectFrom('contact_state_change').selectAll().where('patient_id', '=', one.id).execute(),
    [{ source: 'family', said_on: '2026-11-20', note: 'Their sister rang', recorded_by: 'Olive Officer' }],
    'as it was said, by whom and when (rule 27)',
  );
  t.match(await db.selectFrom('referral').select('status').where('id', '=', one.referralId).execute(), [
    { status: 'withdrawn' },
  ]);
});

t.test('tasks and replies of the one that went follow, and go back with it', async (t) => {
  const { one, other } = await pair();
  const task = (subjectId: string) =>
    command(deps, officer, (work) =>
      createTasks(work, [{ kind: 'missed_twice', subjectType: 'patient', subjectId, patientId: subjectId }]),
    );
  await task(one.id);
  await task(other.id);
  await sql`insert into inbound_message (id, provider_id, from_number, body, meaning, patient_ids, received_at)
    values (new_id(), 'reply-1', '+447700900123', 'Hello', 'other', array[${other.id}::uuid], now())`.execute(
    db,
  );
  const open = async (id: string) =>
    (
      await sql<{ n: number }>`select count(*)::int as n from task
        where subject_id = ${id} and kind = 'missed_twice' and status = 'open'`.execute(db)
    ).rows[0]!.n;
  const repliesOf = async (id: string) =>
    (await sql`select from inbound_message where patient_ids @> array[${id}::uuid]`.execute(db)).rows.length;
  const { id } = await mergePatients(deps, officer, one.id, other.id);
  t.equal(await open(one.id), 1, 'one task for the one person');
  t.equal(await repliesOf(one.id), 1);
  const { rows } = await sql`select from event e join event_subject s on s.event_id = e.id
    where e.type = 'task.completed' and s.subject_id = ${other.id}`.execute(db);
  t.equal(rows.length, 2, 'what was closed is in the log: this one, and that they have no safe way');
  clock.set('2026-11-23T09:31:00Z');
  await make.waitingReferral({ person: { familyName: 'Unlike', dateOfBirth: '1950-01-01' } });
  await sql`update referral set patient_id = ${one.id}, received_at = ${'2026-11-23T09:31:00Z'}
    where id = (select id from referral order by id desc limit 1)`.execute(db);
  t.match((await api('GET', `/patients/${one.id}/merges`)).body.items, [
    { begunSince: { referrals: 1, loans: 0, followUps: 0 } },
  ]);
  t.match(
    (await forms(app, as.officer).get(`/patients/${one.id}`)).body,
    /stays here if you part them: 1 referral/,
  );
  await partPatients(deps, officer, one.id, id);
  t.same([await open(one.id), await open(other.id)], [1, 1]);
  t.same([await repliesOf(one.id), await repliesOf(other.id)], [0, 1]);
});

t.test('a merged record takes nothing any more, and its pages lead to the one that stayed', async (t) => {
  const { one, other } = await pair({ contactPoints: [sms()] });
  await mergePatients(deps, officer, one.id, other.id);
  const elsewhere = { status: 409, body: { type: /merge-refused/, mergedInto: one.id } };
  t.match(
    await api('POST', `/patients/${other.id}/contact-states`, {
      state: 'withdrawn',
      source: 'patient',
      saidOn: '2026-11-23',
    }),
    elsewhere,
  );
  t.match(
    await api('POST', `/patients/${other.id}/communication-reviews`, {
      communicationNeeds: [],
      interpreter: false,
    }),
    elsewhere,
  );
  for (const rest of ['', '/duplicates', '/change', '/contact-state', '/contact-points/new', '/support'])
    t.match(
      await forms(app, as.officer).get(`/patients/${other.id}${rest}`),
      { statusCode: 303, headers: { location: `/patients/${one.id}` } },
      rest,
    );
});

t.test('a merge that may not be says what would be right', async (t) => {
  const { one, other, who } = await pair();
  t.match(await refusal(mergePatients(deps, officer, one.id, one.id)), { type: 'invalid' });
  t.match(await refusal(mergePatients(deps, officer, one.id, '0193594e-6c00-7a4b-9f0e-2f4b7a1c5d3e')), {
    type: 'not-found',
  });
  await sql`update referral set clinic_id = (select clinic_id from referral where id = ${one.referralId}) where id = ${other.referralId}`.execute(
    db,
  );
  t.match(await refusal(mergePatients(deps, officer, one.id, other.id)), {
    type: 'merge-refused',
    detail: /R-\w+ and R-\w+. Withdraw or close one/,
  });
  await sql`update referral set status = 'withdrawn', withdrawal_reason = 'x', withdrawal_said_by = 'clinic' where id = ${other.referralId}`.execute(
    db,
  );
  await mergePatients(deps, officer, one.id, other.id);
  t.match(await refusal(mergePatients(deps, officer, one.id, other.id)), { detail: /merged already/ });
  const third = await make.referral({ person: { ...who, givenName: 'A' } });
  const { rows } = await sql<{
    id: string;
  }>`select patient_id as id from referral where id = ${third.id}`.execute(db);
  t.match(await refusal(mergePatients(deps, officer, rows[0]!.id, one.id)), { detail: /Keep that one/ });
  t.equal(
    (await apiOf(app, as.clinic)('POST', `/patients/${one.id}/merges`, { patientId: other.id })).status,
    403,
  );
});

t.test('races: merges that cross, a loan and a referral that begin meanwhile; ten times', async (t) => {
  for (let round = 0; round < 10; round++) {
    const nhsNumber = [
      '9990000018',
      '9990000026',
      '9990000034',
      '9990548609',
      '9990005028',
      '9990000042',
      '9990000050',
      '9990000069',
      '9990000077',
      '9990000085',
    ][round]!;
    const { one, other, who } = await pair({}, { nhsNumber });
    const [tablet] = await make.readyDevices(1);
    const clinic = await make.clinic(`Race ${round}`);
    const results = await Promise.allSettled([
      mergePatients(deps, officer, one.id, other.id),
      mergePatients(deps, officer, other.id, one.id),
      make.loan({ referralId: other.referralId, deviceIds: [tablet!.id] } as never),
      receiveReferral(deps, officer, {
        clinicId: clinic,
        patient: { givenName: 'Amal', nhsNumber, ...who },
        needs: ['support'],
        barriers: [],
        referrer: { name: 'Dr Young' },
        consent: { shareWithScheme: true, givenOn: '2026-11-20' },
      }),
    ]);
    const faults = results.flatMap((one) =>
      one.status === 'rejected' && !(one.reason as { status?: number }).status ? [String(one.reason)] : [],
    );
    t.same(faults, [], 'nothing but refusals');
    t.equal(
      results.slice(0, 2).filter(({ status }) => status === 'fulfilled').length,
      1,
      'one of two merges that cross',
    );
    const { rows } = await sql<{
      goes: string;
    }>`select id as goes from patient where id in (${one.id}, ${other.id}) and merged_into is not null`.execute(
      db,
    );
    t.equal(rows.length, 1);
    t.same(await owned(rows[0]!.goes), [], 'nothing is left behind');
  }
});

for (const scripts of [true, false]) {
  t.test(`an officer compares, merges and parts; scripts ${scripts ? 'on' : 'off'}`, async (t) => {
    const { one, other } = await pair(
      { address: '1 <b>High</b> Street\nLondon', contactPoints: [sms()] },
      { preferredName: 'Kay', contactPoints: [sms()] },
    );
    await sql`update referral set status = 'received' where id = ${one.referralId}`.execute(db);
    const baseURL = await app.listen({ host: '127.0.0.1', port: 0 }).catch(() => app.listeningOrigin);
    const { page, look } = await signedInBrowser(t, baseURL, as.officer, { scripts });
    await page.goto(`/referrals/${one.referralId}`);
    await page.getByRole('link', { name: /^Compare \d+ other record/ }).click();
    await page
      .getByRole('cell', { name: /^1 referral; no open loan/ })
      .first()
      .waitFor();
    await look('records that look alike');
    if (process.env.SHOTS)
      await page.screenshot({ path: `${process.env.SHOTS}/duplicates.png`, fullPage: true });
    const form = page.locator('form').filter({ has: page.locator(`input[value="${other.id}"]`) });
    await form.getByRole('button', { name: 'Same person: keep this record' }).click();
    await page.getByText('The two records are one.').waitFor();
    await look('a record with another merged into it');
    await page.getByRole('button', { name: 'Part them again' }).click();
    await page.getByText('The two records are parted.').waitFor();
    t.match(await getPatient(db, other.id), { mergedInto: null });
    await page.goto(`/patients/${one.id}/duplicates`);
    t.equal(await form.getByRole('button', { name: 'Same person' }).count(), 0, 'not offered again');
    await look('two people');
    const { post } = forms(app, as.officer);
    t.equal((await post(`/patients/${one.id}/duplicates`, { patientId: 'x', do: 'apart' })).statusCode, 422);
  });
}
