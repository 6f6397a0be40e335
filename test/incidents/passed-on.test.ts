import { sql } from 'kysely';
import t from 'tap';
import { correctIncident } from '../../src/lending/incidents/correction.commands.ts';
import { reportIncident } from '../../src/lending/incidents/incident.commands.ts';
import { askToWipe } from '../../src/lending/incidents/wipe-due.commands.ts';
import { asksBack } from '../../src/messages/reminder.queries.ts';
import { listTasks } from '../../src/tasks/task.queries.ts';
import { apiOf } from '../helpers/api.ts';
import { testApp } from '../helpers/app.ts';
import { factories, officer } from '../helpers/factories.ts';
import { forms } from '../helpers/pages.ts';

const { app, as, db, deps, clock } = await testApp(t);
const make = factories(deps);
const api = apiOf(app, as.officer);
const pages = forms(app, as.officer);
t.beforeEach(() => clock.set('2026-11-23T09:00:00Z'));

async function reported(kind: 'pawned' | 'sold' | 'given_away') {
  const loan = await make.loan();
  const [item] = loan.items;
  const { status, body } = await api('POST', `/loans/${loan.id}/incidents`, {
    itemId: item!.id,
    kind,
    reportedOn: '2026-11-23',
  });
  t.equal(status, 201, kind);
  return { loan, item: item!, incident: body };
}
const tasksOn = async (subjectId: string) =>
  (await listTasks(db, { status: 'open', limit: 50 })).items
    .filter(({ subject }) => subject.id === subjectId)
    .map(({ kind }) => kind)
    .sort();

for (const kind of ['pawned', 'sold', 'given_away'] as const)
  t.test(`what was ${kind} is gone from the loan, without a word against anybody`, async (t) => {
    const { loan, incident } = await reported(kind);
    t.match(incident, { item: { status: 'lost' }, device: { status: 'lost' }, loan: { status: 'closed' } });
    const suggested = incident.suggestedActions.map((one: { kind: string }) => one.kind);
    t.same(suggested, ['lock', 'wipe', 'concern', 'told_ig', 'found'], 'the police are not suggested');
    t.same(await tasksOn(incident.id), ['secure_device']);
    const page = (await pages.get(`/incidents/${incident.id}`)).body;
    t.match(page, /Replace the device/, 'another device is one press away');
    t.notMatch(page, /\bfault\b|blame|sold by|pawned by|given away by/i);
    t.match((await api('GET', `/loans/${loan.id}`)).body, { status: 'closed', reasons: [] });
  });

t.test(
  'what a stranger may have is asked to be erased after a day, and not what may come out of pawn',
  async (t) => {
    const [pawned, sold, given] = [
      await reported('pawned'),
      await reported('sold'),
      await reported('given_away'),
    ];
    clock.set('2026-11-24T10:00:00Z');
    await askToWipe(deps, '2026-11-24');
    t.same(await tasksOn(pawned.incident.id), ['secure_device']);
    for (const { incident } of [sold, given])
      t.same(await tasksOn(incident.id), ['secure_device', 'wipe_device']);
    await correctIncident(deps, { ...officer, ifMatch: '*' }, sold.incident.id, { kind: 'pawned' });
    t.same(await tasksOn(sold.incident.id), ['secure_device'], 'it is no longer asked of what was pawned');
  },
);

t.test('a pawned device that comes back is found again, and prepared', async (t) => {
  const { incident } = await reported('pawned');
  const found = await api('POST', `/incidents/${incident.id}/actions`, { kind: 'found' });
  t.match(found, { status: 201, body: { incident: { status: 'closed' } } });
  t.match(await api('GET', `/devices/${incident.device.id}`), {
    body: { status: 'in_preparation', cycle: 2 },
  });
});

t.test('another device takes its place by the rule for what is lost: the limit is the same', async (t) => {
  const { loan, item, incident } = await reported('given_away');
  const [next] = await make.readyDevices(1);
  const replaced = await api('POST', `/loans/${loan.id}/replacements`, {
    itemId: item.id,
    deviceId: next!.id,
    incidentId: incident.id,
  });
  t.match(replaced, { status: 201, body: { loan: { status: 'open' } } });
});

t.test('a concern for their safety is one press, makes one urgent task, and is in the story', async (t) => {
  const { incident } = await reported('sold');
  const at = `/incidents/${incident.id}`;
  t.match((await pages.get(at)).body, /Raise a concern<\/button>/);
  const twice = await Promise.all(
    [1, 2].map(() => pages.post(`${at}/actions`, { kind: 'concern', _once: at })),
  );
  t.same(
    twice.map(({ statusCode }) => statusCode),
    [303, 303],
  );
  t.same(await tasksOn(incident.id), ['concern', 'secure_device']);
  const { body } = await api('GET', at);
  t.same(
    body.actions.map(({ kind }: { kind: string }) => kind),
    ['concern'],
    'pressed twice it is written down once',
  );
  const task = (await listTasks(db, { status: 'open', kind: 'concern', limit: 50 })).items.find(
    ({ subject }) => subject.id === incident.id,
  );
  t.match(task, { urgent: true, patient: { id: body.patient.id } });
  const page = (await pages.get(`/tasks/${task!.id}`)).body;
  t.match(page, /speak to the clinic/);
  t.match(page, `/incidents/${incident.id}`);
  t.notMatch((await pages.get(at)).body, /Raise a concern<\/button>/, 'it is not offered again');
});

t.test('of the kit of a place it is nobody’s safety', async (t) => {
  const place = await make.store({});
  const [device] = await make.readyDevices(1);
  const loan = await make.loan({ locationId: place.id, items: [{ deviceId: device!.id }] });
  const incident = await reportIncident(deps, officer, loan.id, {
    itemId: loan.items[0]!.id,
    kind: 'given_away',
    reportedOn: '2026-11-23',
  });
  t.notOk(incident.suggestedActions.some(({ kind }) => kind === 'concern'));
  const refused = await api('POST', `/incidents/${incident.id}/actions`, { kind: 'concern' });
  t.match(refused, { status: 409, body: { type: /incident-action-refused/ } });
});

t.test('a loan with something that is sold, pawned or given away is not asked back', async (t) => {
  for (const kind of ['pawned', 'sold', 'given_away'] as const) {
    const loan = await make.loan({ count: 2, dueOn: '2026-11-25' });
    await reportIncident(deps, officer, loan.id, {
      itemId: loan.items[0]!.id,
      kind,
      reportedOn: '2026-11-23',
    });
    const { rows } = await sql<{
      asks: boolean;
    }>`select ${asksBack} as asks from loan l where l.id = ${loan.id}`.execute(db);
    t.same(rows, [{ asks: false }], kind);
  }
});
