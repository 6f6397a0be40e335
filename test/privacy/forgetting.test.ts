import { sql } from 'kysely';
import t from 'tap';
import { recordContactState } from '../../src/identity/contact-state.commands.ts';
import { mergePatients } from '../../src/identity/merge.commands.ts';
import { partPatients } from '../../src/identity/separate.commands.ts';
import { forgetWhatIsOver } from '../../src/privacy/forgetting.commands.ts';
import { type EventType, type NewEvent, recordEvent } from '../../src/shared/events.ts';
import { workIn } from '../../src/shared/work.ts';
import { apiOf } from '../helpers/api.ts';
import { testApp } from '../helpers/app.ts';
import { factories, officer } from '../helpers/factories.ts';

const callbackToken = 'callback-token-1234567890';
const { app, as, db, deps, clock } = await testApp(t, {
  DATABASE_POOL: '20',
  NOTIFY_CALLBACK_TOKEN: callbackToken,
});
const make = factories(deps);
const api = apiOf(app, as.manager);
t.beforeEach(() => clock.set('2026-11-23T09:30:00Z'));

let texts = 0;
const receive = (from: string, message: string) =>
  app.inject({
    method: 'POST',
    url: '/api/v1/callbacks/notify/inbound-texts',
    headers: { authorization: `Bearer ${callbackToken}` },
    payload: { id: `text-${++texts}`, source_number: from, message },
  });
const person = async (familyName: string, more: object = {}) => {
  const { id: referralId } = await make.referral({ person: { familyName, ...more } });
  const { patient_id: id } = await db
    .selectFrom('referral')
    .select('patient_id')
    .where('id', '=', referralId)
    .executeTakeFirstOrThrow();
  return { id, referralId };
};
const end = (id: string) =>
  recordContactState(deps, officer, id, { state: 'withdrawn', source: 'patient', saidOn: '2026-11-23' });
const erasure = {
  askedBy: 'patient',
  askedOn: '2026-11-20',
  identityCheck: 'Saw a card',
  reason: 'Help ended',
};
const ofTexts = async () =>
  db.selectFrom('inbound_message').select(['body', 'patient_ids as ids']).orderBy('id').execute();

t.test('on a quiet system, what is kept for a while goes when its time is over, however much', async (t) => {
  await sql`
    insert into idempotency_key (caller, key, fingerprint, result, created_at)
    select 'staff:x', n::text, 'x', '{}', case when n <= 2500 then timestamptz '2026-11-16 09:30Z' else '2026-11-16 09:31Z' end from generate_series(1, 2502) n`.execute(
    db,
  );
  const staff = await db.selectFrom('staff').select('id').executeTakeFirstOrThrow();
  const session = (name: string, seen: string, ends: string, ended: string | null = null) =>
    sql`
    insert into session (token_hash, staff_id, created_at, proved_at, seen_at, expires_at, revoked_at)
    values (convert_to(${name}, 'utf8'), ${staff.id}, ${seen}, ${seen}, ${seen}, ${ends}, ${ended})`.execute(
      db,
    );
  await session('ended', '2026-11-20T09:00Z', '2026-12-01T09:00Z', '2026-11-20T10:00Z');
  await session('expired', '2026-11-20T09:00Z', '2026-11-20T19:00Z');
  await session('idle', '2026-11-22T09:00Z', '2026-12-01T09:00Z');
  await session('late form', '2026-11-23T08:00Z', '2026-11-23T08:30Z');
  await session('open', '2026-11-23T09:20Z', '2026-11-23T18:00Z');
  await sql`insert into sign_in_throttle (account, origin, failures, failed_at) values ('\x01', '', 3, '2026-11-22 09:00Z'), ('\x02', '', 3, '2026-11-22 10:00Z')`.execute(
    db,
  );
  await sql`insert into password_link (token_hash, staff_id, created_at, expires_at, ended_at) values
    ('\x01', ${staff.id}, '2026-11-01Z', '2026-11-04Z', null), ('\x02', ${staff.id}, '2026-11-22Z', '2026-11-25Z', '2026-11-22Z'), ('\x03', ${staff.id}, '2026-11-22Z', '2026-11-25Z', null)`.execute(
    db,
  );
  t.match(await forgetWhatIsOver(deps), {
    idempotency_key: 2500,
    session: 3,
    sign_in_throttle: 1,
    password_link: 2,
  });
  const { rows } = await sql<{ name: string }>`
    select convert_from(token_hash, 'utf8') as name from session where token_hash in ('late form', 'open', 'idle', 'ended', 'expired') order by 1`.execute(
    db,
  );
  t.same(
    rows.map(({ name }) => name),
    ['late form', 'open'],
  );
  t.match(await forgetWhatIsOver(deps), {
    idempotency_key: 0,
    session: 0,
    sign_in_throttle: 0,
    password_link: 0,
  });
  t.equal((await api('GET', '/patients')).status, 200, 'who works goes on working');
});

t.test('a text that comes while its number is being added is not lost between the two', async (t) => {
  for (let round = 0; round < 8; round++) {
    const number = `07700 9008${30 + round}`;
    const { id } = await person(`Round ${round}`, { contactPoints: [] });
    const [added, received] = await Promise.all([
      apiOf(app, as.officer)('POST', `/patients/${id}/contact-points`, {
        channel: 'sms',
        value: number,
        safe: true,
      }),
      receive(`44${number.slice(1).replace(' ', '')}`, `Round ${round}`),
    ]);
    t.same([added.status, received.statusCode], [201, 204]);
    t.match((await ofTexts()).at(-1), { body: `Round ${round}`, ids: [id] });
  }
});

t.test('of someone who was merged and parted again nothing stays with the other', async (t) => {
  const stays = await person('Stays', { contactPoints: [] });
  const goes = await person('Goes', { address: '1 Quillfeather Street', contactPoints: [] });
  const { id: mergeId } = await mergePatients(deps, officer, stays.id, goes.id);
  clock.set('2026-11-23T09:35:00Z');
  const { etag } = await apiOf(app, as.officer)('GET', `/patients/${stays.id}`);
  await apiOf(app, as.officer)(
    'PATCH',
    `/patients/${stays.id}`,
    { address: '2 Own Street' },
    { 'if-match': etag },
  );
  clock.set('2026-11-23T09:40:00Z');
  await partPatients(deps, officer, stays.id, mergeId);
  const kept = async () =>
    JSON.stringify(
      await db.selectFrom('patient_history').selectAll().where('patient_id', '=', stays.id).execute(),
    );
  t.match(await kept(), /Quillfeather/);
  await end(goes.id);
  t.equal((await api('POST', `/patients/${goes.id}/erasures`, erasure)).status, 201);
  t.notMatch(await kept(), /Quillfeather/);
  t.match((await apiOf(app, as.officer)('GET', `/patients/${stays.id}`)).body.address, '2 Own Street');
});

t.test('nothing is written about an erased person’s referral', async (t) => {
  const { id, referralId } = await person('Gone');
  await end(id);
  t.equal((await api('POST', `/patients/${id}/erasures`, erasure)).status, 201);
  for (const [part, said] of Object.entries({
    notes: { note: 'A word' },
    needs: { need: 'data', change: 'add', reason: 'A word' },
    assignments: { staffId: null, insteadOf: null },
    assessments: {
      barriers: [],
      uses: ['nothing'],
      internetAtHome: 'no',
      privateSpace: 'no',
      prefersNotDigital: false,
    },
  }))
    t.match(
      await apiOf(app, as.officer)('POST', `/referrals/${referralId}/${part}`, said),
      { status: 409, body: { type: '/problems/patient-erased' } },
      part,
    );
});

t.test(
  'rule 20: the log takes codes and the scheme’s own names, and nothing that someone wrote',
  async (t) => {
    const log = (type: EventType, values: object) =>
      db
        .transaction()
        .execute((trx) =>
          recordEvent(workIn(trx, deps, officer), { type, subjects: [], values } as NewEvent),
        );
    for (const [type, values] of [
      ['device.checked', { reason: 'x' }],
      ['device.checked', { kind: 'Visit Era Sure' }],
      ['device.checked', { result: 'Sure' }],
      ['required_checks.changed', { from: ['setup', 'not fine'] }],
      ['lending_policy.changed', { policy: { allocationDays: 'not fine' } }],
      ['lending_policy.changed', { policy: { note: 14 } }],
      ['loan.issued', { dueOn: '1 May' }],
      ['donation.recorded', { reference: 'é' }],
    ] as const)
      await t.rejects(log(type, values), /may not be logged/, JSON.stringify(values));
    for (const [type, values] of [
      ['incident.action', { kind: 'told_police', status: 'done' }],
      ['device.arrived', { condition: 'A' }],
      ['loan.gifted', { assetTags: ['LW-0ABC1Z'] }],
      ['referral.received', { reference: 'R-7KQ2M9' }],
      ['drop_in.added', { dueOn: '2026-11-23', startsAt: '10:30' }],
      ['referral.answer_link_made', { expiresOn: '2026-11-23T09:30:00.123Z' }],
      ['referral.assigned', { staffId: officer.actor.id }],
      ['search.run', { count: 3 }],
      ['loan.returned', { accessory: ['2 × Charger'] }],
    ] as const)
      await log(type, values);
  },
);

t.test(
  'a text from a number that nobody has is of whoever gets it first, and otherwise has an end',
  async (t) => {
    const before = (await ofTexts()).length;
    const added = async () => (await ofTexts()).slice(before);
    await receive('447700900801', 'From the new one');
    await receive('447700900802', 'From nobody');
    await receive('353871234567', 'From Dublin');
    const { id } = await person('Later', {
      contactPoints: [{ channel: 'phone', value: '07700 900801', safe: false }],
    });
    const other = await person('Another', {
      contactPoints: [{ channel: 'sms', value: '07700 900801', safe: true }],
    });
    t.match(
      (await added()).map(({ ids }) => ids),
      [[id], [], []],
    );
    await end(id);
    const { body } = await api('POST', `/patients/${id}/exports`, { ...erasure, reason: undefined });
    t.match((await api('GET', `/patients/${id}/exports/${body.id}`)).body.inboundMessage, [
      { body: 'From the new one' },
    ]);
    const theirs = await api('POST', `/patients/${other.id}/exports`, { ...erasure, reason: undefined });
    t.same((await api('GET', `/patients/${other.id}/exports/${theirs.body.id}`)).body.inboundMessage, []);
    t.equal((await api('POST', `/patients/${id}/erasures`, erasure)).status, 201);
    t.match(await added(), [{ body: '' }, { body: 'From nobody' }, { body: 'From Dublin' }]);
    const open = () =>
      db
        .selectFrom('task')
        .select('id')
        .where('kind', '=', 'inbound_text')
        .where('status', '=', 'open')
        .execute();
    const tasks = (await open()).length;
    clock.set('2027-02-21T09:29:00Z');
    t.match(await forgetWhatIsOver(deps), { inbound_message: 0 });
    clock.set('2027-02-21T09:30:00Z');
    t.match(await forgetWhatIsOver(deps), { inbound_message: 2 });
    t.same(
      (await added()).map(({ body }) => body),
      [''],
    );
    t.equal((await open()).length, tasks - 2, 'nobody is asked to read what is not there');
  },
);
