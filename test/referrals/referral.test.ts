import { readFileSync } from 'node:fs';
import path from 'node:path';
import t from 'tap';
import { getPatient } from '../../src/people/patient.queries.ts';
import { readNhsNumber } from '../../src/people/patient.rules.ts';
import { waitingList } from '../../src/referrals/allocations/waiting-list.queries.ts';
import { decideReferral } from '../../src/referrals/decision.commands.ts';
import { listProposals } from '../../src/referrals/proposal.queries.ts';
import { receiveReferral } from '../../src/referrals/referral.commands.ts';
import { getReferral, listReferrals } from '../../src/referrals/referral.queries.ts';
import { decide, referralMoves, referralStatuses } from '../../src/referrals/referral.rules.ts';
import type { NewReferral } from '../../src/referrals/referral.schemas.ts';
import type { Context } from '../../src/shared/actor.ts';
import { testDatabase } from '../helpers/database.ts';
import { factories, officer } from '../helpers/factories.ts';
import { refusal } from '../helpers/refusal.ts';

const { db, deps, clock } = await testDatabase(t, { DATABASE_POOL: '30' });
const make = factories(deps);
const clinicContext = (clinicId: string): Context => ({
  actor: { type: 'client', id: clinicId, name: 'Clinic', role: 'clinic', clinicId },
  requestId: 'test',
});

t.test('all of a year’s real-shaped referrals are taken', async (t) => {
  const referrals: NewReferral[] = JSON.parse(
    readFileSync(path.join(import.meta.dirname, '../fixtures/referrals.json'), 'utf8'),
  );
  const ctx = clinicContext(await make.clinic('Tower Street Clinic'));
  for (const referral of referrals) await receiveReferral(deps, ctx, referral);
  const { n } = await db
    .selectFrom('referral')
    .select(db.fn.countAll<number>().as('n'))
    .executeTakeFirstOrThrow();
  t.equal(n, 120);
  const unsafe = await db
    .selectFrom('contact_point')
    .select('id')
    .where('safe', '=', true)
    .where('safe_from', 'is', null)
    .execute();
  t.same(unsafe, []);
  const tasks = await db.selectFrom('task').select('id').where('kind', '=', 'no_safe_contact').execute();
  const unreachable = referrals.filter(({ patient }) => !patient.contactPoints.some(({ safe }) => safe));
  t.equal(tasks.length, unreachable.length, 'rule 11: one with no safe way is taken, with a task');
});

t.test('rule 18: an NHS number is optional, checked, and kept as digits', async (t) => {
  for (const number of ['999 000 0018', '9990000026', '999-000-0034', '9990548609'])
    t.ok(readNhsNumber(number), number);
  for (const number of ['999 123 4567', '123', '99900000180', 'abcdefghij', ''])
    t.equal(readNhsNumber(number), null, number);
  const { id } = await make.referral({ person: { nhsNumber: '999 000 0018' } });
  t.equal((await getReferral(db, officer.actor, id)).patient.nhsNumber, '9990000018');
});

t.test('every fault is told where it is, and nothing is kept', async (t) => {
  const before = await db
    .selectFrom('patient')
    .select(db.fn.countAll<number>().as('n'))
    .executeTakeFirstOrThrow();
  const problem = await refusal(
    make.referral({
      person: {
        nhsNumber: '999 123 4567',
        dateOfBirth: '2030-01-01',
        contactPoints: [
          { channel: 'sms', value: '12', safe: true },
          { channel: 'email', value: 'nobody', safe: true },
          {
            channel: 'letter',
            value: 'one line',
            safe: true,
            hours: [{ days: [1], from: '10:00', to: '09:00' }],
          },
        ],
        trustedPerson: { name: 'T', phone: '12', mayBeContacted: false },
      },
      referrer: { name: 'Dr', phone: '12' },
      consent: { shareWithScheme: true, givenOn: '2026-12-01' },
    }),
  );
  t.same(
    problem.errors?.map(({ pointer }) => pointer),
    [
      '/patient/nhsNumber',
      '/patient/dateOfBirth',
      '/patient/contactPoints/0/value',
      '/patient/contactPoints/1/value',
      '/patient/contactPoints/2/value',
      '/patient/contactPoints/2/hours/0/to',
      '/patient/trustedPerson/phone',
      '/consent/givenOn',
      '/referrer/phone',
    ],
  );
  t.same(
    await db.selectFrom('patient').select(db.fn.countAll<number>().as('n')).executeTakeFirstOrThrow(),
    before,
  );
});

t.test('rule 17: of 32 referrals of one person at once one is kept, the others learn its id', async (t) => {
  const clinicId = await make.clinic();
  const outcomes = await Promise.allSettled(
    Array.from({ length: 32 }, () => make.referral({ clinicId, person: { nhsNumber: '9990000026' } })),
  );
  const kept = outcomes.filter((outcome) => outcome.status === 'fulfilled');
  t.equal(kept.length, 1);
  for (const outcome of outcomes) {
    if (outcome.status === 'rejected')
      t.match(outcome.reason, { type: 'referral-already-open', extra: { referralId: kept[0]!.value.id } });
  }
});

t.test(
  'rule 17: a person is linked only when NHS number, date of birth and family name all agree',
  async (t) => {
    const person = { nhsNumber: '9990000034', dateOfBirth: '1970-01-02', familyName: 'O’Brien' };
    const patientOf = async (changes: Parameters<typeof make.referral>[0]) =>
      (await getReferral(db, officer.actor, (await make.referral(changes)).id)).patient.id;
    const first = await patientOf({ person });
    t.equal(await patientOf({ person: { ...person, familyName: 'o’brien' } }), first);
    t.not(await patientOf({ person: { ...person, familyName: 'Other' } }), first);
    t.not(await patientOf({ person: { ...person, dateOfBirth: '1970-01-03' } }), first);
    t.not(await patientOf({ person: { ...person, nhsNumber: undefined } }), first);
  },
);

t.test('rule 17: a person whom two clinics refer at once is one patient', async (t) => {
  const person = { nhsNumber: '9434765919', dateOfBirth: '1970-01-02' };
  const clinics = await Promise.all(Array.from({ length: 6 }, () => make.clinic()));
  const referrals = await Promise.all(clinics.map((clinicId) => make.referral({ clinicId, person })));
  const found = await Promise.all(referrals.map(({ id }) => getReferral(db, officer.actor, id)));
  t.equal(new Set(found.map(({ patient }) => patient.id)).size, 1);
});

t.test('rule 17: a way no longer safe is stopped however its letters are written', async (t) => {
  const person = { nhsNumber: '4505577104' };
  const points = (value: string, safe: boolean) => [{ channel: 'email' as const, value, safe }];
  const first = await make.referral({ person: { ...person, contactPoints: points('Jo@Example.com', true) } });
  await make.referral({ person: { ...person, contactPoints: points('jo@example.com', false) } });
  const patient = await getPatient(db, (await getReferral(db, officer.actor, first.id)).patient.id);
  t.match(patient.contactPoints, [{ value: 'Jo@Example.com', safe: false }]);
});

t.test(
  'rule 17: what a second referral says of contact applies where stricter, and waits where looser',
  async (t) => {
    const person = {
      nhsNumber: '9990548609',
      wording: 'identified' as const,
      contactPoints: [{ channel: 'sms' as const, value: '07700 900123', safe: true }],
    };
    const first = await make.referral({ person });
    const second = await make.referral({
      person: {
        ...person,
        wording: 'discreet',
        contactChoice: 'patient_contacts_us',
        contactPoints: [
          { channel: 'sms', value: '+447700900123', safe: false },
          { channel: 'email', value: 'new@example.com', safe: true },
        ],
      },
    });
    const patient = await getPatient(db, (await getReferral(db, officer.actor, first.id)).patient.id);
    t.match(patient, {
      wording: 'discreet',
      contactChoice: 'patient_contacts_us',
      contactPoints: [{ value: '+447700900123', safe: false }],
    });
    t.equal(patient.contactPoints.length, 1, 'the new address is a proposal');
    t.match(await listProposals(db, second.id), [
      { item: 'contact_point', said: { value: 'new@example.com' }, decision: null },
    ]);
    t.ok(
      await db
        .selectFrom('task')
        .select('id')
        .where('kind', '=', 'check_contact_proposal')
        .where('subject_id', '=', second.id)
        .executeTakeFirst(),
    );
  },
);

t.test('decisions: every status, every decision', async (t) => {
  const leads = { accept: 'waiting', decline: 'declined', ask: 'asked' } as const;
  for (const status of referralStatuses) {
    for (const decision of ['accept', 'decline', 'ask'] as const) {
      const run = () => decide({ status, needs: [{ need: 'device', status: 'open' }] }, decision);
      if (status === 'received' || status === 'asked')
        t.equal(run(), leads[decision], `${status} ${decision}`);
      else t.throws(run, /The referral is/, `${status} ${decision}`);
    }
  }
  t.equal(decide({ status: 'received', needs: [{ need: 'support', status: 'open' }] }, 'accept'), 'active');
  t.ok(
    referralMoves.every(({ from, to }) => referralStatuses.includes(from) && referralStatuses.includes(to)),
  );
});

t.test('accepting puts a referral on the list in its place; support alone begins at once', async (t) => {
  const [routine, urgent] = [await make.referral(), await make.referral({ urgency: 'urgent' })];
  const listed = (await waitingList(db, { limit: 200 }, '2026-11-23')).total;
  t.same(await decideReferral(deps, officer, routine.id, { decision: 'accept' }), {
    status: 'waiting',
    waitingPosition: listed + 1,
  });
  clock.set('2026-11-23T10:00:00Z');
  t.same(await decideReferral(deps, officer, urgent.id, { decision: 'accept' }), {
    status: 'waiting',
    waitingPosition: 1,
  });
  t.equal((await waitingList(db, { limit: 1 }, '2026-11-23')).items[0]!.id, urgent.id);
  clock.set('2026-11-23T09:30:00Z');
  const support = await make.referral({ needs: ['support'] });
  t.same(await decideReferral(deps, officer, support.id, { decision: 'accept' }), { status: 'active' });
  const followUps = await db
    .selectFrom('follow_up')
    .select('due_on')
    .where('referral_id', '=', support.id)
    .orderBy('due_on')
    .execute();
  t.equal(followUps.length, 4);
  t.equal(followUps[0]!.due_on, '2026-11-25');
});

t.test('declining says why, asking says what, and nothing is decided twice', async (t) => {
  const { id } = await make.referral();
  t.match(await refusal(decideReferral(deps, officer, id, { decision: 'decline' })), {
    errors: [{ pointer: '/reason' }],
  });
  t.match(await refusal(decideReferral(deps, officer, id, { decision: 'ask' })), {
    errors: [{ pointer: '/question' }],
  });
  t.same(await decideReferral(deps, officer, id, { decision: 'ask', question: 'Which number is safe?' }), {
    status: 'asked',
  });
  const outcomes = await Promise.allSettled(
    Array.from({ length: 8 }, () => decideReferral(deps, officer, id, { decision: 'accept' })),
  );
  t.equal(outcomes.filter(({ status }) => status === 'fulfilled').length, 1);
  t.match(await refusal(decideReferral(deps, officer, id, { decision: 'accept' })), {
    type: 'referral-already-decided',
  });
  t.match(
    await refusal(
      decideReferral(deps, officer, '0193594e-6c00-7a4b-9f0e-2f4b7a1c5d3e', { decision: 'accept' }),
    ),
    { type: 'not-found' },
  );
});

t.test(
  'rule 19: a clinic’s key sees its own referrals, and of another’s not even that they exist',
  async (t) => {
    const [mine, other] = [await make.clinic(), await make.clinic()];
    const [own, foreign] = [
      await make.referral({ clinicId: mine }),
      await make.referral({ clinicId: other }),
    ];
    const { actor } = clinicContext(mine);
    t.same(
      (await listReferrals(db, actor, { limit: 50 })).items.map(({ id }) => id),
      [own.id],
    );
    t.equal((await getReferral(db, actor, own.id)).id, own.id);
    t.match(await refusal(getReferral(db, actor, foreign.id)), { type: 'not-found' });
    t.match(
      await refusal(receiveReferral(deps, clinicContext(mine), { ...(await sample()), clinicId: other })),
      { errors: [{ pointer: '/clinicId' }] },
    );
    t.match(await refusal(receiveReferral(deps, officer, await sample())), {
      errors: [{ pointer: '/clinicId' }],
    });
    t.match(
      await refusal(
        receiveReferral(deps, officer, {
          ...(await sample()),
          clinicId: '0193594e-6c00-7a4b-9f0e-2f4b7a1c5d3e',
        }),
      ),
      { errors: [{ pointer: '/clinicId' }] },
    );
  },
);

t.test('rule 19: of a person whom two clinics know each sees what it wrote itself', async (t) => {
  const person = { nhsNumber: '9990005001', dateOfBirth: '1970-08-25', familyName: 'Hussain' };
  await make.referral({ person: { ...person, givenName: 'Qasim', preferredName: 'Kay' } });
  const clinicId = await make.clinic();
  const second = await make.referral({ clinicId, person: { ...person, givenName: 'QASIM' } });
  const { actor } = clinicContext(clinicId);
  t.match((await getReferral(db, actor, second.id)).patient, { givenName: 'QASIM', preferredName: null });
  t.match((await listReferrals(db, actor, { limit: 50 })).items[0]!.patient, {
    givenName: 'QASIM',
    preferredName: null,
  });
  t.match((await getReferral(db, officer.actor, second.id)).patient, {
    givenName: 'Qasim',
    preferredName: 'Kay',
  });
});

t.test(
  'rule 20: what held before a stricter word is kept where it can be erased, and the last safe way lost is a task',
  async (t) => {
    const person = {
      nhsNumber: '9990005028',
      dateOfBirth: '1977-07-21',
      familyName: 'Farah',
      wording: 'identified' as const,
    };
    const first = await make.referral({ person });
    const patientId = (await getReferral(db, officer.actor, first.id)).patient.id;
    const kept = () =>
      db.selectFrom('patient_history').select('before').where('patient_id', '=', patientId).execute();
    await make.referral({ person });
    t.same(await kept(), [], 'nothing stricter, nothing kept');
    await make.referral({
      person: {
        ...person,
        wording: 'discreet',
        contactPoints: [{ channel: 'sms', value: '07700 900123', safe: false }],
      },
    });
    t.same(await kept(), [
      {
        before: {
          wording: 'identified',
          contactPoints: [{ value: '+447700900123', safe: true, voicemailOk: false, hours: null }],
        },
      },
    ]);
    t.ok(
      await db
        .selectFrom('task')
        .select('id')
        .where('kind', '=', 'no_safe_contact')
        .where('subject_id', '=', patientId)
        .executeTakeFirst(),
    );
  },
);

async function sample(): Promise<NewReferral> {
  return {
    patient: { givenName: 'A', familyName: 'B', contactPoints: [] },
    needs: ['data'],
    barriers: [],
    referrer: { name: 'Dr' },
    consent: { shareWithScheme: true, givenOn: '2026-11-20' },
  };
}
