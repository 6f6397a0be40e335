import { sql } from 'kysely';
import t from 'tap';
import { recordMovement } from '../../src/stock/accessories/accessory.commands.ts';
import { getAccessory, listAccessories } from '../../src/stock/accessories/accessory.queries.ts';
import { takeBackMovement } from '../../src/stock/accessories/movement-back.commands.ts';
import { apiOf } from '../helpers/api.ts';
import { testApp } from '../helpers/app.ts';
import { atOnce } from '../helpers/at-once.ts';
import { factories, manager, officer } from '../helpers/factories.ts';
import { forms } from '../helpers/pages.ts';
import { refusal } from '../helpers/refusal.ts';

const { app, as, db, deps, clock } = await testApp(t, { DATABASE_POOL: '20' });
const make = factories(deps);
const api = apiOf(app, as.officer);
const reason = 'Typed 50 for 5';

const charger = async () => (await listAccessories(db)).find(({ kind }) => kind === 'Charger')!.id;
const newest = async (id: string) => (await api('GET', `/accessories/${id}/movements`)).body.items[0];
const quantityAt = async (id: string, place: string) =>
  (await getAccessory(db, id)).stock.find(({ location }) => location.id === place)?.quantity;
const takeBack = (id: string) => api('POST', `/accessory-movements/${id}/takings-back`, { reason });

t.test('a movement is taken back by one against it, once, and both stay in the log', async (t) => {
  const { id: locationId } = await make.store();
  const id = await charger();
  await recordMovement(deps, officer, id, { kind: 'received', quantity: 5, locationId });
  await recordMovement(deps, officer, id, { kind: 'received', quantity: 50, locationId });
  const wrong = await newest(id);
  t.match(await takeBack(wrong.id), { status: 201, body: { change: -50 } });
  t.equal(await quantityAt(id, locationId), 5);
  const { items } = (await api('GET', `/accessories/${id}/movements`)).body;
  t.match(items.slice(0, 2), [
    { kind: 'taken_back', change: -50, takesBack: wrong.id, note: reason, takenBack: false },
    { id: wrong.id, change: 50, takenBack: true },
  ]);
  t.match(await takeBack(wrong.id), { status: 201 });
  t.equal(await quantityAt(id, locationId), 5, 'twice is once');
  t.match(await takeBack(items[0].id), { status: 409, body: { type: '/problems/taking-back-refused' } });
  t.equal((await takeBack(id)).status, 404);
  const { rows } = await sql<{ type: string }>`select type from event order by id desc limit 1`.execute(db);
  t.match(rows, [{ type: 'accessory.movement_taken_back' }]);
});

t.test('of a move both places get back what they had, and no place falls below none', async (t) => {
  const { id: locationId } = await make.store();
  const { id: toLocationId } = await make.store();
  const id = await charger();
  await recordMovement(deps, officer, id, { kind: 'received', quantity: 8, locationId });
  const move = () =>
    recordMovement(deps, officer, id, { kind: 'moved', quantity: 3, locationId, toLocationId });
  await move();
  const moved = await newest(id);
  t.equal((await takeBack(moved.id)).status, 201);
  t.same([await quantityAt(id, locationId), await quantityAt(id, toLocationId)], [8, 0]);
  await move();
  const again = await newest(id);
  await recordMovement(deps, officer, id, { kind: 'lost', quantity: 2, locationId: toLocationId });
  t.match(await takeBack(again.id), {
    status: 409,
    body: { type: '/problems/accessories-short', detail: /3 would leave .*, which has 1/ },
  });
  t.same([await quantityAt(id, locationId), await quantityAt(id, toLocationId)], [5, 1]);
});

t.test(
  'a later count has put it right already, a loan keeps its own, and a later day is a manager’s',
  async (t) => {
    const { id: locationId } = await make.store();
    const id = await charger();
    await recordMovement(deps, officer, id, { kind: 'received', quantity: 5, locationId });
    const received = await newest(id);
    await recordMovement(deps, officer, id, { kind: 'counted', quantity: 4, locationId });
    const counted = await newest(id);
    t.match((await takeBack(received.id)).body, { detail: /counted there since/ });
    t.equal((await takeBack(counted.id)).status, 201);
    t.equal(await quantityAt(id, locationId), 5);
    clock.set('2026-11-24T09:30:00Z');
    t.match(await refusal(takeBackMovement(deps, officer, received.id, { reason })), { type: 'not-allowed' });
    t.match(await takeBackMovement(deps, manager, received.id, { reason }), { change: -5 });
    clock.set('2026-11-23T09:30:00Z');
    t.equal(await quantityAt(id, locationId), 0);
    const { id: loanId } = await make.loan();
    await sql`insert into accessory_movement (id, accessory_id, kind, change, loan_id, actor_name, at)
    values (new_id(), ${id}, 'not_returned', 0, ${loanId}, 'Olive', '2026-11-23T09:30:00Z')`.execute(db);
    t.match((await takeBack((await newest(id)).id)).body, { detail: /is part of loan/ });
  },
);

t.test('pressed twice at once it is taken back once', async (t) => {
  const { id: locationId } = await make.store();
  const id = await charger();
  await recordMovement(deps, officer, id, { kind: 'received', quantity: 5, locationId });
  const wrong = await newest(id);
  const outcomes = await atOnce<unknown>(
    db,
    sql`select from accessory_stock where accessory_id = ${id} and location_id = ${locationId} for update`,
    [1, 2].map(() => () => takeBackMovement(deps, officer, wrong.id, { reason })),
  );
  t.same(
    outcomes.map(({ status }) => status),
    ['fulfilled', 'fulfilled'],
  );
  t.equal(await quantityAt(id, locationId), 0);
});

t.test('the log offers it and the page asks why', async (t) => {
  const { id: locationId } = await make.store();
  const id = await charger();
  await recordMovement(deps, officer, id, { kind: 'received', quantity: 5, locationId });
  const path = `/accessory-movements/${(await newest(id)).id}/takings-back`;
  const page = forms(app, as.officer);
  t.match((await page.get(`/accessories/${id}`)).body, path);
  t.match((await page.get(path)).body, /Take back “Came in”/);
  t.match(await page.post(path, { reason: '' }), { statusCode: 422, body: /Enter why it was a mistake/ });
  t.equal((await page.post(path, { reason })).statusCode, 303);
  t.match((await page.get(`/accessories/${id}`)).body, /Was taken back/);
  t.notMatch((await forms(app, as.auditor).get(`/accessories/${id}`)).body, path);
});
