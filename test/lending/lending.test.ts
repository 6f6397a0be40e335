import t from 'tap';
import { getLoan } from '../../src/lending/loans/loan.queries.ts';
import { addAgreementVersion } from '../../src/lending/terms/agreement.commands.ts';
import { changePolicy } from '../../src/lending/terms/policy.commands.ts';
import { getPolicy, policyTag } from '../../src/lending/terms/policy.queries.ts';
import { changeTerms } from '../../src/lending/terms/terms.commands.ts';
import { getTerms, listTerms, offeredTerms } from '../../src/lending/terms/terms.queries.ts';
import { extensionWords, lengthWords, type Terms, termsFaults } from '../../src/lending/terms/terms.rules.ts';
import { etagOf } from '../../src/shared/etag.ts';
import { newId } from '../../src/shared/ids.ts';
import type { Problem } from '../../src/shared/problem.ts';
import { testApp } from '../helpers/app.ts';
import { factories, officer } from '../helpers/factories.ts';

const { app, as, db, deps, clock } = await testApp(t, { DATABASE_POOL: '20' });
const make = factories(deps);
const call = (
  method: 'GET' | 'POST' | 'PATCH',
  url: string,
  payload?: object,
  { who = 'manager', ifMatch }: { who?: 'manager' | 'officer'; ifMatch?: string } = {},
) =>
  app.inject({
    method,
    url: `/api/v1${url}`,
    headers: { ...as[who], ...(ifMatch && { 'if-match': ifMatch }) },
    ...(payload && { payload }),
  });
const defaultsOf = async (borrower: string) =>
  (await listTerms(db))
    .filter((terms) => terms.borrower === borrower && terms.isDefault)
    .map(({ name }) => name);

t.test('what terms need, and how they are said', async (t) => {
  const terms: Terms = {
    name: 'x',
    borrower: 'patient',
    weeks: 26,
    reviewMonths: null,
    extensionsAllowed: 2,
    extensionWeeks: 13,
    isDefault: false,
    retired: false,
  };
  const pointers = (changes: Partial<Terms>, wasDefault = false) =>
    termsFaults({ ...terms, ...changes }, wasDefault).map(({ pointer }) => pointer);
  t.same(pointers({}), []);
  t.same(pointers({ weeks: null }), ['/reviewMonths'], 'what stays open is looked at again');
  t.same(pointers({ weeks: null, reviewMonths: 1 }), []);
  t.same(pointers({ isDefault: false }, true), ['/isDefault'], 'a borrower always has a default');
  t.same(pointers({ isDefault: true, retired: true }, true), ['/retired']);
  t.equal(lengthWords({ weeks: 1, reviewMonths: null }), '1 week');
  t.equal(lengthWords({ weeks: null, reviewMonths: 1 }), 'no date, looked at again every month');
  t.equal(lengthWords({ weeks: null, reviewMonths: 3 }), 'no date, looked at again every 3 months');
  t.equal(
    extensionWords({ extensionsAllowed: 0, extensionWeeks: 13 }),
    'may not be extended without a manager',
  );
  t.equal(extensionWords({ extensionsAllowed: 1, extensionWeeks: 1 }), 'may be extended once, by 1 week');
});

t.test('terms are read by officers, written by managers, and changed by whoever saw them last', async (t) => {
  const course = { name: 'Course loan', borrower: 'patient', weeks: 12, extensionsAllowed: 1 };
  t.equal((await call('POST', '/loan-terms', course, { who: 'officer' })).statusCode, 403);
  const added = await call('POST', '/loan-terms', course);
  t.equal(added.statusCode, 201);
  const { id } = added.json();
  t.match(added.json(), { ...course, reviewMonths: null, isDefault: false, retired: false });
  t.match((await call('POST', '/loan-terms', course)).json(), { type: '/problems/name-in-use' });
  t.equal((await call('POST', '/loan-terms', { name: 'Endless', borrower: 'patient' })).statusCode, 422);
  const read = await call('GET', `/loan-terms/${id}`, undefined, { who: 'officer' });
  t.equal(read.headers.etag, added.headers.etag);
  t.ok((await call('GET', '/loan-terms')).json().items.some((one: { id: string }) => one.id === id));
  t.equal((await call('PATCH', `/loan-terms/${id}`, { weeks: 10 })).statusCode, 428);
  clock.set('2026-11-23T09:31:00Z');
  const changed = await call(
    'PATCH',
    `/loan-terms/${id}`,
    { weeks: 10 },
    { ifMatch: String(read.headers.etag) },
  );
  t.match(changed.json(), { weeks: 10, extensionsAllowed: 1 });
  const stale = await call(
    'PATCH',
    `/loan-terms/${id}`,
    { weeks: 9 },
    { ifMatch: String(read.headers.etag) },
  );
  t.equal(stale.statusCode, 412);
  const loan = await make.loan({ termsId: id });
  t.equal(loan.dueOn, '2027-02-01', 'ten weeks after the handover');
  await call('PATCH', `/loan-terms/${id}`, { retired: true }, { ifMatch: String(changed.headers.etag) });
  t.notOk((await offeredTerms(db, 'patient', '2026-11-23')).some((one) => one.id === id));
  t.match((await getLoan(db, clock, loan.id)).terms, { name: 'Course loan' }, 'loans keep them');
  t.equal((await call('GET', `/loan-terms/${newId()}`)).statusCode, 404);
});

t.test('one default for each borrower, whoever changes it at once', async (t) => {
  const made = await Promise.all(
    ['A', 'B', 'C', 'D'].map(async (name) =>
      (await call('POST', '/loan-terms', { name, borrower: 'patient', weeks: 4 })).json(),
    ),
  );
  await Promise.all(
    made.map(({ id, changedAt }) =>
      changeTerms(deps, { ...officer, ifMatch: etagOf(id, changedAt) }, id, { isDefault: true }),
    ),
  );
  t.equal((await defaultsOf('patient')).length, 1);
  t.same(await defaultsOf('location'), ['Shared kit of an access point'], 'the other borrower keeps its own');
  const [only] = (await listTerms(db)).filter(
    ({ borrower, isDefault }) => borrower === 'patient' && isDefault,
  );
  t.equal((await make.loan()).dueOn, '2026-12-21', 'a loan without terms of its own has the default');
  for (const change of [{ isDefault: false }, { retired: true }]) {
    const { id, changedAt } = await getTerms(db, only!.id);
    const refused = await call('PATCH', `/loan-terms/${id}`, change, { ifMatch: etagOf(id, changedAt) });
    t.equal(refused.statusCode, 422, JSON.stringify(change));
  }
});

t.test('a new version of the agreement is in use from then on; what was accepted stays', async (t) => {
  const before = await make.loan();
  const text = 'We lend this to you.\nPlease tell us when you need it no longer.';
  const who = 'officer';
  t.equal((await call('POST', '/agreement-versions', { text }, { who })).statusCode, 403);
  const added = await call('POST', '/agreement-versions', { text });
  t.equal(added.statusCode, 201);
  t.match(added.json(), { version: 2, text, createdBy: 'Test manager', inUse: true });
  t.equal(
    (await call('POST', '/agreement-versions', { text: ` ${text}\r\n` })).statusCode,
    422,
    'nothing is new',
  );
  const after = await make.loan();
  t.match((await getLoan(db, clock, before.id)).agreement, { version: 1, text: /free of charge/ });
  t.match((await getLoan(db, clock, after.id)).agreement, { version: 2, text });
  const { items } = (await call('GET', '/agreement-versions', undefined, { who })).json();
  t.match(items, [
    { version: 2, inUse: true },
    { version: 1, inUse: false, createdBy: null },
  ]);
  const outcomes = await Promise.allSettled(
    ['one', 'two', 'three'].map((text) => addAgreementVersion(deps, officer, { text, after: 2 })),
  );
  const lost = outcomes.flatMap((one) => (one.status === 'rejected' ? [one.reason as Problem] : []));
  t.same(
    lost.map(({ type }) => type),
    ['changed-meanwhile', 'changed-meanwhile'],
    'of versions written at once one is in use, the others learn of it',
  );
});

t.test('the policy: read by staff, changed by managers who saw it last', async (t) => {
  const read = await call('GET', '/lending-policy', undefined, { who: 'officer' });
  t.match(read.json(), { replacementLimit: 2, replacementMonths: 12, allocationDays: 14 });
  t.equal((await call('PATCH', '/lending-policy', { allocationDays: 21 })).statusCode, 428);
  const ifMatch = String(read.headers.etag);
  t.equal((await call('PATCH', '/lending-policy', { allocationDays: 0 }, { ifMatch })).statusCode, 422);
  t.match((await call('PATCH', '/lending-policy', { allocationDays: 21 }, { ifMatch })).json(), {
    replacementLimit: 2,
    allocationDays: 21,
  });
  t.equal((await call('PATCH', '/lending-policy', { allocationDays: 7 }, { ifMatch })).statusCode, 412);
  const tag = policyTag(await getPolicy(db));
  clock.set('2026-11-23T09:32:00Z');
  const twice = await Promise.allSettled(
    [10, 11].map((allocationDays) => changePolicy(deps, { ...officer, ifMatch: tag }, { allocationDays })),
  );
  t.equal(twice.filter(({ status }) => status === 'fulfilled').length, 1);
  const logged = await db
    .selectFrom('event')
    .select('values')
    .where('type', '=', 'lending_policy.changed')
    .orderBy('id')
    .executeTakeFirst();
  t.match(logged, { values: { policy: { allocationDays: 21 } } });
});
