import { sql } from 'kysely';
import t from 'tap';
import { endItems } from '../../src/lending/loans/ending.commands.ts';
import { listHolders } from '../../src/lending/loans/holder.queries.ts';
import { issueLoan } from '../../src/lending/loans/issue.commands.ts';
import { worklist } from '../../src/office/home.queries.ts';
import { addLocation } from '../../src/scheme/organisations/organisation.commands.ts';
import { type Context, systemContext } from '../../src/shared/actor.ts';
import { today } from '../../src/shared/clock.ts';
import { workIn } from '../../src/shared/work.ts';
import { giveUp, recordArrival } from '../../src/stock/devices/arrival.commands.ts';
import { getDevice } from '../../src/stock/devices/device.queries.ts';
import {
  allowedDeviceActions,
  type DeviceAction,
  deviceStatuses,
} from '../../src/stock/devices/device.rules.ts';
import { disposeDevices } from '../../src/stock/devices/disposal.commands.ts';
import { moveDevices } from '../../src/stock/devices/move.commands.ts';
import { sendForRepair, takeBackFromRepair } from '../../src/stock/devices/repair.commands.ts';
import { listRepairs } from '../../src/stock/devices/repair.queries.ts';
import { disposalRefusal, disposalWays } from '../../src/stock/devices/stock.rules.ts';
import { testApp } from '../helpers/app.ts';
import { factories, officer } from '../helpers/factories.ts';
import { refusal } from '../helpers/refusal.ts';

const { app, as, db, deps, clock } = await testApp(t);
const make = factories(deps);
const manager: Context = {
  actor: { ...officer.actor, name: 'Maya Manager', role: 'manager' },
  requestId: 'test',
};
const hub = await addLocation(deps, officer, { name: 'Hub', kind: 'hub' });
const mender = await addLocation(deps, officer, {
  name: 'Menders',
  kind: 'repairer',
  organisation: { name: 'Fixit Ltd' },
});
const call = (method: 'GET' | 'POST' | 'PATCH', url: string, body?: object, headers = as.officer) =>
  app.inject({ method, url: `/api/v1${url}`, headers, ...(body && { payload: body }) });
const statusOf = async (id: string) => (await getDevice(db, id)).status;
const lastEvent = (deviceId: string) =>
  db
    .selectFrom('event')
    .innerJoin('event_subject', 'event_id', 'event.id')
    .select(['type', 'values', 'fields'])
    .where('subject_id', '=', deviceId)
    .orderBy('event.id', 'desc')
    .executeTakeFirstOrThrow();

/** A device that was on loan, ended as an incident or a replacement leaves it. */
async function ended(as: 'due_back' | 'lost' | 'in_repair') {
  const loan = await make.loan();
  const [item] = loan.items;
  await deps.db
    .transaction()
    .execute((trx) =>
      endItems(workIn(trx, deps, systemContext('test')), [
        { itemId: item!.id, as: as === 'due_back' ? 'replaced' : 'lost', device: as },
      ]),
    );
  return { id: item!.deviceId, assetTag: item!.assetTag };
}

t.test('each action is allowed in its statuses, and elsewhere a sentence says why not', async (t) => {
  const stock = ['in_preparation', 'ready', 'in_repair'];
  const allowed: Partial<Record<DeviceAction, string[]>> = {
    send_for_repair: stock,
    back_from_repair: ['in_repair'],
    arrive: ['due_back', 'lost'],
    give_up: ['due_back'],
    move: [...stock, 'reserved'],
    dispose: stock,
    write_off: ['due_back', 'lost'],
  };
  for (const status of deviceStatuses) {
    const state = { status, openChecks: [], hasDataPlan: false };
    const actions = allowedDeviceActions(state);
    for (const [action, statuses] of Object.entries(allowed))
      t.equal(
        actions[action as DeviceAction] === true,
        statuses.includes(status),
        `${action} when ${status}`,
      );
    const busy = allowedDeviceActions({ ...state, repair: {}, incident: { reference: 'I-1' } });
    if (status === 'in_repair') t.match(busy.send_for_repair, /Record that it is back/);
    if (status === 'lost') {
      t.match(busy.arrive, /in incident I-1\.$/);
      t.match(busy.write_off, /in incident I-1\.$/);
    }
    if (status === 'due_back') t.equal(busy.write_off, true, 'its incident does not write it off');
  }
});

t.test('repair out and back: to the repairer, back where it was, prepared from the start', async (t) => {
  const [device] = await make.readyDevices(1);
  const id = device!.id;
  await moveDevices(deps, officer, { items: [{ deviceId: id }], locationId: hub.id });
  t.match(await refusal(sendForRepair(deps, officer, id, { fault: 'Cracked', locationId: hub.id })), {
    errors: [{ pointer: '/locationId', message: /repairer/ }],
  });
  t.match(
    await refusal(
      sendForRepair(deps, officer, id, {
        fault: 'Cracked',
        sentOn: '2026-11-24',
        expectedBackOn: '2026-11-20',
      }),
    ),
    { errors: [{ pointer: '/sentOn' }, { pointer: '/expectedBackOn' }] },
  );
  t.match(await refusal(sendForRepair(deps, officer, id, { fault: 'Cracked', sentOn: '2026-11-22' })), {
    errors: [{ pointer: '/sentOn', message: /came in on 2026-11-23/ }],
  });
  const sent = await call('POST', `/devices/${id}/repairs`, {
    fault: 'The screen is cracked',
    locationId: mender.id,
    expectedBackOn: '2026-11-30',
  });
  t.equal(sent.statusCode, 201);
  t.match(sent.json().device, { id, status: 'in_repair', openChecks: [] });
  t.match(await getDevice(db, id), {
    location: { name: 'Menders' },
    repair: { fault: 'The screen is cracked', sentOn: '2026-11-23', expectedBackOn: '2026-11-30' },
  });
  t.match(await lastEvent(id), {
    type: 'device.sent_for_repair',
    values: { from: 'ready', to: 'in_repair', dueOn: '2026-11-30' },
    fields: ['fault'],
  });
  t.match((await call('POST', `/devices/${id}/repairs`, { fault: 'Again' })).json(), {
    type: '/problems/device-move-refused',
    detail: 'The device is in repair. Record that it is back before it goes again.',
  });

  const late = async () => (await listRepairs(db, clock, { late: true, limit: 50 })).items;
  const work = async () => (await worklist(db, today(clock))).find(({ kind }) => kind === 'repairs_late');
  t.same(await late(), []);
  clock.set('2026-12-01T09:30:00Z');
  t.match(await late(), [{ deviceId: id, late: true, location: { name: 'Menders' } }]);
  t.match(await work(), { count: 1, oldest: '2026-11-30' });

  t.match(
    await refusal(takeBackFromRepair(deps, officer, id, { result: 'repaired', backOn: '2026-11-22' })),
    {
      errors: [{ pointer: '/backOn' }],
    },
  );
  const back = await takeBackFromRepair(deps, officer, id, { result: 'repaired', backOn: '2026-11-28' });
  t.match(back.device, { status: 'in_preparation', openChecks: ['sanitisation', 'electrical', 'setup'] });
  t.match(await getDevice(db, id), {
    cycle: 2,
    cycleStartedOn: '2026-11-28',
    location: { name: 'Hub' },
    repair: null,
  });
  t.match(await work(), { count: 0 });
  t.match(await refusal(takeBackFromRepair(deps, officer, id, { result: 'repaired' })), {
    type: 'device-move-refused',
  });
  clock.set('2026-11-23T09:30:00Z');
});

t.test(
  'what was handed in faulty is listed, can be sent somewhere, and comes back without it too',
  async (t) => {
    const [one, other] = [await ended('in_repair'), await ended('in_repair')];
    const listed = (await call('GET', '/repairs')).json().items;
    t.match(
      listed.filter(({ deviceId }: { deviceId: string }) => deviceId === one.id),
      [{ repairId: null, fault: null, late: false }],
    );
    t.equal((await call('GET', '/repairs?limit=1')).json().items.length, 1);
    await sendForRepair(deps, officer, one.id, { fault: 'It does not charge', locationId: mender.id });
    t.equal((await getDevice(db, one.id)).location?.name, 'Menders');
    t.match((await takeBackFromRepair(deps, officer, one.id, { result: 'repaired' })).device, {
      status: 'in_preparation',
    });
    await takeBackFromRepair(deps, officer, other.id, { result: 'not_repaired', notes: 'Beyond repair' });
    t.match(await db.selectFrom('repair').selectAll().where('device_id', '=', other.id).execute(), [
      { result: 'not_repaired', back_on: '2026-11-23', notes: 'Beyond repair' },
    ]);
  },
);

t.test('an arrival: prepared again or in repair, a new cycle either way; or given up', async (t) => {
  const [fine, faulty, gone] = [await ended('due_back'), await ended('due_back'), await ended('due_back')];
  t.match(
    (await call('GET', '/worklist'))
      .json()
      .items.find(({ kind }: { kind: string }) => kind === 'devices_due_back'),
    { count: 3 },
  );
  const arrived = await call('POST', `/devices/${fine.id}/arrivals`, { condition: 'C', locationId: hub.id });
  t.equal(arrived.statusCode, 201);
  t.match(arrived.json(), { status: 'in_preparation', openChecks: ['sanitisation', 'electrical', 'setup'] });
  t.match(await getDevice(db, fine.id), { cycle: 2, condition: 'C', location: { name: 'Hub' } });
  t.match(await recordArrival(deps, officer, faulty.id, { condition: 'C', faulty: true, notes: 'Wet' }), {
    status: 'in_repair',
    openChecks: [],
  });
  t.match(await getDevice(db, faulty.id), { cycle: 2, notes: 'Wet' });
  t.match(await refusal(recordArrival(deps, officer, fine.id, { condition: 'B' })), {
    type: 'device-move-refused',
    message: /Only what is due back or lost arrives/,
  });
  t.equal(
    (await call('POST', `/devices/${gone.id}/losses`, { reason: 'The parcel is gone' })).statusCode,
    201,
  );
  t.match(await lastEvent(gone.id), { type: 'device.given_up', fields: ['notes'] });
  t.match(await refusal(giveUp(deps, officer, gone.id, { reason: 'Again' })), {
    type: 'device-move-refused',
  });
  t.match(await refusal(recordArrival(deps, officer, gone.id, { condition: 'B', faulty: true })), {
    errors: [{ pointer: '/faulty' }],
  });
  t.match(await recordArrival(deps, officer, gone.id, { condition: 'B' }), { status: 'in_preparation' });
});

t.test(
  'moves: all or none with a verdict per line, a double scan counts once, who is not in hand stays',
  async (t) => {
    const [one, other] = await make.devices(2);
    const lent = await make.loan();
    const items = [
      { assetTag: one!.assetTag.toLowerCase() },
      { deviceId: one!.id },
      { deviceId: other!.id },
      { assetTag: lent.items[0]!.assetTag },
      { assetTag: 'LW-NOTONE' },
    ];
    const refused = await call('POST', '/moves', { items, locationId: hub.id });
    t.equal(refused.statusCode, 409);
    t.match(refused.json(), {
      type: '/problems/bulk-refused',
      lines: [
        { line: 1, verdict: 'done' },
        { line: 2, verdict: 'twice' },
        { line: 3, verdict: 'done' },
        { line: 4, verdict: 'refused', text: `${lent.items[0]!.assetTag} is on loan. Take it back first.` },
        { line: 5, verdict: 'refused', assetTag: null },
      ],
    });
    t.equal((await getDevice(db, one!.id)).location, null, 'none of it was done');
    const done = await call('POST', '/moves?partial=true', { items, locationId: hub.id });
    t.equal(done.statusCode, 201);
    t.equal((await getDevice(db, other!.id)).location?.name, 'Hub');
    t.match(await lastEvent(other!.id), {
      type: 'device.moved',
      values: { fromLocationId: null, locationId: hub.id },
    });
    const again = await call('POST', '/moves', { items: [{ deviceId: other!.id }], locationId: hub.id });
    t.match(again.json().lines, [{ verdict: 'unchanged' }]);
    t.match((await call('POST', '/moves', { items, locationId: one!.id })).json(), {
      errors: [{ pointer: '/locationId' }],
    });
    t.match((await call('POST', '/moves', { items: [{}], locationId: hub.id })).json(), {
      errors: [{ pointer: '/items/0' }],
    });
    for (const away of ['due_back', 'lost'] as const) {
      const { id } = await ended(away);
      t.match(await refusal(moveDevices(deps, officer, { items: [{ deviceId: id }], locationId: hub.id })), {
        type: 'bulk-refused',
      });
    }
  },
);

t.test(
  'rule 3: what can hold data leaves erased in its cycle, destroyed with a certificate, or written off',
  async (t) => {
    for (const status of deviceStatuses)
      for (const way of disposalWays)
        for (const kind of ['tablet', 'sim'] as const)
          for (const sanitised of [true, false])
            for (const certificate of [undefined, 'DC-1']) {
              const away = status === 'lost' || status === 'due_back';
              const inStock = ['ready', 'in_preparation', 'in_repair'].includes(status);
              const safe =
                kind === 'sim' || sanitised || (certificate && (way === 'recycled' || way === 'destroyed'));
              const why = disposalRefusal(
                { assetTag: 'LW-1', kind, status, sanitised, incident: null, cycleStartedOn: '2026-11-01' },
                { way, disposedOn: '2026-11-02', destructionCertificate: certificate },
              );
              const allowed = way === 'written_off' ? away : inStock && Boolean(safe);
              t.equal(why === null, allowed, `${status} ${way} ${kind} ${sanitised} ${certificate}: ${why}`);
            }

    // A wipe of before the loan is worth nothing once the device comes back faulty.
    const faulty = await ended('in_repair');
    const recycled = { items: [{ deviceId: faulty.id }], way: 'recycled' as const, disposedOn: '2026-11-23' };
    t.match(await refusal(disposeDevices(deps, officer, recycled)), {
      type: 'bulk-refused',
      message: /is not erased since it last came in.*number of its destruction certificate/,
    });
    t.match(
      await refusal(
        disposeDevices(deps, officer, { ...recycled, way: 'passed_on', destructionCertificate: 'DC-1' }),
      ),
      {
        message: /before someone else has it/,
      },
    );
    await disposeDevices(deps, officer, { ...recycled, destructionCertificate: 'DC-1' });
    t.equal(await statusOf(faulty.id), 'retired');
  },
);

t.test('disposal of many: one record each, the data plan and the repair end with it', async (t) => {
  const [tablet, sim] = [...(await make.readyDevices(1)), ...(await make.devices(1, { kind: 'sim' }))];
  await call('POST', `/devices/${tablet!.id}/data-plans`, {
    network: 'O2',
    iccid: '8944110066013450003',
    gbPerMonth: 25,
    durationMonths: 12,
  });
  await sendForRepair(deps, officer, tablet!.id, { fault: 'Swollen battery' });
  const body = {
    items: [{ assetTag: tablet!.assetTag }, { assetTag: sim!.assetTag }, { assetTag: sim!.assetTag }],
    way: 'recycled',
    disposedOn: '2026-11-23',
    organisation: 'Green Circuits',
    transferNote: 'WTN-2041',
  };
  t.equal((await call('POST', '/disposals', body, as.auditor)).statusCode, 403);
  t.match((await call('POST', '/disposals', { ...body, disposedOn: '2026-11-24' })).json(), {
    errors: [{ pointer: '/disposedOn' }],
  });
  t.match((await call('POST', '/disposals', { ...body, disposedOn: '2026-11-20' })).json(), {
    lines: [{ text: /came in on 2026-11-23/ }, { verdict: 'refused' }, { verdict: 'twice' }],
  });
  const done = await call('POST', '/disposals', body);
  t.equal(done.statusCode, 201);
  t.equal(done.json().disposals.length, 2);
  t.match(await getDevice(db, tablet!.id), {
    status: 'retired',
    dataPlan: null,
    repair: null,
    disposal: { way: 'recycled', transferNote: 'WTN-2041', organisation: 'Green Circuits' },
  });
  t.match(await db.selectFrom('data_plan').selectAll().where('device_id', '=', tablet!.id).execute(), [
    { status: 'ended', ended_on: '2026-11-23' },
  ]);
  t.match(await db.selectFrom('repair').select('result').where('device_id', '=', tablet!.id).execute(), [
    { result: 'not_repaired' },
  ]);
  t.match(await lastEvent(tablet!.id), {
    type: 'device.retired',
    values: { from: 'in_repair', to: 'retired', way: 'recycled' },
    fields: ['organisation', 'transferNote'],
  });
  t.match((await call('POST', '/disposals', body)).json(), { type: '/problems/bulk-refused' });
});

t.test('a manager alone writes off, and the losses register shows it', async (t) => {
  const [lost, away] = [await ended('lost'), await ended('due_back')];
  const [ready] = await make.readyDevices(1);
  const body = {
    items: [{ deviceId: lost.id }, { deviceId: away.id }],
    way: 'written_off',
    disposedOn: '2026-11-23',
    bookValue: 120.5,
  };
  const refused = await call('POST', '/disposals', body);
  t.equal(refused.statusCode, 403);
  t.match(refused.json().detail, /A manager writes off/);
  t.match((await call('POST', '/disposals', { ...body, way: 'recycled' })).json(), {
    detail: /only as written off, by a manager/,
  });
  t.match(
    (await call('POST', '/disposals', { ...body, items: [{ deviceId: ready!.id }] }, as.manager)).json(),
    { detail: /Only what is lost or never arrived is written off/ },
  );
  t.equal((await call('POST', '/disposals', body, as.manager)).statusCode, 201);
  const register = await call('GET', '/losses-register?limit=1', undefined, as.auditor);
  t.match(register.json().items, [
    {
      kind: 'tablet',
      bookValue: 120.5,
      authorisedBy: 'Test manager',
      writtenOffOn: '2026-11-23',
      incident: null,
    },
  ]);
  const next = await call(
    'GET',
    `/losses-register?limit=1&after=${register.json().next}`,
    undefined,
    as.auditor,
  );
  t.same(
    [...register.json().items, ...next.json().items]
      .map(({ reference }: { reference: string }) => reference)
      .sort(),
    [lost.assetTag, away.assetTag].sort(),
  );
  t.same((await call('GET', '/losses-register?to=2026-11-22', undefined, as.auditor)).json().items, []);
  t.equal((await call('GET', '/losses-register')).statusCode, 403);
});

t.test('who had it when, in one answer; each patient’s record says once that someone looked', async (t) => {
  const loan = await make.loan();
  const { deviceId, id: itemId } = loan.items[0]!;
  await call('POST', `/loans/${loan.id}/returns`, { items: [{ itemId, condition: 'C' }] });
  for (const kind of ['sanitisation', 'electrical', 'setup'] as const) await make.pass(deviceId, kind);
  const patientId = (
    await db.selectFrom('loan').select('patient_id').where('id', '=', loan.id).executeTakeFirstOrThrow()
  ).patient_id!;
  await issueLoan(deps, officer, { patientId, items: [{ deviceId }], agreement: { acceptedBy: 'verbal' } });
  const reply = await call('GET', `/devices/${deviceId}/holders`);
  t.match(reply.json().items, [
    { status: 'on_loan', until: null, conditionOut: 'C', patient: { id: patientId } },
    {
      status: 'returned',
      until: String,
      conditionOut: 'B',
      conditionIn: 'C',
      loan: { reference: loan.reference },
    },
  ]);
  const looked = await db
    .selectFrom('access_log')
    .select('what')
    .where('list', '=', '/devices/:id/holders')
    .where(sql<boolean>`${patientId} = any(patient_ids)`)
    .execute();
  t.equal(looked.length, 1);
  for (const who of [as.administrator, as.integration])
    t.equal((await call('GET', `/devices/${deviceId}/holders`, undefined, who)).statusCode, 403);
  t.equal((await call('GET', `/devices/${patientId}/holders`)).statusCode, 404);
  t.same((await listHolders(db, patientId, { limit: 5 })).items, []);
});

t.test('locations: added, renamed, never silently over someone else’s change', async (t) => {
  const add = (body: object, who = as.manager) => call('POST', '/locations', body, who);
  const body = { name: 'Library', kind: 'access_point', organisation: { name: 'Camden libraries' } };
  t.equal((await add(body, as.officer)).statusCode, 403);
  const added = await add(body);
  t.equal(added.statusCode, 201);
  t.match(added.json(), { name: 'Library', organisation: { name: 'Camden libraries' }, devices: 0 });
  t.match((await add({ ...body, name: 'LIBRARY' })).json(), { type: '/problems/name-in-use' });
  const { id } = added.json();
  const change = (body: object, version?: string) =>
    app.inject({
      method: 'PATCH',
      url: `/api/v1/locations/${id}`,
      headers: { ...as.manager, ...(version && { 'if-match': version }) },
      payload: body,
    });
  t.equal((await change({ name: 'X' })).statusCode, 428);
  const version = String((await call('GET', `/locations/${id}`)).headers.etag);
  clock.set('2026-11-23T09:31:00Z');
  const renamed = await change({ name: 'Central library', organisation: null }, version);
  t.match(renamed.json(), { name: 'Central library', kind: 'access_point', organisation: null });
  t.equal((await change({ name: 'Y' }, version)).statusCode, 412);
  t.match((await change({ name: 'hub' }, String(renamed.headers.etag))).json(), {
    type: '/problems/name-in-use',
  });
  t.equal((await call('GET', `/locations/${hub.id}`)).json().devices > 0, true);
  clock.set('2026-11-23T09:30:00Z');
});

t.test('race: of many disposals of one device one wins, and the rest hear that it is retired', async (t) => {
  const [device] = await make.readyDevices(1);
  const outcomes = await Promise.allSettled(
    Array.from({ length: 8 }, () =>
      disposeDevices(deps, officer, {
        items: [{ deviceId: device!.id }],
        way: 'destroyed',
        disposedOn: '2026-11-23',
      }),
    ),
  );
  const lost = outcomes.filter((outcome) => outcome.status === 'rejected');
  t.equal(lost.length, 7);
  for (const { reason } of lost) t.match(reason, { type: 'bulk-refused', message: /is retired/ });
  t.equal(
    (await db.selectFrom('disposal').selectAll().where('device_id', '=', device!.id).execute()).length,
    1,
  );
});

t.test('race: a move, a disposal and an issue of one device leave one whole outcome', async (t) => {
  for (let round = 0; round < 6; round++) {
    const [device] = await make.readyDevices(1);
    const referral = await make.waitingReferral({ clinicId: await make.clinic() });
    const id = device!.id;
    const [issued, moved, retired] = await Promise.allSettled([
      issueLoan(deps, officer, {
        referralId: referral.id,
        items: [{ deviceId: id }],
        agreement: { acceptedBy: 'verbal' },
      }),
      moveDevices(deps, officer, { items: [{ deviceId: id }], locationId: hub.id }),
      disposeDevices(deps, manager, {
        items: [{ deviceId: id }],
        way: 'destroyed',
        disposedOn: '2026-11-23',
      }),
    ]);
    const { status, location, loan, disposal } = await getDevice(db, id);
    t.ok((issued.status === 'fulfilled') !== (retired.status === 'fulfilled'), 'one of the two has it');
    t.equal(status, issued.status === 'fulfilled' ? 'on_loan' : 'retired');
    t.equal(loan !== null, status === 'on_loan');
    t.equal(disposal !== null, status === 'retired');
    t.equal(location !== null, moved.status === 'fulfilled', 'a move is whole or not at all');
    for (const outcome of [issued, moved, retired])
      if (outcome.status === 'rejected')
        t.match(outcome.reason, { type: /bulk-refused|device-not-available/ }, String(outcome.reason));
  }
});
