import t from 'tap';
import { apiOf } from '../helpers/api.ts';
import { testApp } from '../helpers/app.ts';
import { factories } from '../helpers/factories.ts';
import { forms } from '../helpers/pages.ts';

const { app, as, deps, clock } = await testApp(t);
const make = factories(deps);
const api = apiOf(app, as.manager);
const { get, post } = forms(app, as.officer);
const gone = async (from: string, to = from) =>
  (await api('GET', `/reports/losses?from=${from}&to=${to}`)).body.headline.row.gone as number;
const before = async (at: string, work: typeof make.loan, changes: Parameters<typeof make.loan>[0] = {}) => {
  const now = clock.now().toString();
  clock.set(at);
  const made = await work(changes);
  clock.set(now);
  return made;
};

t.test('what was lost on Friday and told on Monday was lost on Friday', async (t) => {
  const loan = await before('2026-11-16T10:00:00Z', make.loan);
  const [item] = loan.items;
  const report = (days: object) =>
    api('POST', `/loans/${loan.id}/incidents`, {
      itemId: item!.id,
      kind: 'lost',
      reportedOn: '2026-11-23',
      ...days,
    });
  t.match(await report({ happenedOn: '2026-11-24' }), {
    status: 422,
    body: {
      errors: [
        { pointer: '/happenedOn', message: 'You were told on 2026-11-23. Give that day or an earlier one.' },
      ],
    },
  });
  t.match(await report({ happenedOn: '2026-11-15' }), {
    status: 422,
    body: {
      errors: [
        {
          pointer: '/happenedOn',
          message: 'The device was lent on 2026-11-16. Give that day or a later one.',
        },
      ],
    },
  });
  const { status, body } = await report({ happenedOn: '2026-11-20' });
  t.equal(status, 201);
  t.same([await gone('2026-11-20'), await gone('2026-11-23')], [1, 0]);
  t.match((await api('GET', `/incidents/${body.id}`)).body, {
    happenedOn: '2026-11-20',
    reportedOn: '2026-11-23',
  });
  t.match((await api('GET', `/devices/${item!.deviceId}/holders`)).body.items, [
    { from: '2026-11-16', until: '2026-11-20', status: 'lost' },
  ]);
  const file = await app.inject({ url: '/incidents/export.csv', headers: as.officer });
  t.match(file.body, /,Borrower,Happened\r\n.*,2026-11-23,.*,A patient,2026-11-20\r\n/);
  t.match((await get(`/incidents/${body.id}`)).body, /on 20 November 2026, told on 23 November 2026/);
});

t.test('where nobody says when it was, it counts on the day it was told', async (t) => {
  const loan = await before('2026-11-16T10:00:00Z', make.loan);
  const [item] = loan.items;
  const of = { itemId: item!.id, kind: 'stolen', reportedOn: '2026-11-22' };
  t.equal((await api('POST', `/loans/${loan.id}/incidents`, of)).status, 201);
  t.equal(await gone('2026-11-22'), 1);
});

t.test('the page asks when it was, today by default', async (t) => {
  const loan = await before('2026-11-16T10:00:00Z', make.loan);
  const [item] = loan.items;
  const url = `/loans/${loan.id}/incidents/new`;
  t.match((await get(url)).body, /When was it\?[\s\S]*name="happenedOn-day"[^>]* value="23"/);
  const send = (day: string) =>
    post(url, {
      itemId: item!.id,
      kind: 'damaged',
      handedIn: 'yes',
      'happenedOn-day': day,
      'happenedOn-month': '11',
      'happenedOn-year': '2026',
      'reportedOn-day': '22',
      'reportedOn-month': '11',
      'reportedOn-year': '2026',
    });
  t.match((await send('23')).body, /href="#happenedOn">\s*You were told on 22 November 2026\. Give that day/);
  t.equal((await send('18')).statusCode, 303);
  t.match((await api('GET', `/devices/${item!.deviceId}/holders`)).body.items, [
    { until: '2026-11-22', status: 'returned' },
  ]);
  t.match((await api('GET', `/devices/${item!.deviceId}`)).body, {
    status: 'in_repair',
    cycleStartedOn: '2026-11-22',
  });
});
