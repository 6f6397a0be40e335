import { sql } from 'kysely';
import t from 'tap';
import { suggestionFor, suggestionWords } from '../../src/referrals/allocations/suggestion.rules.ts';
import type { DeviceKind } from '../../src/stock/devices/device.rules.ts';
import { testApp } from '../helpers/app.ts';
import { factories } from '../helpers/factories.ts';
import { forms } from '../helpers/pages.ts';

const device = (assetTag: string, kind: DeviceKind, hasDataPlan = false, isFit = true) => ({
  id: assetTag,
  assetTag,
  kind,
  hasDataPlan,
  isFit,
});

t.test('what is suggested is what meets most, first of those that are fit', async (t) => {
  const [unfit, plain, withPlan, dongle] = [
    device('LW-0', 'tablet', true, false),
    device('LW-1', 'tablet'),
    device('LW-2', 'laptop', true),
    device('LW-3', 'dongle', true),
  ];
  const all = [plain, withPlan, dongle, unfit];
  t.same(suggestionFor(all, ['device', 'data']), [withPlan]);
  t.same(suggestionFor([plain, dongle], ['device', 'data']), [plain, dongle]);
  t.same(suggestionFor([plain], ['device', 'data']), [plain]);
  t.same(suggestionFor([withPlan, plain], ['device']), [plain], 'no data for whom it is not asked');
  t.same(suggestionFor([withPlan], ['device']), [withPlan]);
  t.same(suggestionFor([dongle], ['data']), [dongle]);
  t.same(suggestionFor([unfit], ['device']), []);
  t.equal(suggestionWords([plain, dongle], ['device', 'data']), 'Tablet with data: LW-1 and dongle LW-3');
  t.equal(suggestionWords([withPlan], ['device', 'data']), 'Laptop with data: LW-2');
  t.equal(suggestionWords([plain], ['device', 'data']), 'Tablet: LW-1');
  t.equal(suggestionWords([dongle], ['data']), 'Mobile data: dongle LW-3');
  t.equal(suggestionWords([], ['data']), '');
});

t.test(
  'a tablet and its dongle are held with one press, or neither; those at the clinic come first',
  async (t) => {
    const { app, as, deps, db } = await testApp(t);
    const make = factories(deps);
    const referral = await make.waitingReferral({ needs: ['device', 'data'] });
    const [first, near] = await make.readyDevices(2);
    const [dongle] = await make.readyDevices(1, { kind: 'dongle', make: 'Huawei', model: 'E3372' });
    await sql`with l as (insert into location (id, name, kind, organisation_id, created_at)
      select new_id(), 'Elm Street', 'clinic', clinic_id, now() from referral where id = ${referral.id} returning id)
    update device set location_id = l.id from l where device.id = ${near!.id}`.execute(db);
    const { get, post } = forms(app, as.officer);
    const url = `/referrals/${referral.id}/allocate`;
    const shown = await get(url);
    t.match(shown.body, `Tablet with data: ${near!.assetTag} and dongle ${dongle!.assetTag}`);
    t.match(shown.body, /no place recorded/, 'what has no place is offered as well');
    t.match(shown.body, first!.assetTag);
    const suggested = `${near!.id} ${dongle!.id}`;
    t.match(shown.body, suggested);

    const held = () => db.selectFrom('allocation').select('device_id').where('status', '=', 'held').execute();
    const stale = await post(url, { suggested: `${near!.id} ${referral.id}` });
    t.equal(stale.statusCode, 422);
    t.same(await held(), [], 'all or none');
    t.equal((await post(url, { suggested: 'nonsense' })).statusCode, 422);
    const done = await post(url, { suggested });
    t.equal(done.statusCode, 303);
    t.same((await held()).map(({ device_id }) => device_id).sort(), [near!.id, dongle!.id].sort());
    const late = await make.waitingReferral({ needs: ['device', 'data'] });
    const taken = await post(`/referrals/${late.id}/allocate`, { suggested });
    t.equal(taken.statusCode, 409);
    t.match(taken.body, /is held for referral/);
    t.match(taken.body, `Tablet: ${first!.assetTag}`);
    t.match(taken.body, /Nothing with mobile data is ready/);
  },
);

t.test('who waits longer is told at the suggestion', async (t) => {
  const { app, as, deps } = await testApp(t);
  const make = factories(deps);
  const early = await make.waitingReferral({ needs: ['device'] });
  const late = await make.waitingReferral({ needs: ['device'] });
  const [one] = await make.readyDevices(1);
  const { post } = forms(app, as.officer);
  const url = `/referrals/${late.id}/allocate`;
  const refused = await post(url, { suggested: one!.id });
  t.equal(refused.statusCode, 409);
  t.match(refused.body, early.reference);
  t.match(refused.body, /Hold this and pass them over/);
  t.equal((await post(url, { suggested: one!.id, skipReason: 'Leaves hospital' })).statusCode, 303);
});
