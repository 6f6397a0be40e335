import t from 'tap';
import { apiOf } from '../helpers/api.ts';
import { testApp } from '../helpers/app.ts';
import { factories } from '../helpers/factories.ts';
import { forms } from '../helpers/pages.ts';

const { app, as, db, deps, clock } = await testApp(t);
const make = factories(deps);
const api = apiOf(app, as.manager);
const { get, post } = forms(app, as.officer);

const headline = async (report: string, from: string, to = from) => {
  const { body } = await api('GET', `/reports/${report}?from=${from}&to=${to}`);
  return body.headline.row as Record<string, number | null>;
};
const holders = async (deviceId: string) => (await api('GET', `/devices/${deviceId}/holders`)).body.items;
const loanFile = async (reference: string) =>
  (await app.inject({ url: '/loans/export.csv', headers: as.officer })).body
    .split('\r\n')
    .find((line) => line.includes(reference))!;
/** Another instant, at which whoever is signed in is so still. */
async function at(instant: string) {
  clock.set(instant);
  await db.updateTable('session').set({ seen_at: instant, expires_at: '2030-01-01T00:00:00Z' }).execute();
}
const inPerson = (on: string) => ({ handover: { way: 'in_person' as const, on } });

/** Lends a device that was made ready long ago, so that its handover may have been in the past. */
async function madeReady(then: string, count = 1) {
  const now = clock.now().toString();
  clock.set(then);
  const referral = await make.waitingReferral();
  const devices = await make.readyDevices(count);
  clock.set(now);
  return { referralId: referral.id, items: devices.map(({ id }) => ({ deviceId: id })), devices };
}

t.test('a handover of 31 October that is written up on 29 November counts on 31 October', async (t) => {
  await at('2026-11-29T10:00:00Z');
  const { devices, ...of } = await madeReady('2026-10-20T09:00:00Z');
  const before = await headline('reach', '2026-11-29');
  const loan = await make.loan({ ...of, ...inPerson('2026-10-31') });
  t.match(await headline('reach', '2026-10-31'), { loans: 1, people: 1 });
  t.same(await headline('reach', '2026-11-29'), before);
  t.match(await headline('referral-to-loan', '2026-10-31'), { lent: 1, median: 11 });
  t.match(await headline('losses', '2026-11-01', '2026-11-02'), { out: 1 });
  t.match(await headline('losses', '2026-10-01', '2026-10-30'), { out: 0 });
  t.match(await loanFile(loan.reference), ',A patient,2026-10-31,');
  t.match(await holders(devices[0]!.id), [{ from: '2026-10-31', until: null }]);
  t.match((await api('GET', `/loans/${loan.id}`)).body, {
    issuedOn: '2026-10-31',
    issuedAt: '2026-11-29T10:00:00.000Z',
  });
  const page = await get(`/devices/${devices[0]!.id}`);
  t.match(page.body, /31 October 2026 to now/);
});

t.test('a handover before the device was given to us is told', async (t) => {
  await at('2026-11-29T10:00:00Z');
  const { devices, ...of } = await madeReady('2026-11-10T09:00:00Z');
  const { warnings } = await make.loan({ ...of, ...inPerson('2026-11-09') });
  const { assetTag } = devices[0]!;
  const told = `${assetTag} is written down as given to us on 2026-11-10, after it was handed over. Correct the day that is wrong.`;
  t.ok(warnings.includes(told), warnings.join(' '));
  const { items: _items, ...other } = await madeReady('2026-11-10T09:00:00Z');
  const same = await make.loan({
    referralId: other.referralId,
    items: [{ deviceId: other.devices[0]!.id }],
    ...inPerson('2026-11-10'),
  });
  t.notMatch(same.warnings.join(' '), /given to us/, 'the same day is no contradiction');
});

t.test('a handover that is planned counts from its day, and may be given back before it', async (t) => {
  await at('2026-11-23T10:00:00Z');
  const loan = await make.loan({ count: 2, handover: { way: 'posted', on: '2026-11-25' } });
  t.equal((await headline('reach', '2026-11-23')).loans, 0);
  t.equal((await headline('reach', '2026-11-25')).loans, 1);
  t.equal(loan.followUps[0]!.dueOn, '2026-11-27', 'its calls are counted from that day');
  const [early, later] = loan.items;
  const back = (itemId: string) =>
    api('POST', `/loans/${loan.id}/returns`, { items: [{ itemId, condition: 'A' }] });
  t.equal((await back(early!.id)).status, 201);
  t.match(await holders(early!.deviceId), [{ from: '2026-11-23', until: '2026-11-23' }]);
  t.match(await holders(later!.deviceId), [{ from: '2026-11-25', until: null }]);
});

t.test('what came back on Friday and is written up on Monday came back on Friday', async (t) => {
  await at('2026-11-02T10:00:00Z');
  const loan = await make.loan({ count: 2, dueOn: '2026-11-20' });
  const [first, second] = loan.items;
  const back = (itemId: string, on?: string) =>
    api('POST', `/loans/${loan.id}/returns`, { items: [{ itemId, condition: 'B' }], ...(on && { on }) });

  await at('2026-11-23T10:00:00Z');
  t.match(await back(first!.id, '2026-11-24'), {
    status: 422,
    body: { errors: [{ pointer: '/on', message: /in the future. Give 2026-11-23 or an earlier day/ }] },
  });
  t.match(await back(first!.id, '2026-11-01'), {
    status: 422,
    body: { errors: [{ pointer: '/on', message: /LW-\w+ went out on 2026-11-02. Give that day/ }] },
  });
  t.equal((await back(second!.id, '2026-11-20')).status, 201);
  t.equal((await back(first!.id, '2026-11-19')).status, 201);
  t.match(await holders(first!.deviceId), [{ from: '2026-11-02', until: '2026-11-19' }]);
  t.match((await api('GET', `/loans/${loan.id}`)).body, {
    status: 'closed',
    closedOn: '2026-11-20',
    closedAt: '2026-11-23T10:00:00.000Z',
  });
  t.match(await loanFile(loan.reference), ',2026-11-02,2026-11-20,No,2026-11-20,');
  t.match((await api('GET', `/devices/${first!.deviceId}`)).body, { cycleStartedOn: '2026-11-19' });
  const history = (await api('GET', `/loans/${loan.id}/history`)).body.items;
  t.match(history[0], { type: 'loan.returned', values: { on: '2026-11-19' } });
  t.match((await get(`/loans/${loan.id}`)).body, /came back on 19 November 2026\. Everything is back/);
  // A week in which it was not out any more does not count it.
  t.equal(
    (await headline('losses', '2026-11-21', '2026-11-22')).out,
    (await headline('losses', '2026-11-22')).out,
  );
});

t.test('nobody has a device on a day on which someone else had it', async (t) => {
  await at('2026-11-02T10:00:00Z');
  const { items, devices } = await madeReady('2026-10-20T09:00:00Z');
  const [{ id, assetTag }] = devices as [(typeof devices)[0]];
  const first = await make.loan({ items });
  await at('2026-11-05T10:00:00Z');
  const itemId = first.items[0]!.id;
  await api('POST', `/loans/${first.id}/returns`, { items: [{ itemId, condition: 'B' }] });
  for (const kind of ['sanitisation', 'electrical', 'setup'] as const) await make.pass(id, kind);

  await at('2026-11-29T10:00:00Z');
  const referral = await make.waitingReferral();
  const issue = (on: string) =>
    api('POST', '/loans', {
      referralId: referral.id,
      items,
      agreement: { acceptedBy: 'verbal' },
      ...inPerson(on),
    });
  t.match(await issue('2026-11-04'), {
    status: 422,
    body: {
      errors: [
        {
          pointer: '/handover/on',
          message: `${assetTag} came back to us only on 2026-11-05. Give that day or a later one.`,
        },
      ],
    },
  });
  t.equal((await issue('2026-11-05')).status, 201, 'back and out again on one day');
  t.match(await holders(id), [
    { from: '2026-11-05', until: null },
    { from: '2026-11-02', until: '2026-11-05' },
  ]);
});

t.test('many at once came back on one day; what went out later is refused by its label', async (t) => {
  await at('2026-11-02T10:00:00Z');
  const old = await make.loan();
  await at('2026-11-20T10:00:00Z');
  const young = await make.loan();
  await at('2026-11-23T10:00:00Z');
  const tags = [...old.items, ...young.items].map(({ assetTag }) => assetTag);
  const back = (on: string, query = '') =>
    api('POST', `/returns${query}`, { items: tags.map((assetTag) => ({ assetTag, condition: 'B' })), on });
  t.match(await back('2026-12-01'), { status: 422, body: { errors: [{ pointer: '/on' }] } });
  t.match(await back('2026-11-19'), {
    status: 409,
    body: { detail: `${tags[1]} went out on 2026-11-20. Give that day or a later one.` },
  });
  t.match(await back('2026-11-19', '?partial=true'), {
    status: 201,
    body: { lines: [{ verdict: 'returned' }, { verdict: 'refused' }] },
  });
  t.match(await holders(old.items[0]!.deviceId), [{ until: '2026-11-19' }]);
});

t.test('the pages of returns ask for the day, today by default', async (t) => {
  await at('2026-11-02T10:00:00Z');
  const loan = await make.loan({ count: 2 });
  await at('2026-11-23T10:00:00Z');
  const url = `/loans/${loan.id}/return`;
  const shown = (await get(url)).body;
  t.match(shown, /When did it come back\?/);
  t.match(shown, /name="on-day"[^>]* value="23"/);
  const [first, second] = loan.items;
  const day = (day: string, month = '11') => ({ 'on-day': day, 'on-month': month, 'on-year': '2026' });
  const send = (fields: Record<string, string>) =>
    post(url, { do: 'return', ticked: first!.id, [`item.${first!.id}.condition`]: 'B', ...fields });
  const early = await send(day('1'));
  t.equal(early.statusCode, 422);
  t.match(
    early.body,
    new RegExp(`href="#on">\\s*${first!.assetTag} went out on 2 November 2026\\. Give that day`),
  );
  t.match(early.body, /name="on-day"[^>]* value="1"/);
  t.equal((await send(day('20'))).statusCode, 303);
  t.match(await holders(first!.deviceId), [{ until: '2026-11-20' }]);

  const many = '/returns/many';
  t.match((await get(many)).body, /When did they come back\?[\s\S]*name="on-day"[^>]* value="23"/);
  const label = { label: second!.assetTag, condition: 'B', do: 'return' };
  t.match((await post(many, { ...label, ...day('24') })).body, /This day is in the future/);
  t.equal((await post(many, { ...label, ...day('19') })).statusCode, 303);
  t.match(await holders(second!.deviceId), [{ until: '2026-11-19' }]);
  const { closed_on } = await db
    .selectFrom('loan')
    .select('closed_on')
    .where('id', '=', loan.id)
    .executeTakeFirstOrThrow();
  t.equal(closed_on, '2026-11-20', 'it closes on the last of the days');
});
