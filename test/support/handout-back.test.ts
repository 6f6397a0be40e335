import { sql } from 'kysely';
import t from 'tap';
import { dispatch } from '../../src/messages/dispatch.commands.ts';
import { erasePatient } from '../../src/privacy/erasure.commands.ts';
import { apiOf } from '../helpers/api.ts';
import { testApp } from '../helpers/app.ts';
import { manager } from '../helpers/factories.ts';
import { seedFollowUps, sentMessages } from '../helpers/follow-ups.ts';
import { forms } from '../helpers/pages.ts';

const { app, as, db, deps, ids } = await testApp(t, { LINK_URL: 'https://l.example', DATABASE_POOL: '20' });
const api = apiOf(app, as.officer);
const supporter = apiOf(app, as.supporter);
const reason = 'It was for another person';

let made = 0;
async function guide() {
  const name = `Guide ${++made}`;
  const { body } = await api('POST', '/guides', { name, topic: 'connecting' });
  const text = { language: 'en', format: 'standard', title: name, text: 'Press the button.', insteadOf: 0 };
  await api('POST', `/guides/${body.id}/versions`, text);
  return { number: body.number, given: { id: body.id, language: 'en', format: 'standard' } };
}
async function met() {
  const [one] = await seedFollowUps(db, { patients: 1, dueOn: '2026-11-23' });
  await sql`update follow_up set supporter_id = ${ids.supporter}::uuid where id = ${one!.followUpId}`.execute(
    db,
  );
  return one!;
}
const give = (followUpId: string, body: object) => api('POST', `/follow-ups/${followUpId}/handouts`, body);
const takeBack = (id: string, who = api) => who('POST', `/handouts/${id}/takings-back`, { reason });
const textsTo = async (patientId: string) => {
  const { captured, messages } = await sentMessages(db);
  const own = messages.filter((one) => one.patient_id === patientId).map(({ id }) => id);
  return captured.filter(({ reference }) => own.includes(reference)).map(({ body }) => body);
};
const counted = async () => {
  const { body } = await api('GET', '/reports/guides?from=2026-11-01&to=2026-11-30');
  return body.headline.row.given;
};

t.test('what was never given counts nowhere, and can be given for real', async (t) => {
  const [one, who] = [await guide(), await met()];
  const { body } = await give(who.followUpId, { guide: one.given, way: 'paper' });
  const before = await counted();
  t.equal((await api('POST', `/handouts/${body.id}/takings-back`, { reason: ' ' })).status, 422);
  t.equal((await takeBack(body.id, supporter)).status, 201, 'the supporter of the person says so');
  t.equal((await takeBack(body.id)).status, 201, 'twice is once');
  t.same((await api('GET', `/follow-ups/${who.followUpId}`)).body.given, []);
  t.equal(await counted(), before - 1);
  const page = await forms(app, as.officer).get(`/handouts/${body.id}`);
  t.match(page.body, /Taken back by Test supporter/);
  t.match(page.body, reason);
  const again = await give(who.followUpId, { guide: one.given, way: 'paper' });
  t.equal(again.status, 201);
  t.not(again.body.id, body.id);
  const { body: story } = await api('GET', `/patients/${who.patientId}/history`);
  const types = story.items.map(({ type }: { type: string }) => type);
  t.same(
    types.filter((type: string) => type.startsWith('handout.')),
    ['handout.given', 'handout.taken_back', 'handout.given'],
  );
});

t.test('a message that still waits does not go; what goes with it does', async (t) => {
  const [one, other, who] = [await guide(), await guide(), await met()];
  const first = await give(who.followUpId, { guide: one.given, way: 'message' });
  await give(who.followUpId, { guide: other.given, way: 'message' });
  t.equal((await takeBack(first.body.id)).status, 201);
  await dispatch(deps);
  const texts = await textsTo(who.patientId);
  t.equal(texts.length, 1);
  t.ok(texts[0]!.includes(`/g/${other.number}/`));
  t.notOk(texts[0]!.includes(`/g/${one.number}/`));
});

t.test('what went out stays', async (t) => {
  const [one, who] = [await guide(), await met()];
  const { body } = await give(who.followUpId, { guide: one.given, way: 'message' });
  await dispatch(deps);
  t.match(await takeBack(body.id), { status: 409, body: { detail: /went out/ } });
  t.match((await forms(app, as.officer).get(`/handouts/${body.id}/takings-back`)).body, /went out/);
});

t.test('dispatch and taking back at once: it went and stays, or did not go', async (t) => {
  for (let round = 0; round < 5; round++) {
    const [one, who] = [await guide(), await met()];
    const { body } = await give(who.followUpId, { guide: one.given, way: 'message' });
    const [back] = await Promise.all([takeBack(body.id), dispatch(deps)]);
    await dispatch(deps);
    const texts = await textsTo(who.patientId);
    t.ok([201, 409].includes(back.status), `${back.status}`);
    t.equal(texts.length, back.status === 409 ? 1 : 0);
  }
});

t.test('a supporter takes back nothing of people whom they do not support', async (t) => {
  const [one, who] = [await guide(), await met()];
  const { body } = await give(who.followUpId, { guide: one.given, way: 'paper' });
  await sql`update follow_up set supporter_id = null where id = ${who.followUpId}`.execute(db);
  t.equal((await takeBack(body.id, supporter)).status, 404);
});

t.test('the reason goes with the person', async (t) => {
  const [one, who] = [await guide(), await met()];
  const { body } = await give(who.followUpId, { guide: one.given, way: 'paper' });
  await takeBack(body.id);
  await sql`update follow_up set status = 'done' where id = ${who.followUpId}`.execute(db);
  await sql`update patient set contact_state = 'withdrawn' where id = ${who.patientId}`.execute(db);
  const said = { askedBy: 'patient', askedOn: '2026-11-20', identityCheck: 'Seen at the hub' } as const;
  await erasePatient(deps, manager, who.patientId, { ...said, reason: 'They asked' });
  const { rows } = await sql`select 1 from handout where patient_id = ${who.patientId}`.execute(db);
  t.same(rows, []);
});
