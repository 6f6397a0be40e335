import { sql } from 'kysely';
import t from 'tap';
import { extendLoan, reviewLoan } from '../../src/lending/loans/extension.commands.ts';
import { getDateStory } from '../../src/lending/loans/extension.queries.ts';
import { giftLoan } from '../../src/lending/loans/gift.commands.ts';
import { getLoan, listLoans } from '../../src/lending/loans/loan.queries.ts';
import { getLoanPaper } from '../../src/lending/loans/paper.queries.ts';
import { returnItems } from '../../src/lending/loans/return.commands.ts';
import { worklist } from '../../src/office/home.queries.ts';
import { getReferral } from '../../src/referrals/referral.queries.ts';
import { timelineOf } from '../../src/shared/event.queries.ts';
import { newId } from '../../src/shared/ids.ts';
import type { Problem } from '../../src/shared/problem.ts';
import { testApp } from '../helpers/app.ts';
import { factories, officer } from '../helpers/factories.ts';
import { refusal } from '../helpers/refusal.ts';

const { app, as, db, deps, clock } = await testApp(t, { DATABASE_POOL: '40' });
const make = factories(deps);
const openTerms = '01900000-0000-7000-8000-000000000050';
const placeTerms = '01900000-0000-7000-8000-000000000051';
const settled = async (work: Promise<unknown>[]) => {
  const outcomes = await Promise.allSettled(work);
  const lost = outcomes.flatMap((one) => (one.status === 'rejected' ? [one.reason as Problem] : []));
  return { won: outcomes.length - lost.length, lost };
};
const call = (method: 'GET' | 'POST', url: string, payload?: object, headers = as.officer) =>
  app.inject({ method, url: `/api/v1${url}`, headers, ...(payload && { payload }) });

t.test(
  'terms: the default of the borrower, others by their id, and only those of the borrower',
  async (t) => {
    const loan = await make.loan();
    t.match(loan, { dueOn: '2027-05-24', reviewOn: null });
    t.match(await getLoan(db, clock, loan.id), { terms: { name: 'Patient loan' }, extensions: 0 });
    const open = await make.loan({ termsId: openTerms });
    t.match(open, { dueOn: null, reviewOn: '2026-12-23' }, 'a month after the handover');
    t.match(await make.loan({ openEnded: true }), { dueOn: null, reviewOn: '2026-12-23' });
    t.match(await make.loan({ termsId: openTerms, dueOn: '2027-01-11' }), {
      dueOn: '2027-01-11',
      reviewOn: null,
    });
    t.match(
      await make.loan({ openEnded: true, handover: { way: 'posted', on: '2026-11-26' } }),
      { reviewOn: '2026-12-29' },
      'Boxing Day and its weekend are shifted to a working day',
    );
    await sql`insert into location (id, name, kind, created_at) values ('0193594e-6c00-7a4b-9f0e-2f4b7a1c5d30', 'Library', 'access_point', now())`.execute(
      db,
    );
    const shared = await make.loan({ locationId: '0193594e-6c00-7a4b-9f0e-2f4b7a1c5d30' });
    t.match(shared, { dueOn: null, reviewOn: '2027-02-23' }, 'shared kit is looked at every three months');
    for (const termsId of [placeTerms, newId()])
      t.match(await refusal(make.loan({ termsId })), { errors: [{ pointer: '/termsId' }] });
  },
);

t.test('an agreement that was replaced meanwhile is not taken as read', async (t) => {
  t.match(await refusal(make.loan({ agreement: { acceptedBy: 'verbal', version: 2 } })), {
    errors: [{ pointer: '/agreement/version', message: /Version 1/ }],
  });
  t.ok(await make.loan({ agreement: { acceptedBy: 'verbal', version: 1 } }));
});

t.test(
  'an extension: the new date, its reason, its event; what was not yet said is taken back',
  async (t) => {
    const loan = await make.loan({ dueOn: '2026-12-07' });
    const { patient } = await getLoan(db, clock, loan.id);
    const remind = (reason: string, status: string, subject = loan.id) =>
      sql`insert into reminder (id, patient_id, reason, subject_id, stage, for_date, useless_after, status, created_at)
      values (new_id(), ${patient!.id}, ${reason}, ${subject}, ${newId()}, '2026-12-07', now() + interval '30 days', ${status}, now())`.execute(
        db,
      );
    await remind('return_due', 'standing');
    await remind('overdue', 'standing');
    await remind('return_due', 'said');
    await remind('data_ending', 'standing');
    await remind('return_due', 'standing', newId());
    const done = await extendLoan(deps, officer, loan.id, { dueOn: '2027-03-08', reason: 'On a course' });
    t.same(done, {
      id: loan.id,
      dueOn: '2027-03-08',
      reviewOn: null,
      extensions: 1,
      warnings: [],
    });
    const { rows } = await sql<{
      said: string;
    }>`select reason || ' ' || status as said from reminder where patient_id = ${patient!.id} order by 1`.execute(
      db,
    );
    t.same(
      rows.map(({ said }) => said),
      [
        'data_ending standing',
        'overdue cancelled',
        'put_off standing',
        'return_due cancelled',
        'return_due said',
        'return_due standing',
      ],
      'rules 14 and 26: a date that moves cancels what was not yet said of it, no more, and corrects what was',
    );
    const [event] = (await timelineOf(db, loan.id, { limit: 1 })).items;
    t.match(event, {
      type: 'loan.extended',
      values: { from: '2026-12-07', dueOn: '2027-03-08', extensions: 1 },
      fields: ['reason'],
    });
    t.notMatch(JSON.stringify(event), /course/, 'the reason is not in the log');
    t.match(await getDateStory(db, loan.id), {
      changes: [{ by: 'Olive Officer', from: '2026-12-07', to: '2027-03-08', reason: 'On a course' }],
    });
  },
);

t.test('who waits for the same is counted by need, and wants a reason', async (t) => {
  const loan = await make.loan({ dueOn: '2026-12-07' });
  const rules = async () => (await call('GET', `/loans/${loan.id}/extension-rules`)).json();
  const people = async () => (await rules()).waiting[0]?.people ?? 0;
  const before = await people();
  await make.waitingReferral({ needs: ['device'] });
  await make.waitingReferral({ needs: ['data'] });
  await make.referral({ needs: ['device'] });
  t.equal(await people(), before + 1, 'a tablet without data is waited for by those who need a device');
  t.match(await rules(), { allowed: true, reasonWanted: true, suggestedDueOn: '2027-03-08' });
  const extend = (payload: object) => call('POST', `/loans/${loan.id}/extensions`, payload);
  const without = await extend({ dueOn: '2027-01-04' });
  t.equal(without.statusCode, 422);
  t.match(without.json(), { errors: [{ pointer: '/reason' }] });
  t.equal((await extend({ dueOn: '2027-01-04', reason: 'On a course' })).statusCode, 201);
  const own = await make.waitingReferral({ needs: ['device', 'data'] });
  const ownLoan = await make.loan({ referralId: own.id, dueOn: '2026-12-07' });
  const { waiting } = (await call('GET', `/loans/${ownLoan.id}/extension-rules`)).json();
  t.same(
    waiting.map(({ need }: { need: string }) => need),
    ['device'],
    'the person’s own open need for data is not another’s',
  );
  await sql`delete from referral_need where referral_id in (select id from referral where status = 'waiting')`.execute(
    db,
  );
});

t.test('above the number: an officer is told who can, a manager does with a reason', async (t) => {
  const loan = await make.loan({ dueOn: '2026-12-07' });
  const extend = (dueOn: string, headers = as.officer, reason?: string) =>
    call('POST', `/loans/${loan.id}/extensions`, { dueOn, ...(reason && { reason }) }, headers);
  t.equal((await extend('2027-01-04')).statusCode, 201);
  t.equal((await extend('2027-02-01')).statusCode, 201);
  const third = await extend('2027-03-01', as.officer, 'On a course');
  t.equal(third.statusCode, 409);
  t.match(third.json(), { type: '/problems/extension-refused', used: 2, most: 2, detail: /Ask a manager/ });
  t.match((await call('GET', `/loans/${loan.id}/extension-rules`)).json(), { allowed: false });
  t.match((await call('GET', `/loans/${loan.id}/extension-rules`, undefined, as.manager)).json(), {
    allowed: true,
  });
  t.equal((await extend('2027-03-01', as.manager)).statusCode, 422);
  t.match((await extend('2027-03-01', as.manager, 'On a course')).json(), {
    dueOn: '2027-03-01',
    extensions: 3,
  });
  t.equal((await call('POST', `/loans/${newId()}/extensions`, { dueOn: '2027-03-01' })).statusCode, 404);
});

t.test('further than the terms go, or without a day, is a manager’s as well', async (t) => {
  const loan = await make.loan({ dueOn: '2026-12-07' });
  const extend = (payload: object, headers = as.officer) =>
    call('POST', `/loans/${loan.id}/extensions`, payload, headers);
  const far = await extend({ dueOn: '2035-01-01', reason: 'On a course' });
  t.equal(far.statusCode, 409);
  t.match(far.json(), {
    type: '/problems/extension-refused',
    detail: /until 8 March 2027 at most. Ask a manager/,
  });
  t.equal((await extend({ dueOn: '2027-03-09' })).statusCode, 409, 'a day further is further');
  t.equal((await extend({ openEnded: true, reason: 'x' })).statusCode, 409);
  t.equal((await extend({ dueOn: '2026-12-01' })).statusCode, 422, 'what is wrong anyway is told as such');
  t.match((await call('GET', `/loans/${loan.id}/extension-rules`)).json(), {
    latestDueOn: '2027-03-08',
    mayStayOpen: false,
  });
  t.match((await call('GET', `/loans/${loan.id}/extension-rules`, undefined, as.manager)).json(), {
    latestDueOn: null,
    mayStayOpen: true,
  });
  t.equal((await extend({ dueOn: '2027-03-09' }, as.manager)).statusCode, 422, 'with a reason');
  t.equal((await extend({ dueOn: '2028-03-06', reason: 'A degree' }, as.manager)).statusCode, 201);
  const other = await make.loan({ dueOn: '2026-12-07' });
  t.equal((await call('POST', `/loans/${other.id}/extensions`, { dueOn: '2027-03-08' })).statusCode, 201);
});

t.test('a loan without a date gets one, and may stay open again', async (t) => {
  const loan = await make.loan({ termsId: openTerms });
  t.match(await extendLoan(deps, officer, loan.id, { dueOn: '2027-01-11', from: null }), {
    dueOn: '2027-01-11',
    reviewOn: null,
    extensions: 0,
  });
  t.match(await extendLoan(deps, officer, loan.id, { openEnded: true }), {
    dueOn: null,
    reviewOn: '2026-12-23',
    extensions: 1,
  });
});

t.test('two extensions at once: one outcome; the other learns of it', async (t) => {
  const loan = await make.loan({ dueOn: '2026-12-07' });
  const dates = ['2027-01-04', '2027-02-01', '2027-03-01', '2027-03-08'];
  const { won, lost } = await settled(
    dates.map((dueOn) => extendLoan(deps, officer, loan.id, { dueOn, from: '2026-12-07' })),
  );
  t.equal(won, 1);
  for (const problem of lost) t.match(problem, { type: 'changed-meanwhile', status: 412 });
  t.equal((await getDateStory(db, loan.id)).changes.length, 1);
  const same = await make.loan({ dueOn: '2026-12-07' });
  const twice = await settled(
    Array.from({ length: 8 }, () => extendLoan(deps, officer, same.id, { dueOn: '2027-01-04' })),
  );
  t.equal(twice.won, 1, 'the same date twice is one extension');
  for (const problem of twice.lost) t.match(problem, { errors: [{ pointer: '/dueOn' }] });
});

t.test('extension against return, gift against return: one outcome, nothing half done', async (t) => {
  const loans = [];
  for (let n = 0; n < 12; n++) loans.push(await make.loan({ dueOn: '2026-12-07' }));
  await Promise.all(
    loans.map(async (loan, place) => {
      const giveBack = () =>
        returnItems(deps, officer, loan.id, { items: [{ itemId: loan.items[0]!.id, condition: 'B' }] });
      const other = () =>
        place % 2
          ? extendLoan(deps, officer, loan.id, { dueOn: '2027-01-04' })
          : giftLoan(deps, officer, loan.id, { reason: 'Long in use' });
      const { won, lost } = await settled(place % 3 ? [giveBack(), other()] : [other(), giveBack()]);
      for (const { type } of lost)
        t.ok(['loan-closed', 'item-already-ended'].includes(type), `${type} is a clear refusal`);
      const kept = await getLoan(db, clock, loan.id);
      t.equal(kept.status, 'closed');
      const extended = (await getDateStory(db, loan.id)).changes.length;
      if (place % 2) t.equal(won, 1 + extended, 'what was not refused was done');
      else {
        t.equal(won, 1);
        const device = await db
          .selectFrom('device')
          .select('status')
          .where('id', '=', loan.items[0]!.deviceId)
          .executeTakeFirstOrThrow();
        t.equal(
          device.status,
          kept.items[0]!.status === 'gifted' ? 'gifted' : 'in_preparation',
          'item and device agree',
        );
      }
    }),
  );
});

t.test('reviews: goes on, nobody reached, comes back; the list and Today hold what is due', async (t) => {
  const loan = await make.loan({ termsId: openTerms });
  const later = await make.loan({ termsId: openTerms, handover: { way: 'posted', on: '2026-12-01' } });
  const due = async () => {
    const { items, next } = await listLoans(db, clock, { due: 'review', limit: 1 });
    const rest = next ? (await listLoans(db, clock, { due: 'review', limit: 50, after: next })).items : [];
    return [...items, ...rest].map(({ id }) => id).filter((id) => id === loan.id || id === later.id);
  };
  const counted = async () =>
    (await worklist(db, '2027-01-04')).find(({ kind }) => kind === 'loans_to_review')!;
  t.same(await due(), []);
  clock.set('2027-01-04T09:30:00Z');
  t.same(await due(), [loan.id, later.id], 'the oldest first');
  const before = await counted();
  t.equal(before.oldest, '2026-12-23');
  t.match(await reviewLoan(deps, officer, loan.id, { outcome: 'goes_on', note: 'Every day' }), {
    outcome: 'goes_on',
    dueOn: null,
    reviewOn: '2027-02-04',
  });
  t.match(await reviewLoan(deps, officer, later.id, { outcome: 'not_reached' }), { reviewOn: '2027-01-11' });
  t.same(await due(), []);
  t.equal((await counted()).count, before.count - 2);
  t.match(await reviewLoan(deps, officer, later.id, { outcome: 'comes_back', dueOn: '2027-02-01' }), {
    dueOn: '2027-02-01',
    reviewOn: null,
  });
  t.match(await getDateStory(db, later.id), {
    changes: [{ from: null, to: '2027-02-01' }],
    reviews: [{ outcome: 'comes_back' }, { outcome: 'not_reached' }],
  });
  t.match((await timelineOf(db, loan.id, { limit: 1 })).items[0], {
    type: 'loan.reviewed',
    values: { result: 'goes_on', reviewOn: '2027-02-04' },
    fields: ['note'],
  });
  clock.set('2026-11-23T09:30:00Z');
  const review = (id: string, payload: object) => call('POST', `/loans/${id}/reviews`, payload);
  t.equal((await review(later.id, { outcome: 'goes_on' })).statusCode, 409, 'it has a date now');
  t.equal((await review(loan.id, { outcome: 'comes_back' })).statusCode, 422);
  t.equal((await review(loan.id, { outcome: 'goes_on' })).statusCode, 201);
});

t.test('a gift: everything out is theirs, the loan closes, help goes on and the number stays', async (t) => {
  const referral = await make.waitingReferral({
    needs: ['device', 'support'],
    person: { contactPoints: [{ channel: 'sms', value: '07700 900123', safe: true }] },
  });
  const loan = await make.loan({ referralId: referral.id, count: 2 });
  await returnItems(deps, officer, loan.id, { items: [{ itemId: loan.items[0]!.id, condition: 'B' }] });
  const charger = '01900000-0000-7000-8000-000000000020';
  await sql`insert into loan_accessory (loan_id, accessory_id, quantity, returned, written_off) values (${loan.id}, ${charger}, 4, 1, 1)`.execute(
    db,
  );
  await sql`insert into data_plan (id, device_id, network, iccid, msisdn, duration_months, status, created_at, changed_at)
    values (new_id(), ${loan.items[1]!.deviceId}, 'O2', '8944100030012345678', '+447700900123', 1, 'active', now(), now())`.execute(
    db,
  );
  const gift = await call('POST', `/loans/${loan.id}/gift`, { reason: 'Long in use' });
  t.equal(gift.statusCode, 201);
  t.match(gift.json(), {
    loan: { id: loan.id, status: 'closed' },
    items: [{ id: loan.items[1]!.id, status: 'gifted' }],
  });
  const kept = await getLoan(db, clock, loan.id);
  t.same(
    kept.items.map(({ status }) => status),
    ['returned', 'gifted'],
  );
  t.ok(
    kept.followUps.length && kept.followUps.every(({ status }) => status === 'planned'),
    'the follow-ups ahead go on',
  );
  t.equal((await getReferral(db, officer.actor, referral.id)).status, 'active', 'and so does the help');
  const { rows } = await sql<{ writtenOff: number; stopped: number; change: number; quantity: number }>`
    select a.written_off as "writtenOff", (select count(*) from contact_point where patient_id = ${kept.patient!.id} and stopped_at is not null) as stopped,
      m.change, m.quantity
    from loan_accessory a join accessory_movement m on m.loan_id = a.loan_id and m.kind = 'gifted' where a.loan_id = ${loan.id}`.execute(
    db,
  );
  t.same(
    rows,
    [{ writtenOff: 3, stopped: 0, change: 0, quantity: 2 }],
    'no stock changes: it went out at the issue',
  );
  const { paper } = await getLoanPaper(deps, loan.id);
  t.match(paper.accessories, [{ quantity: 4, givenAway: 2 }], 'the letter leaves out what was lost before');
  const [event] = (await timelineOf(db, loan.items[1]!.deviceId, { limit: 1 })).items;
  t.match(event, { type: 'loan.gifted', values: { status: 'closed' }, fields: ['reason'] });
  t.equal((await call('POST', `/loans/${loan.id}/gift`, { reason: 'Again' })).statusCode, 409);
});

t.test('no gift of kit lent to a place, nor while an incident is open', async (t) => {
  const locationId = '0193594e-6c00-7a4b-9f0e-2f4b7a1c5d31';
  await sql`insert into location (id, name, kind, created_at) values (${locationId}, 'Drop-in', 'access_point', now())`.execute(
    db,
  );
  const shared = await make.loan({ locationId });
  t.match(await refusal(giftLoan(deps, officer, shared.id, { reason: 'x' })), { type: 'gift-refused' });
  const loan = await make.loan();
  const incident = newId();
  await sql`insert into incident (id, reference, kind, loan_id, loan_item_id, device_id, reported_on, reported_at, changed_at)
    values (${incident}, 'I-TEST01', 'faulty', ${loan.id}, ${loan.items[0]!.id}, ${loan.items[0]!.deviceId}, '2026-11-23', now(), now())`.execute(
    db,
  );
  t.match(await refusal(giftLoan(deps, officer, loan.id, { reason: 'x' })), {
    type: 'gift-refused',
    extra: { incidentId: incident },
  });
  await sql`update incident set status = 'closed', closed_at = now() where id = ${incident}`.execute(db);
  const twice = await settled([1, 2, 3].map(() => giftLoan(deps, officer, loan.id, { reason: 'x' })));
  t.equal(twice.won, 1);
  for (const problem of twice.lost) t.equal(problem.type, 'loan-closed');
});

t.test('a loan taken over from before has no agreement, and is read like any other', async (t) => {
  const loan = await make.loan();
  await sql`update loan set taken_over = true, agreement_version_id = null, agreement_text = null, accepted_by = 'not_recorded', terms_id = null
    where id = ${loan.id}`.execute(db);
  t.match(await getLoan(db, clock, loan.id), {
    terms: null,
    agreement: { version: null, text: null, acceptedBy: 'not_recorded' },
  });
  t.match((await call('GET', `/loans/${loan.id}/extension-rules`)).json(), { allowed: true, most: 2 });
});
