import type { RouteOptions } from 'fastify';
import t from 'tap';
import { may } from '../../src/access/permissions.ts';
import { decideReferral } from '../../src/referrals/decision.commands.ts';
import { getReferral } from '../../src/referrals/referral.queries.ts';
import { testApp } from '../helpers/app.ts';
import { factories, officer } from '../helpers/factories.ts';
import { routesOf } from '../helpers/routes.ts';

const { built, routes } = await routesOf(() => testApp(t, { RATE_PER_MINUTE: '100000' }));
const { app, as, db, deps, clinicId } = built;
const make = factories(deps);
const api = routes.filter(({ route }) => route.url.startsWith('/api/'));

/** Values of another clinic's referral, each of which would be known again anywhere. */
const foreign = {
  givenName: 'Zephyrine',
  familyName: 'Quillfeather',
  number: '7700900777',
  nhsNumber: '9990548609',
  referrer: 'Thistlewood',
  clinicReference: 'FOREIGN-1',
  question: 'Which of the marmalade rows?',
};
const other = await make.clinic('Marmalade Row Clinic');
const referral = await make.referral({
  clinicId: other,
  clinicReference: foreign.clinicReference,
  referrer: { name: foreign.referrer },
  person: {
    givenName: foreign.givenName,
    familyName: foreign.familyName,
    nhsNumber: foreign.nhsNumber,
    contactPoints: [{ channel: 'sms', value: `0${foreign.number}`, safe: true }],
  },
});
const asked = await make.referral({ clinicId: other });
await decideReferral(deps, officer, asked.id, { decision: 'ask', question: foreign.question });
await decideReferral(deps, officer, referral.id, { decision: 'accept' });
const loan = await make.loan({ referralId: referral.id });
const full = await getReferral(db, officer.actor, referral.id);
const questions = (await getReferral(db, officer.actor, asked.id)).questions;
/** Real ids that are not this clinic's, of every kind of thing. */
const ids = [
  referral.id,
  asked.id,
  full.patient.id,
  loan.id,
  loan.items[0]!.id,
  loan.items[0]!.deviceId,
  loan.followUps[0]!.id,
  questions[0]!.id,
  other,
];
const unknown = '0193594e-6c00-7a4b-9f0e-2f4b7a1c5d3e';
const secrets = [...Object.values(foreign), referral.reference, asked.reference, loan.reference];

const bodiesOf = (route: RouteOptions) =>
  (route.schema?.body as { examples?: object[] } | undefined)?.examples ?? [{}];
let calls = 0;
async function ask(method: string, route: RouteOptions, id: string, body: object) {
  const reply = await app.inject({
    method: method as 'GET',
    url: route.url.replace(/:\w+/g, id),
    headers: { ...as.clinic, 'idempotency-key': `call-${calls++}`, 'if-match': '*' },
    ...(method !== 'GET' && { payload: body }),
  });
  return { status: reply.statusCode, body: reply.body.replace(/"requestId":"[^"]+"/, '') };
}

t.test(
  'rule 19: with another’s ids every route answers as for what does not exist, and tells nothing',
  async (t) => {
    let tried = 0;
    for (const { method, route } of api.filter(({ route }) => route.url.includes(':'))) {
      const allowed = may({ role: 'clinic' }, route.config!.action as 'referrals.read');
      for (const body of method === 'GET' ? [{}] : bodiesOf(route)) {
        const none = await ask(method, route, unknown, body);
        if (allowed) t.equal(none.status, 404, `${method} ${route.url}`);
        else t.equal(none.status, 403, `${method} ${route.url}`);
        for (const id of ids) {
          tried++;
          t.same(await ask(method, route, id, body), none, `${method} ${route.url}`);
        }
      }
    }
    t.ok(tried > 300, `${tried} calls`);
    t.equal((await getReferral(db, officer.actor, asked.id)).status, 'asked', 'and nothing was changed');
  },
);

t.test('rule 19: no list and no reply of a clinic’s key holds anything of another’s', async (t) => {
  const own = await make.referral({ clinicId });
  for (const { method, route } of api.filter(({ route }) => !route.url.includes(':'))) {
    if (method !== 'GET' || !may({ role: 'clinic' }, route.config!.action as 'referrals.read')) continue;
    for (const query of ['', '?limit=200', '?changedAfter=2020-01-01T00:00:00Z', '?status=waiting']) {
      const { body } = await app.inject({ url: `${route.url}${query}`, headers: as.clinic });
      for (const secret of secrets) t.notOk(body.includes(secret), `${route.url}${query} tells ${secret}`);
    }
  }
  const { status, body } = await ask(
    'GET',
    api.find(({ route }) => route.url === '/api/v1/referrals/:id')!.route,
    own.id,
    {},
  );
  t.equal(status, 200);
  t.ok(body.includes(own.reference), 'its own it does see');
});

t.test('rule 19: the same patient referred by two clinics: neither hears of the other’s', async (t) => {
  const twice = await app.inject({
    method: 'POST',
    url: '/api/v1/referrals',
    headers: { ...as.clinic, 'idempotency-key': 'same person' },
    payload: {
      patient: {
        givenName: 'Z.',
        familyName: foreign.familyName,
        nhsNumber: foreign.nhsNumber,
        dateOfBirth: '1980-02-29',
        contactPoints: [],
      },
      needs: ['data'],
      barriers: [],
      referrer: { name: 'Dr Own' },
      consent: { shareWithScheme: true, givenOn: '2026-11-20' },
    },
  });
  t.equal(twice.statusCode, 201, 'it is taken, as for a person whom nobody knows');
  const { body } = await app.inject({ url: `/api/v1/referrals/${twice.json().id}`, headers: as.clinic });
  for (const secret of [
    foreign.givenName,
    foreign.number,
    foreign.referrer,
    foreign.clinicReference,
    referral.reference,
    loan.reference,
  ])
    t.notOk(body.includes(secret), secret);
});
