import { sql } from 'kysely';
import t from 'tap';
import { dispatch } from '../../src/messages/dispatch.commands.ts';
import { runNightly } from '../../src/office/nightly/nightly.commands.ts';
import { forgetWhatIsOver } from '../../src/privacy/forgetting.commands.ts';
import { personalTables } from '../../src/privacy/personal-data.rules.ts';
import { slugIn } from '../../src/stock/labels/label-code.queries.ts';
import { apiOf } from '../helpers/api.ts';
import { type Headers, testApp } from '../helpers/app.ts';
import { factories } from '../helpers/factories.ts';
import { multipart, pdfOf, pictureOf } from '../helpers/files.ts';
import { formVisitor } from '../helpers/hosted-form.ts';
import { listForm, workOnLists } from '../helpers/lists.ts';
import { forms } from '../helpers/pages.ts';

const callbackToken = 'callback-token-1234567890';
const { app, as, db, deps, clock, clinicId } = await testApp(t, {
  DATABASE_POOL: '10',
  NOTIFY_CALLBACK_TOKEN: callbackToken,
  LINK_URL: 'https://answer.example.org',
  SESSION_IDLE_MINUTES: '600000',
  SESSION_HOURS: '100000',
});
const make = factories(deps);

/** A word that stands in everything that is said of the person, and whatever else tells who they are. */
const mark = 'Zyxmark';
const numbers = {
  own: '07700 900701',
  trusted: '07700 900702',
  referrer: '07700 900703',
  later: '07700 900704',
};
const nhsNumber = '9434765919';
const birth = '1931-05-17';
const needles = [
  mark,
  nhsNumber,
  birth,
  ...Object.values(numbers).map((number) => number.replace(/^0(\d{4}) (\d+)$/, '$1$2')),
];

let calls = 0;
type Who = keyof typeof as;
/** A call that has to succeed, as the role that does such things, with a key of its own. */
async function call(who: Who, method: 'POST' | 'PATCH' | 'GET', url: string, body?: object, headers = {}) {
  const key: Headers = method === 'POST' ? { 'idempotency-key': `gone-${++calls}` } : {};
  const reply = await apiOf(app, as[who])(method, url, body, { ...key, ...headers });
  if (reply.status >= 400) throw new Error(`${method} ${url}: ${reply.status} ${JSON.stringify(reply.body)}`);
  return reply;
}
const post = async (who: Who, url: string, body?: object) => (await call(who, 'POST', url, body)).body;
async function attach(url: string, fields: Record<string, string>, bytes: Buffer): Promise<string> {
  const { payload, headers } = await multipart(fields, [{ bytes, name: `${mark}.jpg` }]);
  const reply = await app.inject({
    method: 'POST',
    url: `/api/v1${url}/attachments`,
    headers: { ...as.officer, ...headers, 'idempotency-key': `gone-${++calls}` },
    payload,
  });
  if (reply.statusCode >= 400) throw new Error(`${url}: ${reply.statusCode} ${reply.body}`);
  return reply.json().items[0].id;
}
const text = (id: string, from: string, message: string) =>
  app.inject({
    method: 'POST',
    url: '/api/v1/callbacks/notify/inbound-texts',
    headers: { authorization: `Bearer ${callbackToken}` },
    payload: { id, source_number: `44${from.slice(1).replace(' ', '')}`, message },
  });

/** Files in a part of an export as text, which come in base64. */
const inClear = (rows: { data?: unknown }[]) =>
  rows.map((row) => (row.data ? Buffer.from(String(row.data), 'base64').toString('latin1') : row));

/** Every column of every table of the database where something of the person is, as `table.column`. */
async function whereFound(): Promise<string[]> {
  const { rows: tables } = await sql<{ name: string; table: string }>`
    select format('%I.%I', table_schema, table_name) as name, table_name as table from information_schema.tables
    where table_type = 'BASE TABLE' and table_schema not in ('pg_catalog', 'information_schema')`.execute(db);
  // What is kept as bytes is written in hexadecimal.
  const sought = needles
    .flatMap((needle) => [needle, Buffer.from(needle).toString('hex')])
    .map((one) => `%${one}%`);
  const found = new Set<string>();
  for (const { name, table } of tables) {
    const { rows } = await sql<{ column: string }>`
      select distinct c.key as column from ${sql.raw(name)} x, jsonb_each_text(to_jsonb(x)) c where c.value ilike any(${sought}::text[])`.execute(
      db,
    );
    for (const { column } of rows) found.add(`${table}.${column}`);
  }
  return [...found].sort();
}

const referral = (changes: object = {}, person: object = {}) => ({
  patient: {
    givenName: mark,
    familyName: mark,
    preferredName: mark,
    dateOfBirth: birth,
    nhsNumber,
    address: `1 ${mark} Street\nN1 1AA`,
    collectionPoint: `Care of ${mark}`,
    wording: 'identified',
    contactPoints: [
      { channel: 'email', value: `${mark.toLowerCase()}@example.com`, safe: true },
      { channel: 'sms', value: numbers.own, safe: true },
    ],
    trustedPerson: { name: mark, relationship: mark, phone: numbers.trusted, mayBeContacted: true },
    ...person,
  },
  needs: ['device', 'support'],
  barriers: ['money'],
  referrer: { name: mark, email: `${mark.toLowerCase()}@clinic.example`, phone: numbers.referrer },
  consent: { shareWithScheme: true, shareBackWithClinic: true, givenOn: '2026-11-20', givenBy: mark },
  urgency: 'urgent',
  urgencyReason: mark,
  clinicReference: mark,
  notes: mark,
  visitRisks: mark,
  ...changes,
});
const patientOf = async (referralId: string) =>
  (
    await db
      .selectFrom('referral')
      .select('patient_id')
      .where('id', '=', referralId)
      .executeTakeFirstOrThrow()
  ).patient_id;

/** Everything that may be said of someone, said by those who may say it; all of it has ended after it. */
async function aWholeStory() {
  // Two others, of whom nothing may be lost: one who waits longer, and one who is not the same person.
  const other = await make.waitingReferral({ needs: ['device'], urgency: 'urgent' });
  const otherId = await patientOf(other.id);
  clock.set('2026-11-23T10:00:00Z');

  const main = await post('clinic', '/referrals', referral());
  const id = await patientOf(main.id);
  const about = `/referrals/${main.id}`;
  await post('officer', `${about}/decisions`, { decision: 'ask', question: `Where is ${mark}?` });
  await post('clinic', `${about}/answers`, { answer: `At ${mark}` });
  await post('officer', `${about}/decisions`, { decision: 'ask', question: `And ${mark}?` });
  const { body: asked } = await call('officer', 'GET', about);
  const question = asked.questions.find((one: { answer: string | null }) => !one.answer);
  const link = await forms(app, as.officer).post(`${about}/questions/${question.id}/links`, {
    _once: 'link',
  });
  const answering = formVisitor(app, 'none');
  const at = `/answer/${/\/answer\/([\w-]{22})\b/.exec(link.body)![1]}`;
  await answering.ask('POST', at, { answer: mark, ...answering.hiddenIn((await answering.get(at)).body) });
  await forms(app, as.officer).post(`${about}/notes`, { note: `Desk: ${mark}`, _once: 'note' });
  await post('officer', `${about}/notes`, { note: `Desk: ${mark}` });
  const assessment = await post('officer', `${about}/assessments`, {
    barriers: ['money'],
    uses: ['nothing'],
    internetAtHome: 'no',
    privateSpace: 'no',
    prefersNotDigital: true,
    nonDigitalRoute: mark,
    wouldHelp: mark,
    trusts: mark,
  });
  await post('officer', `${about}/assessments/${assessment.id}/take-ups`, { offers: ['device', 'support'] });
  await post('officer', `${about}/needs`, { need: 'data', change: 'add', reason: mark });
  await post('officer', `${about}/needs`, { need: 'data', change: 'drop', reason: mark });

  // Sent again by the form while it is open, and begun once more and not sent.
  const { url } = await post('manager', `/organisations/${clinicId}/form-links`, {
    label: 'Ward',
    expiresOn: '2027-01-31',
  });
  const sent = referral({}, { noNhsNumberReason: undefined });
  await formVisitor(app, url.split('/').at(-1)).send(sent as never);
  await formVisitor(app, url.split('/').at(-1)).fill(sent as never);

  // Kit, with all that can be said of it.
  const devices = await make.readyDevices(5);
  const held = await post('officer', `${about}/allocations`, { deviceId: devices[0]!.id, skipReason: mark });
  await post('officer', `/allocations/${held.id}/releases`, { reason: mark });
  const store = await make.store({ Charger: 9 });
  const kit = await db
    .selectFrom('kit')
    .select('id')
    .where('name', '=', 'Tablet with data')
    .executeTakeFirstOrThrow();
  const loan = await post('officer', '/loans', {
    referralId: main.id,
    items: [{ deviceId: devices[0]!.id }],
    kitId: kit.id,
    kitGaps: [2, 4].map((line) => ({ line, reason: mark })),
    accessories: [{ kind: 'Charger', quantity: 1 }],
    stockLocationId: store.id,
    agreement: { acceptedBy: 'witnessed', witness: mark },
  });
  const onLoan = `/loans/${loan.id}`;
  await attach(onLoan, { kind: 'agreement', note: mark }, pdfOf(mark));
  const blurred = await attach(onLoan, { kind: 'agreement', note: mark }, await pictureOf());
  await post('officer', `${onLoan}/attachments/${blurred}/removals`, { reason: mark });
  await post('manager', `${onLoan}/extensions`, { openEnded: true, reason: mark });
  await post('officer', `${onLoan}/reviews`, { outcome: 'goes_on', note: mark });
  await app.inject({ url: `/api/v1/devices/${devices[0]!.id}/label.svg?help=true`, headers: as.officer });
  const code = await db.selectFrom('device_code').select('slug_sealed').executeTakeFirstOrThrow();
  const finder = { kind: 'found', words: mark, reach: mark };
  await forms(app, {}).post(`/f/${slugIn(deps, code.slug_sealed)}`, finder);
  const inTheBag = await post('officer', `${onLoan}/incidents`, {
    itemId: loan.items[0].id,
    kind: 'lost',
    reportedOn: '2026-11-23',
    account: mark,
  });
  await post('officer', `/incidents/${inTheBag.id}/takings-back`, { reason: mark });
  const incident = await post('officer', `${onLoan}/incidents`, {
    itemId: loan.items[0].id,
    kind: 'lost',
    reportedOn: '2026-11-23',
    account: mark,
    crimeReference: mark,
  });
  const happened = `/incidents/${incident.id}`;
  await post('officer', `${happened}/actions`, { kind: 'note', note: mark });
  await attach(happened, { kind: 'condition', note: mark }, await pictureOf());
  await post('manager', `${happened}/approvals`, { reason: mark });
  const replaced = await post('officer', `${onLoan}/replacements`, {
    itemId: loan.items[0].id,
    deviceId: devices[1]!.id,
    incidentId: incident.id,
  });
  await post('officer', `${onLoan}/missing-accessories`, {
    accessories: [{ kind: 'Charger', quantity: 1 }],
    reason: mark,
  });
  await post('manager', `${happened}/actions`, {
    kind: 'write_off',
    note: mark,
    authorisedBy: 'Mona Manager',
  });
  await post('officer', `${onLoan}/returns`, {
    items: [{ itemId: replaced.item.id, condition: 'B', notes: mark }],
    because: { reason: 'other', words: mark },
  });
  await post('officer', `/loan-items/${replaced.item.id}/takings-back`, { reason: mark });
  await post('officer', `${onLoan}/returns`, {
    items: [{ itemId: replaced.item.id, condition: 'B', notes: mark }],
    because: { reason: 'in_hospital', words: mark },
  });
  const given = await post('officer', '/loans', {
    patientId: id,
    items: [{ deviceId: devices[2]!.id }],
    agreement: { acceptedBy: 'signature', signature: mark },
  });
  await post('manager', `/loans/${given.id}/gift`, { reason: mark });
  const slip = await post('officer', '/loans', {
    patientId: id,
    items: [{ deviceId: devices[3]!.id }],
    agreement: { acceptedBy: 'verbal' },
  });
  await post('officer', `/loans/${slip.id}/swaps`, {
    itemId: slip.items[0].id,
    deviceId: devices[4]!.id,
    reason: mark,
  });
  await post('officer', `/loans/${slip.id}/takings-back`, { reason: 'other', note: mark });

  // Help, and what is said to one another.
  await post('manager', '/templates', {
    reason: 'follow_up',
    wording: 'identified',
    channel: 'email',
    language: 'en',
    subject: 'A word for {{name}}',
    body: 'Hello {{name}}. {{scheme}} will {{contacts}}. {{link}}',
    insteadOf: null,
  });
  const session = await post('officer', '/drop-ins', {
    locationId: store.id,
    heldOn: '2026-11-23',
    startsAt: '09:00',
    minutes: 60,
  });
  await post('officer', `/drop-ins/${session.id}/people`, { patientId: id, note: mark });
  const [came] = (await call('officer', 'GET', `/drop-ins/${session.id}`)).body.people;
  await post('officer', `/drop-in-people/${came.id}/takings-back`, { reason: mark });
  await post('officer', `/drop-ins/${session.id}/people`, { patientId: id, note: mark });
  const followUp = { patientId: id, way: 'phone', startsAt: '11:00', step: `Visit ${mark}`, note: mark };
  const done = await post('officer', '/follow-ups', { ...followUp, dueOn: '2026-11-23' });
  const ahead = await post('officer', '/follow-ups', { ...followUp, dueOn: '2026-11-25' });
  clock.set('2026-11-23T12:00:00Z');
  await post('officer', `/follow-ups/${done.id}/outcomes`, {
    result: 'done',
    note: mark,
    nextStep: mark,
    concern: true,
  });
  await call('officer', 'PATCH', `/patients/${id}/asking`, { shapeAYear: 2 }, { 'if-match': '*' });
  await post('officer', `/patients/${id}/invitations`, { toWhat: mark });
  const instrument = await post('manager', '/instruments', {
    name: 'In touch',
    direction: 'higher',
    licenceNeeded: false,
    total: 'sum',
    items: [{ wording: 'In touch?', lowest: 1, highest: 5 }],
  });
  const measured = await post('officer', `/patients/${id}/measures`, {
    instrumentId: instrument.id,
    way: 'paper',
    answers: [4],
  });
  await post('officer', `/measures/${measured.id}/takings-back`, { reason: mark });
  const story = await post('officer', `/patients/${id}/stories`, {
    words: `${mark} saw the GP.`,
    telling: 'retold',
    followed: 'saw_gp',
  });
  await post('officer', `/stories/${story.id}/consents`, {
    version: 1,
    purposes: ['inside'],
    way: 'in_words',
    toldName: mark,
  });
  const [concern] = (await call('officer', 'GET', '/tasks?kind=concern')).body.items;
  await post('officer', `/tasks/${concern.id}/completions`, {
    spokeTo: mark,
    spokeOn: '2026-11-23',
    spokeAt: '09:00',
    agreed: mark,
  });
  const signpost = await post('manager', '/signposts', { name: 'A group', details: 'It meets on Mondays' });
  const slipped = await post('officer', `/follow-ups/${done.id}/handouts`, {
    signpostId: signpost.id,
    way: 'paper',
  });
  await post('officer', `/handouts/${slipped.id}/takings-back`, { reason: mark });
  const mistaken = (await call('officer', 'GET', `/follow-ups/${done.id}`)).body.outcome.id;
  await post('officer', `/follow-up-outcomes/${mistaken}/takings-back`, { reason: mark });
  await post('officer', `/follow-ups/${done.id}/outcomes`, { result: 'done', note: mark, nextStep: mark });
  clock.set('2026-11-24T03:15:00Z');
  await runNightly(deps);
  clock.set('2026-11-24T09:30:00Z');
  await dispatch(deps);
  // As if one had gone to whom they trust.
  await sql`update message m set trusted_number = p.trusted_person ->> 'phone' from patient p where p.id = m.patient_id and p.id = ${id}`.execute(
    db,
  );
  const { rows: letters } = await sql<{
    body: string;
  }>`select body from captured_message order by id`.execute(db);
  const answer = formVisitor(app, 'none');
  const spoken = `/a/${/\/a\/([\w-]+)/.exec(letters.map(({ body }) => body).join(' '))![1]}`;
  await answer.ask('POST', spoken, {
    kind: 'move',
    words: mark,
    ...answer.hiddenIn((await answer.get(spoken)).body),
  });
  await text('known', numbers.own, `It is ${mark}`);
  await text('unknown', numbers.later, `It is ${mark} with another phone`);
  await post('officer', `/patients/${id}/contact-points`, {
    channel: 'sms',
    value: numbers.later,
    safe: true,
  });

  // Lists that name them, and were not recorded: a short one, and a long one that was judged.
  const row = `tablet,Acme,${mark},${mark},${mark},17/05/1931,${numbers.own},01/09/2026`;
  const heading = 'Type,Make,Model,Given name,Family name,Date of birth,Phone,Issued on';
  for (const rows of [1, 301]) {
    const typed = {
      donor: mark,
      'receivedOn-day': '20',
      'receivedOn-month': '11',
      'receivedOn-year': '2026',
    };
    const list = [heading, ...Array(rows).fill(row)].join('\n');
    const reply = await app.inject(await listForm(as.officer, '/loans/take-over', typed, list));
    if (reply.statusCode !== (rows > 1 ? 303 : 200)) throw new Error(`a list: ${reply.statusCode}`);
  }
  await workOnLists(deps);

  // What else is known of the person, and the records that turned out to be theirs.
  const { etag } = await call('officer', 'GET', `/patients/${id}`);
  await call('officer', 'PATCH', `/patients/${id}`, { preferredName: `${mark}y` }, { 'if-match': etag });
  await post('officer', `/patients/${id}/communication-reviews`, {
    communicationNeeds: ['bsl'],
    interpreter: false,
  });
  await post('officer', `/patients/${id}/kept-apart`, { patientId: otherId, reason: mark });
  const elsewhere = { clinicId: await make.clinic() };
  const way = { channel: 'letter', value: `2 ${mark} Street\nN1 1AA`, safe: true };
  const later = await post('officer', '/referrals', referral(elsewhere, { contactPoints: [way] }));
  const { items: proposals } = (await call('officer', 'GET', `/referrals/${later.id}/proposals`)).body;
  await post('officer', `/referrals/${later.id}/proposal-decisions`, {
    decisions: proposals.map((one: { id: string }) => ({ proposalId: one.id, decision: 'accept' })),
  });
  await post('officer', `/referrals/${later.id}/decisions`, { decision: 'decline', reason: mark });
  const third = { clinicId: await make.clinic() };
  const twin = await post('officer', '/referrals', referral(third, { nhsNumber: undefined }));
  const twinId = await patientOf(twin.id);
  await post('officer', `/patients/${id}/merges`, { patientId: twinId });
  await post('officer', `/referrals/${twin.id}/withdrawals`, { reason: mark, saidBy: 'patient' });
  await post('manager', `/patients/${id}/legal-holds`, { reason: mark });
  await post('manager', `/patients/${id}/legal-hold-liftings`, { reason: mark });
  await post('officer', `/patients/${id}/support-stops`, { reason: mark });
  await post('officer', `/patients/${id}/contact-states`, {
    state: 'withdrawn',
    source: 'patient',
    saidOn: '2026-11-24',
    note: mark,
  });
  await call('officer', 'GET', about);
  return { id, otherId, twinId, about, ahead };
}

const said = { askedBy: 'patient', askedOn: '2026-11-20', identityCheck: mark };

t.test(
  'rule 21: what was said of someone is given out, and of an erased person nothing is left',
  async (t) => {
    const { id, about } = await aWholeStory();
    const { id: exportId } = await post('manager', `/patients/${id}/exports`, said);
    t.equal((await db.selectFrom('kept_sheet').select('id').execute()).length, 2);
    const before = await whereFound();
    t.same(
      before.filter((one) => /^(event|outbox|job_run)/.test(one)),
      [],
      'neither the log nor work has it',
    );

    const { rows: columns } = await sql<{ table: string; column: string; type: string }>`
    select table_name as table, column_name as column, data_type as type from information_schema.columns where table_schema = 'public'`.execute(
      db,
    );
    const mayHold = columns.filter(({ type }) =>
      ['text', 'jsonb', 'json', 'bytea', 'ARRAY', 'date'].includes(type),
    );
    const unsaid = personalTables.flatMap(({ table, erasure, noWords = {} }) =>
      mayHold
        .filter(
          (one) =>
            one.table === table && (erasure === 'rows go' ? one.type !== 'date' : one.column in erasure),
        )
        .filter(({ column }) => !(column in noWords) && !before.includes(`${table}.${column}`))
        .map(({ column }) => `${table}.${column}`),
    );
    t.same(unsaid, [], 'every column whose words go had some');

    const file = (await call('manager', 'GET', `/patients/${id}/exports/${exportId}`)).body;
    const personal = new Set(personalTables.map(({ table }) => table));
    const tables = new Set(before.map((one) => one.split('.')[0]!));
    t.same(
      [...tables].filter((table) => !personal.has(table)),
      ['idempotency_key'],
      'there is nothing of them elsewhere',
    );
    t.match(JSON.stringify(file.inboundMessage), /with another phone/);
    for (const table of tables) {
      const key = table.replaceAll(/_([a-z])/g, (_, letter: string) => letter.toUpperCase());
      if (table !== 'idempotency_key' && table !== 'referral_draft')
        t.match(JSON.stringify(inClear(file[key])), /zyxmark|9434765919/i, table);
    }

    const note = { note: 'Said again' };
    const once = { 'idempotency-key': 'said-again' };
    t.equal((await apiOf(app, as.officer)('POST', `${about}/notes`, note, once)).status, 201);
    await post('manager', `/patients/${id}/erasures`, { ...said, reason: mark });
    clock.set('2026-11-28T09:31:00Z');
    await forgetWhatIsOver(deps);
    t.same(await db.selectFrom('kept_sheet').select('id').execute(), [], 'nor is a list that named them');
    t.same(await whereFound(), ['privacy_decision.identity_check', 'privacy_decision.reason']);
    const again = await apiOf(app, as.officer)('POST', `${about}/notes`, note, once);
    t.match(
      again,
      { status: 409, body: { type: '/problems/patient-erased' } },
      'a repeat is told so, and says nothing of them',
    );
  },
);
