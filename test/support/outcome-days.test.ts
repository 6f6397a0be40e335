import t from 'tap';
import { addFollowUp } from '../../src/support/follow-up.commands.ts';
import { apiOf } from '../helpers/api.ts';
import { testApp } from '../helpers/app.ts';
import { factories, officer } from '../helpers/factories.ts';
import { forms } from '../helpers/pages.ts';

const { app, as, deps, clock } = await testApp(t);
const make = factories(deps);
const api = apiOf(app, as.manager);
const { get, post } = forms(app, as.officer);
const supported = async (day: string) =>
  (await api('GET', `/reports/reach?from=${day}&to=${day}`)).body.headline.row.supported as number;
/** A person with a loan of 16 November and a call planned for a day. */
async function call(dueOn: string) {
  const now = clock.now().toString();
  clock.set('2026-11-16T10:00:00Z');
  const loan = await make.loan({ supportPlan: null });
  const { patient } = (await api('GET', `/loans/${loan.id}`)).body;
  const { id } = await addFollowUp(deps, officer, {
    patientId: patient.id,
    dueOn,
    startsAt: '16:00',
    way: 'phone',
  });
  clock.set(now);
  return id;
}

t.test(
  'a call of Friday that was rung on Saturday and is written up on Monday counts on Saturday',
  async (t) => {
    const id = await call('2026-11-20');
    const outcome = (happenedOn: string, result = 'done') =>
      api('POST', `/follow-ups/${id}/outcomes`, { result, happenedOn });
    const fault = (message: RegExp) => ({
      status: 422,
      body: { errors: [{ pointer: '/happenedOn', message }] },
    });
    t.match(await outcome('2026-11-24'), fault(/in the future\. Give 2026-11-23 or an earlier day/));
    t.match(await outcome('2026-11-15'), fault(/support began on 2026-11-16\. Give that day or a later one/));
    t.match(await outcome('2026-11-21', 'cancelled'), fault(/called off has no day/));
    t.equal((await outcome('2026-11-21')).status, 201);
    t.same(
      [await supported('2026-11-20'), await supported('2026-11-21'), await supported('2026-11-23')],
      [0, 1, 0],
    );
    t.match((await api('GET', `/follow-ups/${id}`)).body, { dueOn: '2026-11-21', status: 'done' });
    t.match((await get(`/follow-ups/${id}`)).body, /on 21 November 2026, planned for 20 November 2026/);
  },
);

t.test('where nobody says when, it was on the day it was planned for, and never ahead', async (t) => {
  const past = await call('2026-11-19');
  const ahead = await call('2026-11-30');
  for (const id of [past, ahead])
    t.equal((await api('POST', `/follow-ups/${id}/outcomes`, { result: 'done' })).status, 201);
  t.match((await api('GET', `/follow-ups/${past}`)).body, { dueOn: '2026-11-19' });
  t.match((await api('GET', `/follow-ups/${ahead}`)).body, { dueOn: '2026-11-23' });
});

t.test('the page asks when it was', async (t) => {
  const today = await call('2026-11-23');
  t.match(
    (await get(`/follow-ups/${today}`)).body,
    /When was it\?[\s\S]*name="happenedOn-day"[^>]* value="23"/,
  );
  const id = await call('2026-11-20');
  t.match((await get(`/follow-ups/${id}`)).body, /name="happenedOn-day"[^>]* value="20"/);
  const send = (day: string, result = 'done', to = id) =>
    post(`/follow-ups/${to}/outcomes`, {
      result,
      'happenedOn-day': day,
      'happenedOn-month': '11',
      'happenedOn-year': '2026',
      ...(result === 'cancelled' && { why: 'not_said' }),
    });
  const refused = await send('25');
  t.equal(refused.statusCode, 422);
  t.match(refused.body, /This day is in the future\. Give 23 November 2026 or an earlier day/);
  t.equal((await send('18')).statusCode, 303);
  t.match((await api('GET', `/follow-ups/${id}`)).body, { dueOn: '2026-11-18' });
  t.equal((await send('23', 'cancelled', today)).statusCode, 303, 'what is off has no day, and needs none');
});
