import { sql } from 'kysely';
import t from 'tap';
import { getPatient } from '../../src/people/patient.queries.ts';
import type { NewPatient } from '../../src/people/patient.schemas.ts';
import { type Held, weigh } from '../../src/people/proposal.rules.ts';
import { commonHours } from '../../src/people/stricter.rules.ts';
import { listProposals } from '../../src/referrals/proposal.queries.ts';
import { apiOf } from '../helpers/api.ts';
import { testApp } from '../helpers/app.ts';
import { atOnce } from '../helpers/at-once.ts';
import { factories } from '../helpers/factories.ts';
import { forms, signedInBrowser } from '../helpers/pages.ts';

const { app, as, db, deps } = await testApp(t, { DATABASE_POOL: '30' });
const make = factories(deps);
const api = apiOf(app, as.officer);

let people = 0;
/** A person who is referred twice: what each referral says beside who it is. */
async function twice(first: Partial<NewPatient>, second: Partial<NewPatient>) {
  const numbers = [
    '9990000018',
    '9990000026',
    '9990000034',
    '9990548609',
    '9990005028',
    '9990000042',
    '9990000050',
  ];
  const who = { nhsNumber: numbers[people++]!, dateOfBirth: '1980-02-29', familyName: 'Farah' };
  await make.referral({ person: { ...who, ...first } });
  const { id } = await make.referral({ person: { ...who, ...second } });
  const { rows } = await sql<{
    patientId: string;
  }>`select patient_id as "patientId" from referral where id = ${id}`.execute(db);
  return { id, patientId: rows[0]!.patientId };
}
const openTasks = async (subjectId: string) =>
  (
    await db
      .selectFrom('task')
      .select('kind')
      .where('subject_id', '=', subjectId)
      .where('status', '=', 'open')
      .execute()
  ).map(({ kind }) => kind);
const mornings = [{ days: [1, 2, 3], from: '09:00', to: '13:00' }];
const sms = (changes: object = {}) => ({
  channel: 'sms' as const,
  value: '07700 900123',
  safe: true,
  ...changes,
});

t.test('rule 17: the stricter word applies, thing by thing, and the rest is proposed', (t) => {
  const point = {
    id: 'a',
    channel: 'phone' as const,
    value: '+447700900123',
    safe: true,
    safeFrom: '2026-01-01',
    recheckDue: null,
    voicemailOk: true,
    hours: null,
    stoppedAt: null,
    failedAt: null,
  };
  const held: Held = {
    wording: 'identified',
    contactChoice: 'any_safe',
    preferredName: null,
    address: '1 High Street',
    noFixedAbode: false,
    collectionPoint: null,
    communicationNeeds: ['easy_read', 'bsl'],
    language: null,
    interpreter: false,
    trustedPerson: { name: 'Kim', mayBeContacted: true },
    contactPoints: [point],
  };
  const said = (changes: Partial<NewPatient>) =>
    weigh(held, { givenName: 'A', familyName: 'B', wording: 'identified', contactPoints: [], ...changes });
  const items = ({ later }: ReturnType<typeof weigh>) => later.map(({ item }) => item);
  t.match(said({}), {
    now: { wording: 'identified', contactPoints: [{ safe: true, voicemailOk: true, hours: null }] },
    later: [],
  });
  t.equal(
    weigh(held, { givenName: 'A', familyName: 'B', contactPoints: [] }).now.wording,
    'discreet',
    'not said is discreet',
  );
  t.match(said({ contactChoice: 'patient_contacts_us' }), {
    now: { contactChoice: 'patient_contacts_us' },
    later: [],
  });
  const same = { channel: 'phone' as const, value: '+447700900123', safe: true };
  t.same(items(said({ contactPoints: [same] })), []);
  t.match(said({ contactPoints: [{ ...same, voicemailOk: false, hours: mornings }] }), {
    now: { contactPoints: [{ safe: true, voicemailOk: false, hours: mornings }] },
    later: [],
  });
  t.match(
    said({ contactPoints: [{ ...same, channel: 'sms', safe: false }] }),
    {
      now: { contactPoints: [{ safe: false }] },
      later: [{ item: 'contact_point' }],
    },
    'a number not safe to text is not safe to ring',
  );
  t.same(items(said({ communicationNeeds: ['bsl', 'easy_read'] })), [], 'the order means nothing');
  t.same(items(said({ communicationNeeds: ['bsl'], language: 'pl' })), ['communication']);
  t.same(said({ noFixedAbode: true, collectionPoint: 'Day centre' }).later, [
    { item: 'address', said: { noFixedAbode: true, collectionPoint: 'Day centre' } },
  ]);
  t.match(said({ trustedPerson: { name: 'Kim', mayBeContacted: false } }), {
    now: { trustedPerson: { mayBeContacted: false } },
    later: [],
  });
  t.same(items(said({ trustedPerson: { name: 'Lou', mayBeContacted: false }, preferredName: 'Kay' })), [
    'preferred_name',
    'trusted_person',
  ]);
  t.same(commonHours([{ days: [1, 5], from: '09:00', to: '17:00' }], mornings), [
    { days: [1], from: '09:00', to: '13:00' },
  ]);
  const evening = [{ days: [1], from: '18:00', to: '19:00' }];
  t.match(
    weigh(
      { ...held, contactPoints: [{ ...point, hours: mornings }] },
      {
        givenName: 'A',
        familyName: 'B',
        contactPoints: [{ ...same, hours: evening }],
      },
    ),
    {
      now: { contactPoints: [{ safe: false, hours: mornings }] },
      later: [{ item: 'contact_point', said: { hours: evening } }],
    },
    'hours that share no time make the way unsafe until someone decides',
  );
  t.end();
});

t.test('accepted things go into the record, rejected ones do not, and the tasks follow', async (t) => {
  const { id, patientId } = await twice(
    { contactPoints: [sms({ safe: false })] },
    {
      wording: 'identified',
      preferredName: 'Kay',
      address: '2 Low Road',
      communicationNeeds: ['braille'],
      contactPoints: [sms({ hours: mornings }), { channel: 'email', value: 'new@example.com', safe: true }],
    },
  );
  t.same(await openTasks(id), ['check_contact_proposal']);
  t.same(await openTasks(patientId), ['no_safe_contact']);
  const { items } = (await api('GET', `/referrals/${id}/proposals`)).body;
  const decide = (names: string[], decision: string) =>
    api('POST', `/referrals/${id}/proposal-decisions`, {
      decisions: items
        .filter(({ item }: { item: string }) => names.includes(item))
        .map(({ id: proposalId }: { id: string }) => ({ proposalId, decision })),
    });
  t.same(
    items.map(({ item }: { item: string }) => item),
    ['contact_point', 'contact_point', 'wording', 'preferred_name', 'address', 'communication'],
  );
  t.match(await decide(['address'], 'reject'), { status: 201, body: { open: 5 } });
  t.match(await decide(['address'], 'accept'), { status: 409, body: { detail: /left it meanwhile/ } });
  t.match(
    await decide(['address', 'contact_point'], 'reject'),
    { status: 201, body: { open: 3 } },
    'the same again is harmless',
  );
  t.match(await decide(['preferred_name', 'communication', 'wording'], 'accept'), {
    status: 201,
    body: { open: 0 },
  });
  t.same(await openTasks(id), []);
  t.same(await openTasks(patientId), ['no_safe_contact'], 'no way became safe');
  t.match(await getPatient(db, patientId), {
    wording: 'identified',
    preferredName: 'Kay',
    address: null,
    communicationNeeds: ['braille'],
    communicationReviewedOn: '2026-11-23',
    contactPoints: [{ value: '+447700900123', safe: false }],
  });
  const history = await db
    .selectFrom('patient_history')
    .select('before')
    .where('patient_id', '=', patientId)
    .orderBy('id')
    .execute();
  t.match(
    history,
    [
      { before: { contactPoints: [{ hours: null }] } },
      { before: { wording: 'discreet', preferredName: null, communicationNeeds: [] } },
    ],
    'rule 20: what held before can be erased',
  );
});

t.test(
  'an accepted way is safe from the day of the consent; one of ours that stopped stays stopped',
  async (t) => {
    const { id, patientId } = await twice(
      { contactPoints: [sms({ safe: false })] },
      {
        contactPoints: [sms({ hours: mornings }), { channel: 'email', value: 'new@example.com', safe: true }],
      },
    );
    await sql`update contact_point set stopped_at = now() where patient_id = ${patientId}`.execute(db);
    const decisions = (await listProposals(db, id)).map(({ id: proposalId }) => ({
      proposalId,
      decision: 'accept',
    }));
    t.equal((await api('POST', `/referrals/${id}/proposal-decisions`, { decisions })).status, 201);
    t.match(await getPatient(db, patientId), {
      contactPoints: [
        { value: '+447700900123', safe: true, safeFrom: '2026-11-23', hours: mornings, stoppedAt: null },
        { value: 'new@example.com', safe: true },
      ],
    });
    t.same(await openTasks(patientId), [], 'a safe way is there');
    t.match(await api('POST', `/referrals/${id}/proposal-decisions`, { decisions: [] }), { status: 422 });
    const foreign = { proposalId: '0193594e-6c00-7a4b-9f0e-2f4b7a1c5d3e', decision: 'accept' };
    t.match(await api('POST', `/referrals/${id}/proposal-decisions`, { decisions: [foreign] }), {
      status: 422,
      body: { errors: [{ pointer: '/decisions/0/proposalId' }] },
    });
    t.equal(
      (await apiOf(app, as.clinic)('GET', `/referrals/${id}/proposals`)).status,
      403,
      'not for a clinic',
    );
  },
);

t.test('two officers at once: one decides, the other is told', async (t) => {
  const { id, patientId } = await twice({}, { preferredName: 'Kay' });
  const [proposal] = await listProposals(db, id);
  const decide = (decision: string) => () =>
    api('POST', `/referrals/${id}/proposal-decisions`, {
      decisions: [{ proposalId: proposal!.id, decision }],
    });
  const outcomes = await atOnce(db, sql`select from patient where id = ${patientId} for update`, [
    decide('accept'),
    decide('reject'),
  ]);
  const statuses = outcomes
    .map((outcome) => (outcome.status === 'fulfilled' ? outcome.value.status : 500))
    .sort();
  t.same(statuses, [201, 409]);
  const [settled] = await listProposals(db, id);
  t.equal((await getPatient(db, patientId)).preferredName, settled!.decision === 'accept' ? 'Kay' : null);
});

t.test('nothing that differs, no proposal and no task', async (t) => {
  const { id } = await twice({}, {});
  t.same(await listProposals(db, id), []);
  t.same(await openTasks(id), []);
});

for (const scripts of [true, false]) {
  t.test(`an officer decides on the page; scripts ${scripts ? 'on' : 'off'}`, async (t) => {
    const { patientId } = await twice(
      {},
      {
        preferredName: 'Kay',
        trustedPerson: { name: 'Wolfeschlegelsteinhausenbergerdorff', mayBeContacted: true },
        contactPoints: [
          sms({ hours: mornings }),
          { channel: 'phone', value: '020 7946 0123', safe: true, voicemailOk: true },
        ],
      },
    );
    const baseURL = await app.listen({ host: '127.0.0.1', port: 0 }).catch(() => app.listeningOrigin);
    const { page, look } = await signedInBrowser(t, baseURL, as.officer, { scripts });
    await page.goto(`/patients/${patientId}`);
    await page.getByRole('link', { name: /^Referral R-/ }).click();
    await look('a referral that proposes');
    if (process.env.SHOTS)
      await page.screenshot({ path: `${process.env.SHOTS}/proposals.png`, fullPage: true });
    const save = () => page.getByRole('button', { name: 'Save what is decided' }).click();
    await save();
    await page.getByRole('link', { name: 'Choose for at least one thing whether to take it over' }).waitFor();
    await look('a referral that proposes, refused');
    await page
      .getByRole('group', { name: /Known as: Kay/ })
      .getByLabel('Take this over')
      .check();
    await save();
    await page.getByText('Your decisions are kept. The rest is still open.').waitFor();
    for (const group of await page.getByRole('group', { name: /: / }).all()) {
      const leave = group.getByLabel('Leave the record as it is');
      if (await leave.count()) await leave.check();
    }
    await save();
    await page.getByText('Everything this referral says of the person is decided.').waitFor();
    await page.getByText('Known as: Kay. Taken over, by Test officer').waitFor();
    await look('a referral whose proposals are decided');
    t.match(await getPatient(db, patientId), { preferredName: 'Kay', trustedPerson: null });
    t.notMatch((await forms(app, as.officer).get(`/patients/${patientId}`)).body, /#proposals/);
  });
}
