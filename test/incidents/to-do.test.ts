import t from 'tap';
import { confirmAction, recordAction } from '../../src/lending/incidents/action.commands.ts';
import { reportIncident } from '../../src/lending/incidents/incident.commands.ts';
import { getIncident, suggestionsFor } from '../../src/lending/incidents/incident.queries.ts';
import type { IncidentKind } from '../../src/lending/incidents/incident.rules.ts';
import { takeBackReport } from '../../src/lending/incidents/report-back.commands.ts';
import { sayNotNeeded, takeBackAction } from '../../src/lending/incidents/thing.commands.ts';
import { incidentStanding, thingsToDo } from '../../src/lending/incidents/to-do.rules.ts';
import { askToWipe, countToWipe } from '../../src/lending/incidents/wipe-due.commands.ts';
import { timelineOf } from '../../src/shared/event.queries.ts';
import { timelineLines } from '../../src/web/timeline.view.ts';
import { testApp } from '../helpers/app.ts';
import { factories, officer } from '../helpers/factories.ts';
import { refusal } from '../helpers/refusal.ts';

const { app, deps, db, clock, as } = await testApp(t);
const make = factories(deps);

async function reported(kind: IncidentKind) {
  const loan = await make.loan();
  const { id } = await reportIncident(deps, officer, loan.id, {
    itemId: loan.items[0]!.id,
    kind,
    reportedOn: '2026-11-23',
  });
  return { id, loan };
}

async function standing(id: string) {
  const incident = await getIncident(db, id);
  return Object.fromEntries(
    thingsToDo(suggestionsFor(incident), incident.actions).map(({ kind, status }) => [kind, status]),
  );
}

t.test(
  'each line is to do, asked for, done or not needed, by the newest that was written down',
  async (t) => {
    const { id } = await reported('stolen');
    t.same(await standing(id), { lock: 'to_do', wipe: 'to_do', told_ig: 'to_do', told_police: 'to_do' });
    const asked = await recordAction(deps, officer, id, { kind: 'lock' });
    t.equal((await standing(id)).lock, 'asked');
    await confirmAction(deps, officer, id, asked.id);
    await sayNotNeeded(deps, officer, id, { kind: 'told_police', note: 'They do not wish it.' });
    t.same(await standing(id), { lock: 'done', wipe: 'to_do', told_ig: 'to_do', told_police: 'not_needed' });
    t.same(
      (await getIncident(db, id)).suggestedActions.map(({ kind }) => kind),
      ['wipe', 'told_ig', 'found'],
      'what is not needed is thought of no more',
    );
    await recordAction(deps, officer, id, { kind: 'told_police', crimeReference: 'CR/1' });
    t.equal((await standing(id)).told_police, 'done', 'it was needed after all');
    t.match((await refusal(sayNotNeeded(deps, officer, id, { kind: 'told_police' }))).detail, /done already/);
    const story = timelineLines((await timelineOf(db, id, { limit: 50 })).items, id)
      .flatMap((line) => [line, ...line.more])
      .map(({ pieces }) => pieces.map(({ text }) => text).join(''));
    t.ok(
      story.some((line) => line.startsWith('Not needed: tell the police')),
      story.join('\n'),
    );
  },
);

t.test('a slip is taken back, stays in the story crossed out, and counts for nothing', async (t) => {
  const { id, loan } = await reported('lost');
  const told = await recordAction(deps, officer, id, { kind: 'told_ig', patientData: true });
  const [one, other] = await Promise.all([
    takeBackAction(deps, officer, id, told.id),
    takeBackAction(deps, officer, id, told.id),
  ]);
  t.same([one.status, other.status], ['taken_back', 'taken_back'], 'two at once, and one line');
  t.equal((await standing(id)).told_ig, 'to_do');
  const { actions } = await getIncident(db, id);
  t.match(actions, [{ kind: 'told_ig', status: 'taken_back', takenBackBy: officer.actor.name }]);
  t.equal(
    (await refusal(confirmAction(deps, officer, id, told.id))).type,
    'not-found',
    'what was taken back is not confirmed',
  );
  await takeBackReport(deps, officer, id, { reason: 'It was under the bed.' });
  t.equal((await getIncident(db, id)).status, 'recorded_by_mistake', 'nobody was told, so the report may go');
  t.equal((await refusal(sayNotNeeded(deps, officer, id, { kind: 'lock' }))).type, 'incident-action-refused');
  t.ok(loan);
});

t.test('to take back that something is done leaves that it was asked for', async (t) => {
  const { id } = await reported('lost');
  const asked = await recordAction(deps, officer, id, { kind: 'lost_mode' });
  clock.set('2026-11-23T09:40:00Z');
  await confirmAction(deps, officer, id, asked.id);
  t.equal((await standing(id)).lost_mode, 'done');
  const back = await takeBackAction(deps, officer, id, asked.id);
  t.match(back, { status: 'asked', confirmedAt: null, confirmedBy: null });
  t.equal(
    (await takeBackAction(deps, officer, id, asked.id)).status,
    'taken_back',
    'and then that it was asked for',
  );
  t.equal((await standing(id)).lost_mode, 'to_do');
  clock.set('2026-11-23T09:00:00Z');
});

t.test('what went on from a line is put right where it went', async (t) => {
  const { id } = await reported('sold');
  const concern = await recordAction(deps, officer, id, { kind: 'concern' });
  t.match((await refusal(takeBackAction(deps, officer, id, concern.id))).detail, /Staff have a task/);
  const found = await recordAction(deps, officer, id, { kind: 'found' });
  t.match((await refusal(takeBackAction(deps, officer, id, found.id))).detail, /ended the incident/);
  t.equal((await refusal(sayNotNeeded(deps, officer, id, { kind: 'wipe' }))).type, 'incident-closed');
});

t.test('nobody is asked at night to erase what need not be erased, but again after a slip', async (t) => {
  const [ruledOut, slip] = [await reported('lost'), await reported('lost')];
  await sayNotNeeded(deps, officer, ruledOut.id, { kind: 'wipe' });
  const no = await sayNotNeeded(deps, officer, slip.id, { kind: 'wipe' });
  await takeBackAction(deps, officer, slip.id, no.id);
  const before = await countToWipe(deps);
  clock.set('2026-11-25T09:00:00Z');
  const asked = (await countToWipe(deps)) - before;
  await askToWipe(deps, '2026-11-25');
  const about = async (id: string) =>
    (
      await db
        .selectFrom('task')
        .select('kind')
        .where('subject_id', '=', id)
        .where('kind', '=', 'wipe_device')
        .execute()
    ).length;
  t.same([await about(ruledOut.id), await about(slip.id)], [0, 1]);
  t.ok(asked >= 1);
  clock.set('2026-11-23T09:00:00Z');
});

t.test('a broken device that they still have: how it comes to us is agreed', async (t) => {
  const { id } = await reported('faulty');
  t.same(await standing(id), { agree_return: 'to_do' });
  await recordAction(deps, officer, id, { kind: 'agree_return', note: 'They bring it on Friday.' });
  t.same(await standing(id), { agree_return: 'done' });
});

t.test('the API: not needed, taken back, who may, and what is wrong', async (t) => {
  const { id } = await reported('lost');
  const said = await app.inject({
    method: 'POST',
    url: `/api/v1/incidents/${id}/not-needed`,
    headers: as.officer,
    payload: { kind: 'lost_mode' },
  });
  t.equal(said.statusCode, 201, said.body);
  t.match(said.json(), { kind: 'lost_mode', status: 'not_needed', incident: { id, status: 'open' } });
  const back = await app.inject({
    method: 'POST',
    url: `/api/v1/incidents/${id}/actions/${said.json().id}/takings-back`,
    headers: as.officer,
  });
  t.match(back.json(), { status: 'taken_back' });
  const odd = await app.inject({
    method: 'POST',
    url: `/api/v1/incidents/${id}/not-needed`,
    headers: as.officer,
    payload: { kind: 'found' },
  });
  t.equal(odd.statusCode, 422);
  const auditor = await app.inject({
    method: 'POST',
    url: `/api/v1/incidents/${id}/not-needed`,
    headers: as.auditor,
    payload: { kind: 'lock' },
  });
  t.equal(auditor.statusCode, 403);
});

t.test('how it stands, in a sentence', (t) => {
  const said = (status: 'open' | 'closed', isLost: boolean, ...things: ('to_do' | 'asked' | 'done')[]) =>
    incidentStanding(
      { status, isLost },
      things.map((one) => ({ status: one })),
    );
  t.equal(
    said('open', true, 'to_do', 'to_do', 'asked'),
    '2 things to do or to rule out. 1 thing is asked for and not done yet.',
  );
  t.equal(
    said('open', true, 'done'),
    'All is done or ruled out. It ends when the device is found or written off.',
  );
  t.equal(said('open', false, 'asked'), '1 thing is asked for and not done yet. It ends when you close it.');
  t.equal(said('closed', true), 'The incident is closed.');
  t.end();
});
