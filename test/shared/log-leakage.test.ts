import t from 'tap';
import { buildApp } from '../../src/app.ts';
import { createLogger } from '../../src/shared/logging.ts';
import { testApp } from '../helpers/app.ts';
import { factories } from '../helpers/factories.ts';

const { deps, as, db } = await testApp(t);
const lines: string[] = [];
const log = createLogger('debug', { write: (line: string) => void lines.push(line) });
const app = await buildApp({ ...deps, log });
t.teardown(() => app.close());
const make = factories(deps);

/** Values of a person, each of which would be known again anywhere. */
const personal = {
  givenName: 'Zephyrine',
  familyName: 'Quillfeather',
  number: '07700 900777',
  e164: '+447700900777',
  email: 'zephyrine@quill.example',
  nhsNumber: '9990548609',
  address: '17 Marmalade Row',
  note: 'afraid of the neighbour',
  referrer: 'Dr Thistlewood',
  birth: '1961-04-30',
};
const patient = {
  givenName: personal.givenName,
  familyName: personal.familyName,
  nhsNumber: personal.nhsNumber,
  dateOfBirth: personal.birth,
  address: `${personal.address}\nN7 8DD`,
  contactPoints: [
    { channel: 'sms', value: personal.number, safe: true },
    { channel: 'email', value: personal.email, safe: true },
    { channel: 'letter', value: `${personal.address}\nN7 8DD`, safe: true },
  ],
};
const referral = {
  patient,
  needs: ['device', 'support'],
  barriers: [],
  referrer: { name: personal.referrer },
  consent: { shareWithScheme: true, givenOn: '2026-11-20' },
  notes: personal.note,
};

t.test('no name, contact detail or note of a patient reaches the log or the event log', async (t) => {
  const call = async (
    method: 'GET' | 'POST',
    url: string,
    body?: unknown,
    who: keyof typeof as = 'officer',
    headers = {},
  ) => {
    const json = body === undefined ? {} : { payload: JSON.stringify(body) };
    const reply = await app.inject({
      method,
      url,
      headers: {
        ...as[who],
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
        ...headers,
      },
      ...json,
    });
    return { status: reply.statusCode, body: reply.body };
  };
  const key = { 'idempotency-key': 'leak-1' };
  const received = JSON.parse((await call('POST', '/api/v1/referrals', referral, 'clinic', key)).body);
  t.ok(received.id);
  await call('POST', '/api/v1/referrals', referral, 'clinic', { 'idempotency-key': 'leak-2' });
  await call('POST', '/api/v1/referrals', { ...referral, surprise: personal.note }, 'clinic', {
    'idempotency-key': 'leak-3',
  });
  await call(
    'POST',
    '/api/v1/referrals',
    { ...referral, patient: { ...patient, dateOfBirth: 'never' } },
    'clinic',
    { 'idempotency-key': 'leak-4' },
  );
  await call('POST', `/api/v1/referrals/${received.id}/decisions`, { decision: 'accept' });
  const [device] = await make.readyDevices(1);
  const loan = JSON.parse(
    (
      await call('POST', '/api/v1/loans', {
        referralId: received.id,
        items: [{ deviceId: device!.id }],
        agreement: { acceptedBy: 'witnessed', witness: personal.referrer },
      })
    ).body,
  );
  t.ok(loan.id);
  await call('POST', `/api/v1/follow-ups/${loan.followUps[0].id}/outcomes`, {
    result: 'done',
    note: personal.note,
  });
  await call('POST', `/api/v1/loans/${loan.id}/returns`, {
    items: [{ itemId: loan.items[0].id, condition: 'B', notes: personal.note }],
  });
  const { id: patientId } = (await db
    .selectFrom('patient')
    .select('id')
    .where('family_name', '=', personal.familyName)
    .executeTakeFirst())!;
  for (const url of [
    `/api/v1/patients/${patientId}`,
    `/patients/${patientId}`,
    `/referrals/${received.id}`,
    `/loans/${loan.id}`,
    '/messages',
    '/referrals',
    `/api/v1/devices?after=${personal.familyName}`,
    `/devices?${personal.familyName}=1`,
  ]) {
    const { status } = await call('GET', url);
    t.ok(status < 500, `${url} ${status}`);
  }
  t.ok(lines.length > 10, `${lines.length} lines`);
  const { rows: events } = { rows: await db.selectFrom('event').selectAll().execute() };
  const outbox = await db.selectFrom('outbox').selectAll().execute();
  for (const [what, text] of Object.entries({
    log: lines.join('\n'),
    events: JSON.stringify(events),
    outbox: JSON.stringify(outbox),
  })) {
    for (const [name, value] of Object.entries(personal))
      t.notOk(text.toLowerCase().includes(value.toLowerCase()), `${name} in the ${what}`);
  }
});

t.test('of a database error only what cannot hold a value is logged', async (t) => {
  const error = Object.assign(new Error(`duplicate key value: Key (nhs)=(${personal.nhsNumber}) exists`), {
    code: '23505',
    constraint: 'some_key',
    detail: `Key (${personal.email})`,
  });
  lines.length = 0;
  log.error({ err: error }, 'request failed');
  t.match(JSON.parse(lines[0]!), { err: { code: '23505', constraint: 'some_key' } });
  t.notOk(lines[0]!.includes(personal.nhsNumber) || lines[0]!.includes(personal.email));
});
