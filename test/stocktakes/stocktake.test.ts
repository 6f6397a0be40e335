import { sql } from 'kysely';
import t from 'tap';
import { issueLoan } from '../../src/lending/loans/issue.commands.ts';
import { addLocation } from '../../src/scheme/organisations/organisation.commands.ts';
import { newId } from '../../src/shared/ids.ts';
import { suspendPlan } from '../../src/stock/data-plans/course.commands.ts';
import { fitDataPlan } from '../../src/stock/data-plans/data-plan.commands.ts';
import { endPlan } from '../../src/stock/data-plans/ending.commands.ts';
import { disposeDevices } from '../../src/stock/devices/disposal.commands.ts';
import { recordFound } from '../../src/stock/devices/found.commands.ts';
import { recordScans } from '../../src/stock/stocktakes/scan.commands.ts';
import { keepHere, recordLosses } from '../../src/stock/stocktakes/settling.commands.ts';
import { closeStocktake, startStocktake } from '../../src/stock/stocktakes/stocktake.commands.ts';
import { countLines, listLines } from '../../src/stock/stocktakes/stocktake.queries.ts';
import { testApp } from '../helpers/app.ts';
import { factories, manager, officer } from '../helpers/factories.ts';
import { refusal } from '../helpers/refusal.ts';

const { app, as, db, deps, clock } = await testApp(t);
const make = factories(deps);

let places = 0;
async function location(name = `Hub ${++places}`) {
  return { id: (await addLocation(deps, officer, { name, kind: 'hub' })).id, name };
}

/** Ready devices that are kept at a place. */
async function kept(at: string | null, count: number) {
  const made = await make.readyDevices(count);
  await place(
    made.map(({ id }) => id),
    at,
  );
  return made;
}
async function place(ids: string[], at: string | null) {
  await db.updateTable('device').set({ location_id: at }).where('id', 'in', ids).execute();
}
async function deviceOf(id: string) {
  return db
    .selectFrom('device')
    .select(['status', 'cycle', 'location_id'])
    .where('id', '=', id)
    .executeTakeFirstOrThrow();
}
async function openTasks(subjectId: string) {
  const rows = await db
    .selectFrom('task')
    .select('kind')
    .where('subject_id', '=', subjectId)
    .where('status', '=', 'open')
    .orderBy('kind')
    .execute();
  return rows.map(({ kind }) => kind);
}
async function eventsOf(id: string) {
  const { rows } = await sql<{ type: string; values: Record<string, unknown> }>`
    select e.type, e."values" from event_subject s join event e on e.id = s.event_id where s.subject_id = ${id} order by e.id`.execute(
    db,
  );
  return rows;
}
const hold = (deviceId: string, referralId: string) =>
  db.transaction().execute(async (trx) => {
    const id = newId();
    await trx.updateTable('device').set({ status: 'reserved' }).where('id', '=', deviceId).execute();
    await trx
      .insertInto('allocation')
      .values({ id, referral_id: referralId, device_id: deviceId, created_at: '2026-11-23T09:00:00Z' })
      .execute();
    return id;
  });
const lose = (id: string) => db.updateTable('device').set({ status: 'lost' }).where('id', '=', id).execute();

t.test(
  'a stocktake expects what is kept there in preparation, ready or reserved, and nothing else',
  async (t) => {
    const here = await location();
    const elsewhere = await location();
    const [ready, held, out] = await kept(here.id, 3);
    const [raw] = await make.devices(1);
    await place([raw!.id], here.id);
    await kept(elsewhere.id, 1);
    await hold(held!.id, (await make.waitingReferral()).id);
    await make.loan({ items: [{ deviceId: out!.id }] });
    const started = await startStocktake(deps, officer, { locationId: here.id });
    t.match(started, { reference: /^S-/, status: 'open', expected: 3 });
    const { items } = await listLines(db, { id: started.id, location: here }, { limit: 50 });
    t.same(items.map(({ device }) => device.id).sort(), [ready!.id, held!.id, raw!.id].sort());
    t.ok(items.every(({ verdict }) => verdict === 'expected'));
    t.match(await eventsOf(started.id), [{ type: 'stocktake.started', values: { devices: 3 } }]);
    t.match(await refusal(startStocktake(deps, officer, { locationId: newId() })), {
      type: 'invalid',
      errors: [{ pointer: '/locationId' }],
    });
  },
);

t.test('each scan has its verdict, with why and what to do', async (t) => {
  const here = await location();
  const elsewhere = await location('Library <b>');
  const [found, late] = await kept(here.id, 2);
  await place([late!.id], null);
  const [foreign, homeless, out, lost] = await kept(elsewhere.id, 4);
  await place([homeless!.id], null);
  const [retired, broken] = await make.readyDevices(2);
  await db.updateTable('device').set({ status: 'retired' }).where('id', '=', retired!.id).execute();
  await db.updateTable('device').set({ status: 'in_repair' }).where('id', '=', broken!.id).execute();
  const loan = await make.loan({ items: [{ deviceId: out!.id }] });
  await lose(lost!.id);
  const { id } = await startStocktake(deps, officer, { locationId: here.id });
  await place([late!.id], here.id);

  const scans = async (...codes: string[]) => (await recordScans(deps, officer, id, { codes })).lines;
  t.match(await scans(found!.assetTag.toLowerCase()), [{ verdict: 'found', text: '', next: null }]);
  t.match(await scans(found!.assetTag), [{ verdict: 'twice', text: /was scanned before, by Olive Officer/ }]);
  t.match(await scans(late!.assetTag), [{ verdict: 'found' }], 'what came here after the start is found');
  t.match(
    await scans(
      foreign!.assetTag,
      homeless!.assetTag,
      out!.assetTag,
      lost!.assetTag,
      retired!.assetTag,
      broken!.assetTag,
      foreign!.assetTag,
      'LW-12',
      'nobody',
    ),
    [
      {
        verdict: 'unexpected',
        text: /It is kept at Library <b>\. Take it there, or keep it/,
        next: 'keep_here',
      },
      { verdict: 'unexpected', text: /No place is recorded/, next: 'keep_here' },
      { verdict: 'unexpected', text: new RegExp(`on loan ${loan.reference}`), next: null },
      { verdict: 'unexpected', text: /recorded as lost/, next: 'record_found' },
      { verdict: 'unexpected', text: /retired/, next: null },
      { verdict: 'unexpected', text: /in repair/, next: null },
      { line: 7, verdict: 'twice', text: /is in the list already/ },
      { verdict: 'unknown', text: /not a whole asset tag/, device: null },
      { verdict: 'unknown', text: /No device here has the label/ },
    ],
  );
  t.same(await countLines(db, id), { expected: 0, found: 2, missing: 0, left: 0, unexpected: 6 });
  t.match(
    (await eventsOf(found!.id)).at(-1),
    { type: 'stocktake.scanned', values: { verdict: 'found', count: 1 } },
    'it is in the story of the device, once',
  );
});

t.test(
  'closing tells missing from left meanwhile, and makes one task for each thing to settle',
  async (t) => {
    const here = await location();
    const elsewhere = await location();
    const [found, missing, issued, moved, repaired] = await kept(here.id, 5);
    const [foreign, kept2] = await kept(elsewhere.id, 2);
    const { id } = await startStocktake(deps, officer, { locationId: here.id });
    await recordScans(deps, officer, id, {
      codes: [found!.assetTag, foreign!.assetTag, kept2!.assetTag],
    });
    await make.loan({ items: [{ deviceId: issued!.id }] });
    await place([moved!.id], elsewhere.id);
    await db.updateTable('device').set({ status: 'in_repair' }).where('id', '=', repaired!.id).execute();
    await keepHere(deps, officer, id, { deviceIds: [kept2!.id] });
    t.match(await closeStocktake(deps, officer, id), {
      status: 'closed',
      counts: { expected: 0, found: 1, missing: 1, left: 3, unexpected: 2 },
    });
    t.same(await openTasks(missing!.id), ['missing_at_stocktake']);
    t.same(await openTasks(foreign!.id), ['unexpected_at_stocktake']);
    for (const { id } of [found!, issued!, moved!, repaired!, kept2!]) t.same(await openTasks(id), []);
    t.match((await eventsOf(missing!.id)).at(-1), { type: 'stocktake.missed' });
    t.match((await eventsOf(id)).at(-1), {
      type: 'stocktake.closed',
      values: { found: 1, missing: 1, unexpected: 2 },
    });
    t.match(await refusal(closeStocktake(deps, officer, id)), { type: 'stocktake-closed' });
    t.match(await refusal(recordScans(deps, officer, id, { codes: ['x'] })), { type: 'stocktake-closed' });
    const { items } = await listLines(db, { id, location: here }, { limit: 50, verdict: 'left' });
    t.same(Object.fromEntries(items.map(({ device, why }) => [device.id, why.replace(/L-\w+/, 'L')])), {
      [issued!.id]: 'It is on loan L.',
      [moved!.id]: `It is kept at ${elsewhere.name} now.`,
      [repaired!.id]: 'It is in repair.',
    });

    clock.set('2026-11-23T09:31:00Z');
    const next = await startStocktake(deps, officer, { locationId: here.id });
    await recordScans(deps, officer, next.id, { codes: [missing!.assetTag] });
    t.match(
      await refusal(recordLosses(deps, officer, id, { deviceIds: [missing!.id] })),
      { type: 'bulk-refused', detail: /was scanned in another stocktake since/ },
      'what was seen since is not lost',
    );
    await closeStocktake(deps, officer, next.id);
    t.same(await openTasks(missing!.id), [], 'what the next stocktake finds needs no looking for');
  },
);

t.test('record as missing: lost, no longer held, its SIM to be suspended; all or none', async (t) => {
  const here = await location();
  const [ready, held, data] = await kept(here.id, 3);
  const referral = await make.waitingReferral();
  const allocation = await hold(held!.id, referral.id);
  await db
    .insertInto('data_plan')
    .values({
      id: newId(),
      device_id: data!.id,
      network: 'O2',
      iccid: '8944116059799981699',
      duration_months: 12,
      status: 'active',
      created_at: '2026-11-23T09:00:00Z',
    })
    .execute();
  const { id } = await startStocktake(deps, officer, { locationId: here.id });
  const all = [ready!.id, held!.id, data!.id];
  t.match(
    await refusal(recordLosses(deps, officer, id, { deviceIds: all })),
    { type: 'stocktake-open', extra: { stocktakeId: id } },
    'not before it is closed',
  );
  await closeStocktake(deps, officer, id);
  const stranger = newId();
  const no = await refusal(recordLosses(deps, officer, id, { deviceIds: [...all, stranger] }));
  t.match(no, { type: 'bulk-refused', extra: { lines: [{ deviceId: stranger, assetTag: null }] } });
  t.match(await deviceOf(ready!.id), { status: 'ready' }, 'none of them');
  const { devices } = await recordLosses(deps, officer, id, { deviceIds: all });
  t.match(
    devices.map(({ id, releasedFrom, suspendSim }) => ({ id, releasedFrom, suspendSim })).sort(byId),
    [
      { id: ready!.id, releasedFrom: null, suspendSim: false },
      { id: held!.id, releasedFrom: referral.id, suspendSim: false },
      { id: data!.id, releasedFrom: null, suspendSim: true },
    ].sort(byId),
  );
  for (const one of all) t.match(await deviceOf(one), { status: 'lost' });
  t.match(
    await db.selectFrom('allocation').select('status').where('id', '=', allocation).executeTakeFirst(),
    { status: 'released' },
  );
  t.match(
    await db.selectFrom('allocation').select('ended_reason').where('id', '=', allocation).executeTakeFirst(),
    { ended_reason: /missing at stocktake S-/ },
  );
  t.match((await eventsOf(referral.id)).at(-1), { type: 'allocation.released' });
  const { patient_id: patientId } = await db
    .selectFrom('referral')
    .select('patient_id')
    .where('id', '=', referral.id)
    .executeTakeFirstOrThrow();
  t.match((await eventsOf(patientId)).at(-1), { type: 'allocation.released' });
  t.match((await eventsOf(held!.id)).at(-1), {
    type: 'device.lost',
    values: { from: 'reserved', to: 'lost' },
  });
  t.same(await openTasks(ready!.id), [], 'nobody has to look for it');
  t.same(await openTasks(data!.id), ['suspend_sim']);
  t.match(
    await db.selectFrom('data_plan').select('status').where('device_id', '=', data!.id).executeTakeFirst(),
    {
      status: 'active',
    },
  );
  t.match(await refusal(recordLosses(deps, officer, id, { deviceIds: [ready!.id] })), {
    type: 'bulk-refused',
    detail: /recorded as lost already/,
  });

  const other = await location();
  const next = await startStocktake(deps, officer, { locationId: other.id });
  t.match((await recordScans(deps, officer, next.id, { codes: [data!.assetTag] })).lines, [
    { verdict: 'unexpected', next: 'record_found' },
  ]);
  const before = await deviceOf(data!.id);
  t.match(await recordFound(deps, officer, data!.id, { locationId: other.id }), {
    status: 'in_preparation',
    openChecks: ['sanitisation', 'electrical', 'setup'],
  });
  t.same(await deviceOf(data!.id), {
    status: 'in_preparation',
    cycle: before.cycle + 1,
    location_id: other.id,
  });
  t.same(await openTasks(data!.id), []);
  t.match(await refusal(recordFound(deps, officer, data!.id)), {
    type: 'device-move-refused',
    detail: /being prepared/,
  });
  t.match(await refusal(recordFound(deps, officer, newId())), { type: 'not-found' });
  t.match((await closeStocktake(deps, officer, next.id)).counts, { unexpected: 1 });
  t.same(await openTasks(data!.id), [], 'what was settled before the close needs no task');
});
const byId = (one: { id: string }, other: { id: string }) => (one.id < other.id ? -1 : 1);

t.test(
  'a missing device that went to repair since can be recorded as lost, which ends the repair',
  async (t) => {
    const here = await location();
    const [device] = await kept(here.id, 1);
    const { id } = await startStocktake(deps, officer, { locationId: here.id });
    await closeStocktake(deps, officer, id);
    await db.updateTable('device').set({ status: 'in_repair' }).where('id', '=', device!.id).execute();
    await sql`insert into repair (id, device_id, fault, sent_on, created_at)
    values (new_id(), ${device!.id}, 'Cracked screen', '2026-11-23', now())`.execute(db);
    await recordLosses(deps, officer, id, { deviceIds: [device!.id] });
    t.match(await deviceOf(device!.id), { status: 'lost' });
    t.match(
      await db
        .selectFrom('repair')
        .select(['back_on', 'result', 'notes'])
        .where('device_id', '=', device!.id)
        .executeTakeFirst(),
      { back_on: '2026-11-23', result: 'not_repaired', notes: /Missing at stocktake S-/ },
      'so that it can be sent for repair again when it is found',
    );
  },
);

t.test('what asked to suspend a SIM is done once it is suspended, or its device written off', async (t) => {
  const here = await location();
  const devices = await kept(here.id, 3);
  const plans: string[] = [];
  for (const [place, { id }] of devices.entries())
    plans.push(
      (
        await fitDataPlan(deps, officer, id, {
          network: 'O2',
          iccid: `89441160597999817${place}1`,
          gbPerMonth: null,
          durationMonths: 12,
        })
      ).id,
    );
  const ids = devices.map(({ id }) => id);
  const { id } = await startStocktake(deps, officer, { locationId: here.id });
  await closeStocktake(deps, officer, id);
  await recordLosses(deps, officer, id, { deviceIds: ids });
  for (const one of ids) t.same(await openTasks(one), ['suspend_sim']);
  await suspendPlan(deps, officer, plans[0]!, { reason: 'Its device is lost' });
  t.same(await openTasks(ids[0]!), []);
  await endPlan(deps, officer, plans[1]!, { reason: 'Its device is lost' });
  t.same(await openTasks(ids[1]!), []);
  await disposeDevices(deps, manager, {
    items: [{ deviceId: ids[0]! }, { deviceId: ids[2]! }],
    way: 'written_off',
    disposedOn: '2026-11-23',
  });
  t.same(await openTasks(ids[2]!), []);
  t.match(await db.selectFrom('data_plan').selectAll().where('id', '=', plans[0]!).executeTakeFirst(), {
    status: 'ended',
    suspended_at: null,
  });
});

t.test('keep here from now on: only what was unexpected and is in stock', async (t) => {
  const here = await location();
  const elsewhere = await location();
  const [own] = await kept(here.id, 1);
  const [foreign, lost] = await kept(elsewhere.id, 2);
  await lose(lost!.id);
  const { id } = await startStocktake(deps, officer, { locationId: here.id });
  await recordScans(deps, officer, id, { codes: [own, foreign, lost].map((device) => device!.assetTag) });
  await closeStocktake(deps, officer, id);
  t.match(await refusal(keepHere(deps, officer, id, { deviceIds: [own!.id, foreign!.id, lost!.id] })), {
    extra: { lines: [{ text: /was not unexpected/ }, { text: /is lost\. Only a device in stock/ }] },
  });
  t.match(await deviceOf(foreign!.id), { location_id: elsewhere.id }, 'none of them');
  t.match(await keepHere(deps, officer, id, { deviceIds: [foreign!.id] }), {
    devices: [{ assetTag: foreign!.assetTag }],
  });
  t.match(await deviceOf(foreign!.id), { location_id: here.id, status: 'ready' });
  t.match((await eventsOf(foreign!.id)).at(-1), {
    type: 'device.moved',
    values: { fromLocationId: elsewhere.id, locationId: here.id },
  });
  t.same(await openTasks(foreign!.id), []);
});

t.test('of many that start at once one does, and each other is told which', async (t) => {
  const here = await location();
  await kept(here.id, 3);
  const outcomes = await Promise.allSettled(
    Array.from({ length: 6 }, () => startStocktake(deps, officer, { locationId: here.id })),
  );
  const won = outcomes.filter((one) => one.status === 'fulfilled');
  t.equal(won.length, 1);
  const { id } = won[0]!.value;
  for (const one of outcomes)
    if (one.status === 'rejected')
      t.match(one.reason, { type: 'stocktake-open', extra: { stocktakeId: id } });
  t.match(await countLines(db, id), { expected: 3 });
});

t.test('two people who scan the same at once count it once', async (t) => {
  const here = await location();
  const devices = [...(await kept(here.id, 20)), ...(await kept(null, 5))];
  const { id } = await startStocktake(deps, officer, { locationId: here.id });
  const tags = devices.map(({ assetTag }) => assetTag);
  const replies = await Promise.all([
    recordScans(deps, officer, id, { codes: tags }),
    recordScans(deps, officer, id, { codes: tags.toReversed() }),
    ...tags.map((code) => recordScans(deps, officer, id, { codes: [code] })),
  ]);
  const verdicts = replies.flatMap(({ lines }) => lines).map(({ verdict }) => verdict);
  t.equal(verdicts.filter((one) => one === 'found').length, 20);
  t.equal(verdicts.filter((one) => one === 'unexpected').length, 5);
  t.equal(verdicts.filter((one) => one === 'twice').length, 50);
  t.same(await countLines(db, id), { expected: 0, found: 20, missing: 0, left: 0, unexpected: 5 });
});

t.test(
  'a scan against the close: either it is counted, or it is refused; never both or neither',
  async (t) => {
    for (let round = 0; round < 8; round++) {
      const here = await location();
      const [device, other] = await kept(here.id, 2);
      const { id } = await startStocktake(deps, officer, { locationId: here.id });
      const [scan, close, again] = await Promise.allSettled([
        recordScans(deps, officer, id, { codes: [device!.assetTag] }),
        closeStocktake(deps, officer, id),
        closeStocktake(deps, officer, id),
      ]);
      const closes = [close, again].filter((one) => one.status === 'fulfilled');
      t.equal(closes.length, 1, 'it closes once');
      const { counts } = closes[0]!.value;
      if (scan.status === 'rejected') t.match(scan.reason, { type: 'stocktake-closed' });
      t.match(counts, scan.status === 'fulfilled' ? { found: 1, missing: 1 } : { found: 0, missing: 2 });
      t.same(await openTasks(device!.id), scan.status === 'fulfilled' ? [] : ['missing_at_stocktake']);
      t.same(await openTasks(other!.id), ['missing_at_stocktake']);
    }
  },
);

t.test('a loss against an issue of the same device: one outcome', async (t) => {
  for (let round = 0; round < 4; round++) {
    const here = await location();
    const [device] = await kept(here.id, 1);
    const { id } = await startStocktake(deps, officer, { locationId: here.id });
    await closeStocktake(deps, officer, id);
    const referral = await make.waitingReferral();
    const [loss, issue] = await Promise.allSettled([
      recordLosses(deps, officer, id, { deviceIds: [device!.id] }),
      issueLoan(deps, officer, {
        referralId: referral.id,
        items: [{ deviceId: device!.id }],
        agreement: { acceptedBy: 'verbal' },
      }),
    ]);
    const { status } = await deviceOf(device!.id);
    t.equal([loss, issue].filter((one) => one.status === 'fulfilled').length, 1);
    t.equal(status, loss.status === 'fulfilled' ? 'lost' : 'on_loan');
    if (loss.status === 'rejected') t.match(loss.reason, { type: 'bulk-refused' });
    if (issue.status === 'rejected') t.match(issue.reason, { type: 'device-not-available' });
  }
});

t.test('the API of stocktakes, from start to losses', async (t) => {
  const here = await location();
  const [a, b, c] = await kept(here.id, 3);
  const post = (url: string, payload?: object, headers = as.officer) =>
    app.inject({ method: 'POST', url: `/api/v1${url}`, headers, ...(payload && { payload }) });
  const get = (url: string, headers = as.auditor) => app.inject({ url: `/api/v1${url}`, headers });
  const key = { ...as.officer, 'idempotency-key': 'start' };
  const [first, replay] = [
    await post('/stocktakes', { locationId: here.id }, key),
    await post('/stocktakes', { locationId: here.id }, key),
  ];
  t.equal(first.statusCode, 201);
  t.same(replay.json(), first.json(), 'a double click is one stocktake');
  const { id } = first.json();
  t.match((await post('/stocktakes', { locationId: here.id })).json(), {
    type: '/problems/stocktake-open',
    status: 409,
    stocktakeId: id,
  });
  t.match((await post(`/stocktakes/${id}/scans`, { codes: [] })).json(), {
    status: 422,
    errors: [{ pointer: '/codes' }],
  });
  const scanned = await post(`/stocktakes/${id}/scans`, { codes: [a!.assetTag] });
  t.equal(scanned.statusCode, 201);
  t.match(scanned.json(), {
    lines: [{ line: 1, verdict: 'found', device: { id: a!.id, location: { id: here.id } }, next: null }],
    counts: { expected: 2, found: 1 },
  });
  const page = await get(`/stocktakes/${id}/lines?verdict=expected&limit=1`);
  t.match(page.json(), { items: [{ verdict: 'expected', why: '' }], next: String });
  t.match(page.headers.link, /rel="next"/);
  const rest = await get(`/stocktakes/${id}/lines?verdict=expected&limit=1&after=${page.json().next}`);
  t.match(rest.json(), { items: [{}], next: null });
  t.not(rest.json().items[0].device.id, page.json().items[0].device.id);
  t.match((await post(`/stocktakes/${id}/closings`)).json(), {
    status: 'closed',
    counts: { found: 1, missing: 2 },
  });
  t.match((await post(`/stocktakes/${id}/closings`)).json(), { type: '/problems/stocktake-closed' });
  const lost = await post(`/stocktakes/${id}/losses`, { deviceIds: [b!.id, c!.id] });
  t.equal(lost.statusCode, 201);
  t.match((await get(`/stocktakes/${id}`)).json(), { status: 'closed', counts: { expected: 0, missing: 2 } });
  t.match((await get('/stocktakes?status=closed&limit=1')).json(), { items: [{ id, counts: { found: 1 } }] });
  t.match((await get('/stocktakes?status=open&limit=1')).json(), { items: [{ counts: null }] });
  t.match((await post(`/devices/${b!.id}/arrivals`, { condition: 'B' })).json(), {
    status: 'in_preparation',
  });
  t.match((await post(`/devices/${b!.id}/arrivals`, { condition: 'B' })).json(), {
    type: '/problems/device-move-refused',
  });
  t.match((await post(`/devices/${c!.id}/arrivals`, { condition: 'B', locationId: newId() })).json(), {
    status: 422,
  });
  t.equal((await post(`/stocktakes/${id}/moves`, { deviceIds: [a!.id] })).statusCode, 409);
  t.equal((await get(`/stocktakes/${newId()}/lines`)).statusCode, 404);
  t.equal((await post(`/stocktakes/${newId()}/scans`, { codes: ['x'] })).statusCode, 404);
  t.equal((await post(`/stocktakes/${id}/closings`, undefined, as.auditor)).statusCode, 403);
});
