import t from 'tap';
import { allocateDevice } from '../../src/referrals/allocations/allocation.commands.ts';
import { decideReferral } from '../../src/referrals/decision.commands.ts';
import { answerQuestion } from '../../src/referrals/question.commands.ts';
import { takeBackAcceptance } from '../../src/referrals/reconsider.commands.ts';
import { getReferral } from '../../src/referrals/referral.queries.ts';
import { officer } from '../helpers/factories.ts';
import { forms } from '../helpers/pages.ts';
import { refusal } from '../helpers/refusal.ts';
import { world } from '../helpers/world.ts';

const w = await world(t, { DATABASE_POOL: '20' });
const { app, as, db, deps, clock, make } = w;
const { get, post } = forms(app, as.officer);
const statusOf = async (id: string) => (await getReferral(db, officer.actor, id)).status;
const followUpsOf = (id: string) =>
  db.selectFrom('follow_up').select(['status', 'why']).where('referral_id', '=', id).execute();
const accept = (id: string) => decideReferral(deps, officer, id, { decision: 'accept' });
/** The form behind the Undo of the banner, as a browser sends it. */
async function undo(done: { headers: { location?: string }; cookies: { name: string; value: string }[] }) {
  const banner = done.cookies.find(({ name }) => name === 'lendwell-banner')!;
  const { body } = await app.inject({
    url: done.headers.location!,
    headers: { cookie: `${as.officer.cookie}; ${banner.name}=${encodeURIComponent(banner.value)}` },
  });
  const form = /<form action="([^"]+)" method="post">([\s\S]*?)Undo<\/button>/.exec(body);
  if (!form) return null;
  const hidden = [...form[2]!.matchAll(/name="(\w+)" value="([^"]*)"/g)]
    .filter(([, name]) => name !== '_csrf')
    .map(([, name, value]) => [name!, value!.replaceAll('&quot;', '"')]);
  return post(form[1]!, Object.fromEntries(hidden));
}

t.test('an acceptance is taken back from its banner, and once more is harmless', async (t) => {
  const { id } = await make.referral();
  const done = await post(`/referrals/${id}/decisions`, { decision: 'accept' });
  t.equal(await statusOf(id), 'waiting');
  t.equal((await undo(done as never))?.statusCode, 303);
  t.equal(await statusOf(id), 'received');
  t.match((await get(`/referrals/${id}`)).body, /Acceptance taken back: the referral is to be decided again/);
  t.match(await takeBackAcceptance(deps, officer, id), { status: 'received' });
  await accept(id);
  t.equal(await statusOf(id), 'waiting', 'it can be accepted again');
});

t.test('follow-ups that it planned are off, who was told is told so, and it begins anew', async (t) => {
  const { id } = await make.referral({
    needs: ['support'],
    person: { givenName: 'Una', familyName: 'Undo', dateOfBirth: '1971-05-06' },
  });
  t.match(await accept(id), { status: 'active' });
  await w.send();
  const before = (await w.sent()).length;
  const planned = await followUpsOf(id);
  t.ok(planned.length > 0);
  await takeBackAcceptance(deps, officer, id);
  t.same(
    (await followUpsOf(id)).map(({ status }) => status),
    planned.map(() => 'cancelled'),
  );
  t.match((await getReferral(db, officer.actor, id)).needs, [{ need: 'support', status: 'open' }]);
  await w.send();
  const off = (await w.sent()).slice(before).filter(({ body }) => / is off/.test(body));
  t.equal(off.length, before ? 1 : 0);
  await accept(id);
  t.equal((await followUpsOf(id)).filter(({ status }) => status === 'planned').length, planned.length);
});

t.test('what someone made beside it stays, and what it closed is asked again', async (t) => {
  const { id } = await make.referral({
    needs: ['support'],
    person: { givenName: 'Ben', familyName: 'Beside', dateOfBirth: '1975-05-06' },
  });
  const { patient } = await getReferral(db, officer.actor, id);
  const agreed = await w.followUp(patient.id, { dueOn: '2026-12-04' });
  await decideReferral(deps, officer, id, { decision: 'ask', question: 'Is there Wi-Fi?' });
  await answerQuestion(deps, officer, id, { answer: 'Yes' });
  const tasks = () =>
    db
      .selectFrom('task')
      .select('status')
      .where('subject_id', '=', id)
      .where('kind', '=', 'clinic_answered')
      .execute();
  t.same(await tasks(), [{ status: 'open' }]);
  await accept(id);
  t.same(await tasks(), [{ status: 'done' }]);
  await takeBackAcceptance(deps, officer, id);
  t.same(await tasks(), [{ status: 'open' }]);
  t.match((await w.call('officer', 'GET', `/follow-ups/${agreed}`)).body, { status: 'planned' });
  await accept(id);
  clock.set('2026-11-23T09:31:00Z');
  await w.followUp(patient.id, { dueOn: '2026-12-08' });
  t.match(await refusal(takeBackAcceptance(deps, officer, id)), { type: 'conflict', detail: /since/ });
  clock.set('2026-11-23T09:30:00Z');
});

t.test('it stays once something was built on it, later, and where nothing was accepted', async (t) => {
  const person = (familyName: string) => ({
    person: { givenName: 'Ola', familyName, dateOfBirth: '1969-01-02' },
  });
  const held = await make.referral(person('Held'));
  await accept(held.id);
  const [device] = await make.readyDevices(1);
  await allocateDevice(deps, officer, held.id, { deviceId: device!.id, skipReason: 'Agreed' });
  t.match(await refusal(takeBackAcceptance(deps, officer, held.id)), { type: 'conflict', detail: /since/ });
  const late = await make.referral(person('Late'));
  t.match(await refusal(takeBackAcceptance(deps, officer, late.id)), {
    type: 'conflict',
    detail: /not accepted/,
  });
  await accept(late.id);
  clock.set('2026-11-23T09:46:00Z');
  t.match(await refusal(takeBackAcceptance(deps, officer, late.id)), {
    type: 'conflict',
    detail: /15 minutes/,
  });
  clock.set('2026-11-23T09:30:00Z');
  t.equal(await statusOf(late.id), 'waiting');
  const asked = await make.referral(person('Asked'));
  await decideReferral(deps, officer, asked.id, { decision: 'ask', question: 'Is there Wi-Fi?' });
  await accept(asked.id);
  t.match(await w.call('officer', 'POST', `/referrals/${asked.id}/reconsiderations`), {
    status: 201,
    body: { status: 'asked' },
  });
  t.match(await w.call('clinic', 'POST', `/referrals/${asked.id}/reconsiderations`), { status: 403 });
});

t.test('taken back and held for at once: one of the two', async (t) => {
  const devices = await make.readyDevices(8);
  const outcomes = [];
  for (const [place, { id: deviceId }] of devices.entries()) {
    const { id } = await make.referral({
      person: {
        givenName: 'Ivo',
        familyName: `Race${place}`,
        dateOfBirth: `19${60 + place}-03-0${place + 1}`,
      },
    });
    await accept(id);
    const [back, hold] = await Promise.allSettled([
      takeBackAcceptance(deps, officer, id),
      allocateDevice(deps, officer, id, { deviceId, skipReason: 'Agreed' }),
    ]);
    outcomes.push([back.status, hold.status].toSorted().join());
    t.equal(await statusOf(id), back.status === 'fulfilled' ? 'received' : 'waiting');
  }
  t.same([...new Set(outcomes)], ['fulfilled,rejected']);
});

t.test('a referral that was taken, and a confirmation, are undone from the banner', async (t) => {
  const { id } = await make.referral({
    person: { givenName: 'Tae', familyName: 'Taken', dateOfBirth: '1977-07-07' },
  });
  const taken = await post(`/referrals/${id}/assignments`, { staffId: w.ids.officer, insteadOf: '' });
  t.match(await getReferral(db, officer.actor, id), { assignedTo: { id: w.ids.officer } });
  t.equal((await undo(taken as never))?.statusCode, 303);
  t.equal((await getReferral(db, officer.actor, id)).assignedTo, null);
  const { patient } = await getReferral(db, officer.actor, id);
  const followUp = await w.followUp(patient.id, { dueOn: '2026-12-03' });
  const { body } = await get(`/follow-ups/${followUp}`);
  const version = /name="version" value="([^"]+)"/.exec(body)![1]!.replaceAll('&quot;', '"');
  const confirmed = await post(`/follow-ups/${followUp}/changes`, {
    status: 'confirmed',
    version,
    form: 'confirm',
  });
  t.match((await w.call('officer', 'GET', `/follow-ups/${followUp}`)).body, { status: 'confirmed' });
  t.equal((await undo(confirmed as never))?.statusCode, 303);
  t.match((await w.call('officer', 'GET', `/follow-ups/${followUp}`)).body, { status: 'planned' });
});
