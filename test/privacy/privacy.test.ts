import { sql } from 'kysely';
import t from 'tap';
import { recordContactState } from '../../src/identity/contact-state.commands.ts';
import { mergePatients } from '../../src/identity/merge.commands.ts';
import { erasePatient } from '../../src/privacy/erasure.commands.ts';
import { leftOut, personalTables } from '../../src/privacy/personal-data.rules.ts';
import { decideReferral } from '../../src/referrals/decision.commands.ts';
import { addFollowUp } from '../../src/support/follow-up.commands.ts';
import { apiOf } from '../helpers/api.ts';
import { testApp } from '../helpers/app.ts';
import { factories, manager, officer } from '../helpers/factories.ts';
import { forms, signedInBrowser } from '../helpers/pages.ts';

const { app, as, db, deps, clock } = await testApp(t, { DATABASE_POOL: '20' });
const make = factories(deps);
const api = apiOf(app, as.manager);
t.beforeEach(() => clock.set('2026-11-23T09:30:00Z'));

const secret = 'Quillfeather';
let people = 0;
/** Someone about whom something personal is held in many places, and for whom everything ended. */
async function person() {
  const n = ++people;
  const { id: referralId } = await make.referral({
    person: {
      givenName: secret,
      familyName: `${secret}${n}`,
      preferredName: secret,
      address: `${secret} Street\nN1 1AA`,
      contactPoints: [{ channel: 'email', value: `${secret.toLowerCase()}${n}@example.com`, safe: true }],
      trustedPerson: { name: secret, mayBeContacted: true },
    },
    notes: secret,
    referrer: { name: `Dr ${secret}`, email: `${secret.toLowerCase()}@clinic.example` },
    clinicReference: secret,
  });
  const { rows } = await sql<{
    id: string;
  }>`select patient_id as id from referral where id = ${referralId}`.execute(db);
  return { id: rows[0]!.id, referralId };
}
const end = (id: string) =>
  recordContactState(deps, officer, id, {
    state: 'withdrawn',
    source: 'patient',
    saidOn: '2026-11-23',
    note: secret,
  });
const asked = {
  askedBy: 'patient',
  askedOn: '2026-11-20',
  identityCheck: 'Saw a card',
  reason: 'Help ended',
} as const;

t.test('every table with a path to a patient is exported and erased, or named with its reason', async (t) => {
  const { rows: keys } = await sql<{ child: string; parent: string }>`
    select conrelid::regclass::text as child, confrelid::regclass::text as parent from pg_constraint where contype = 'f'`.execute(
    db,
  );
  const reached = new Set(['patient']);
  for (let size = 0; size !== reached.size; ) {
    size = reached.size;
    for (const { child, parent } of keys) if (reached.has(parent)) reached.add(child);
  }
  const { rows: columns } = await sql<{ table: string; column: string; type: string }>`
    select table_name as table, column_name as column, data_type as type from information_schema.columns where table_schema = 'public'`.execute(
    db,
  );
  for (const { table, column } of columns) if (/^patient_ids?$/.test(column)) reached.add(table);
  const listed = new Set(personalTables.map(({ table }) => table));
  t.same(
    [...reached].filter((table) => !listed.has(table) && !leftOut[table]),
    [],
  );
  const silent = personalTables.flatMap(({ table, erasure, stays = [] }) =>
    erasure === 'rows go'
      ? []
      : columns
          .filter((one) => one.table === table && ['text', 'jsonb', 'bytea', 'ARRAY'].includes(one.type))
          .filter(({ column }) => !(column in erasure) && !stays.includes(column) && column !== 'patient_ids')
          .map(({ column }) => `${table}.${column}`),
  );
  t.same(silent, [], 'what erasure does with each column that may hold words is said');
});

t.test('rule 21: all that is held comes in one file, for a decision that is written down', async (t) => {
  const { id } = await person();
  t.equal((await apiOf(app, as.officer)('POST', `/patients/${id}/exports`, {})).status, 403);
  t.equal((await apiOf(app, as.administrator)('POST', `/patients/${id}/exports`, {})).status, 403);
  const said = { askedBy: 'patient', askedOn: '2026-11-20', identityCheck: 'Saw a card' };
  t.match(await api('POST', `/patients/${id}/exports`, { ...said, askedOn: '2026-11-24' }), { status: 422 });
  const { body, status } = await api('POST', `/patients/${id}/exports`, said);
  t.equal(status, 201);
  const file = await api('GET', `/patients/${id}/exports/${body.id}`);
  t.match(file.body, {
    patient: [{ id, givenName: secret }],
    contactPoint: [{ channel: 'email' }],
    referral: [{ notes: secret }],
    privacyDecision: [{ kind: 'export', byName: 'Test manager' }],
  });
  t.equal(Object.keys(file.body).length, personalTables.length + 1);
  const { rows } = await sql`select from access_log where patient_id = ${id} and what = 'export'`.execute(db);
  t.equal(rows.length, 1, 'giving it out is a look');
  const other = await person();
  t.equal((await api('GET', `/patients/${other.id}/exports/${body.id}`)).status, 404);
});

t.test('rule 21: what is under way or held stands in the way, each named', async (t) => {
  const { id, referralId } = await person();
  const refusal = await api('POST', `/patients/${id}/erasures`, asked);
  t.match(refusal, { status: 409, body: { type: '/problems/erasure-refused' } });
  t.match(refusal.body.hindrances, [{ kind: 'referral', id: referralId }]);
  await end(id);
  t.equal((await api('POST', `/patients/${id}/legal-holds`, { reason: 'A complaint' })).status, 201);
  t.equal((await api('POST', `/patients/${id}/legal-holds`, { reason: 'A complaint' })).status, 409);
  t.match((await api('POST', `/patients/${id}/erasures`, asked)).body.hindrances, [{ kind: 'legal_hold' }]);
  t.match((await forms(app, as.officer).get(`/patients/${id}`)).body, /A legal hold stands/);
  t.equal(
    (await api('POST', `/patients/${id}/legal-hold-liftings`, { reason: 'It is settled' })).status,
    201,
  );
  t.equal(
    (await api('POST', `/patients/${id}/erasures`, { ...asked, identityCheck: undefined })).status,
    422,
  );
  t.equal((await api('POST', `/patients/${id}/erasures`, asked)).status, 201);
});

t.test(
  'rule 21: an erased person is nowhere by name; counts stay, and nothing begins for them',
  async (t) => {
    const [one, other] = [await person(), await person()];
    await mergePatients(deps, officer, one.id, other.id);
    await end(one.id);
    const counts = () =>
      sql<{
        n: string;
      }>`select (select count(*) from referral) || ' ' || (select count(*) from patient) as n`.execute(db);
    const { id: loanId } = await make.loan({ locationId: (await make.store()).id });
    await sql`insert into accessory_movement (id, accessory_id, kind, change, loan_id, note, actor_name, at)
    select gen_random_uuid(), (select id from accessory limit 1), 'issued', 0, ${loanId}, ${secret}, 'x', now()`.execute(
      db,
    );
    await sql`update loan set status = 'closed', closed_at = now(), location_id = null, patient_id = ${one.id}, gift_reason = ${secret} where id = ${loanId}`.execute(
      db,
    );
    await sql`
      insert into message (id, patient_id, contact_point_id, channel, wording, run_date, status, why, send_after, created_at, changed_at)
      select gen_random_uuid(), patient_id, id, 'email', 'discreet', '2026-11-20', 'failed', 'refused', now(), now(), now()
      from contact_point where patient_id = ${one.id} order by id limit 1`.execute(db);
    const before = (await counts()).rows;
    const { id: kept } = (
      await api('POST', `/patients/${one.id}/exports`, {
        askedBy: 'patient',
        askedOn: '2026-11-20',
        identityCheck: secret,
      })
    ).body;
    t.equal((await api('POST', `/patients/${one.id}/erasures`, asked)).status, 201);
    t.same((await counts()).rows, before);
    for (const { table, of } of personalTables) {
      const { rows } = await sql<{
        text: string;
      }>`select x::text as text from ${sql.table(table)} x where ${sql.raw(of.replaceAll(':ids', `'{${one.id},${other.id}}'::uuid[]`))}`.execute(
        db,
      );
      t.notMatch(rows.map(({ text }) => text).join('\n'), new RegExp(secret, 'i'), table);
    }
    const { rows: everywhere } =
      await sql`select from idempotency_key where result::text ilike ${`%${secret}${one.id}%`}`.execute(db);
    t.equal(everywhere.length, 0);
    t.match(await api('POST', `/patients/${one.id}/erasures`, asked), {
      status: 409,
      body: { type: '/problems/patient-erased' },
    });
    const page = await forms(app, as.officer).get(`/patients/${one.id}`);
    t.equal(page.statusCode, 200);
    t.match(page.body, /Erased person/);
    t.match(page.body, /was erased on 23 November 2026/);
    for (const url of [
      `/referrals/${one.referralId}`,
      `/patients/${other.id}`,
      `/patients/${one.id}/texts`,
      `/patients/${one.id}/duplicates`,
      '/patients',
      '/referrals',
    ])
      t.ok((await forms(app, as.officer).get(url)).statusCode < 400, url);
    t.equal((await forms(app, as.manager).get(`/patients/${one.id}/privacy`)).statusCode, 200);
    const listed = (await api('GET', '/patients')).body.items as { id: string }[];
    t.notOk(
      listed.some(({ id }) => id === one.id || id === other.id),
      'not in the list of patients',
    );
    t.equal((await api('GET', `/patients/${one.id}/exports/${kept}`)).body.patient[0].givenName, 'Erased');
    t.match(
      await api('POST', `/patients/${one.id}/contact-points`, {
        channel: 'sms',
        value: '07700 900123',
        safe: true,
      }),
      {
        status: 409,
        body: { type: '/problems/patient-erased' },
      },
    );
    for (const id of [one.id, other.id])
      await t.rejects(addFollowUp(deps, officer, { patientId: id, dueOn: '2026-12-01', way: 'phone' }), /./);
    await t.rejects(
      sql`update message set status = 'queued' where patient_id = ${one.id} and status = 'failed'`.execute(
        db,
      ),
      /erased/,
      'what failed is not sent again',
    );
    await t.rejects(sql`update patient set given_name = 'Back' where id = ${other.id}`.execute(db), /erased/);
  },
);

t.test('two erase at once: one does; beside a follow-up that begins, one of the two gives way', async (t) => {
  for (let round = 0; round < 4; round++) {
    const { id } = await person();
    await end(id);
    const tries = await Promise.allSettled([1, 2, 3].map(() => erasePatient(deps, manager, id, asked)));
    t.equal(tries.filter(({ status }) => status === 'fulfilled').length, 1);
    const next = await person();
    await end(next.id);
    const { clinicId } = await db
      .selectFrom('referral')
      .select('clinic_id as clinicId')
      .where('id', '=', next.referralId)
      .executeTakeFirstOrThrow();
    const insert = sql`insert into referral (id, reference, clinic_id, patient_id, given_name, family_name, referrer_name, share_with_scheme, consent_given_on, received_at, changed_at)
      values (gen_random_uuid(), ${`R-${round}TEST`}, ${clinicId}, ${next.id}, 'x', 'x', 'x', true, '2026-11-23', now(), now())`;
    await Promise.allSettled([erasePatient(deps, manager, next.id, asked), insert.execute(db)]);
    const { rows } = await sql<{ erased: boolean; open: boolean }>`
      select erased_at is not null as erased, exists (select from referral r where r.patient_id = p.id and r.status = 'received') as open
      from patient p where id = ${next.id}`.execute(db);
    t.not(rows[0]!.erased, rows[0]!.open, 'erased, or open');
  }
});

t.test(
  'a loan that begins beside an erasure: one of the two gives way, and the device stays whole',
  async (t) => {
    for (let round = 0; round < 6; round++) {
      const { id, referralId } = await person();
      await decideReferral(deps, officer, referralId, { decision: 'decline', reason: 'Has one' });
      const [device] = await make.readyDevices(1);
      const [erased, lent] = await Promise.allSettled([
        erasePatient(deps, manager, id, asked),
        make.loan({ patientId: id, items: [{ deviceId: device!.id }] }),
      ]);
      t.not(erased.status, lent.status, 'erased, or lent');
      const { status } = await db
        .selectFrom('device')
        .select('status')
        .where('id', '=', device!.id)
        .executeTakeFirstOrThrow();
      t.equal(status, lent.status === 'fulfilled' ? 'on_loan' : 'ready');
    }
  },
);

t.test('a manager holds, gives out and erases on the page', async (t) => {
  const { id } = await person();
  await end(id);
  const baseURL = await app.listen({ host: '127.0.0.1', port: 0 });
  const { page, look } = await signedInBrowser(t, baseURL, as.manager);
  await page.goto(`/patients/${id}`);
  await page.getByRole('link', { name: 'Give them what we hold' }).click();
  await look('what we hold');
  if (process.env.SHOTS) {
    for (const width of [360, 1440]) {
      await page.setViewportSize({ width, height: 900 });
      await page.screenshot({ path: `${process.env.SHOTS}/privacy-${width}.png`, fullPage: true });
    }
  }
  await page.getByLabel('Why is it needed?').fill('A complaint');
  await page.getByRole('button', { name: 'Set a legal hold' }).click();
  await page.getByText('The legal hold, above').waitFor();
  await look('held');
  await page.getByLabel('Why may it be lifted?').fill('It is settled');
  await page.getByRole('button', { name: 'Lift the legal hold' }).click();
  await page.getByRole('button', { name: 'Erase this person for good' }).click();
  await page.getByRole('link', { name: 'Say why' }).waitFor();
  await look('refused');
  const erasure = page.locator('form[action$="/erasures"]');
  await erasure.getByLabel('Nobody: their time is over').check();
  await erasure.getByLabel('Why?').fill('Two years after the last loan');
  await erasure.getByRole('button').click();
  await page.getByText('The person is erased.').waitFor();
  await look('erased');
});
