import { sql } from 'kysely';
import t, { type Test } from 'tap';
import { revealingWords } from '../../src/messages/template.rules.ts';
import { tellableWhys, whyWords } from '../../src/messages/why.rules.ts';
import { forms, versionIn } from '../helpers/pages.ts';
import { world } from '../helpers/world.ts';

/** Someone who was told on Monday evening of a call on Tuesday at 10am. */
async function told(t: Test) {
  const w = await world(t);
  const { patientId } = await w.refer({}, { needs: ['device'] });
  const id = await w.followUp(patientId, { dueOn: '2026-11-24' });
  await w.night('2026-11-23');
  t.equal((await w.sent()).length, 1, 'told once');
  const news = async () => {
    await w.send();
    return (await w.sent()).slice(1).map(({ body }) => body);
  };
  return { ...w, id, news };
}

t.test('every reason tells a stranger nothing, in words for the person and for whom they trust', (t) => {
  for (const why of tellableWhys)
    for (const isPassedOn of [true, false]) {
      t.same(revealingWords(whyWords(why, isPassedOn)), [], why);
      t.notMatch(whyWords(why, isPassedOn), /\b(ill|sick|unwell)\b/);
    }
  t.notMatch(tellableWhys.map((why) => whyWords(why, true)).join(), /\byou\b/);
  t.end();
});

t.test('a moved call says why, each reason in its words', async (t) => {
  const w = await told(t);
  t.equal((await w.change(w.id, { startsAt: '15:00', why: 'supporter_away' })).status, 200);
  t.match(await w.news(), [
    /There is a change: whoever was to be there is away: it is now Tuesday 24 November at 3pm/,
  ]);
});

t.test('closing a day says by itself that we are closed', async (t) => {
  const w = await told(t);
  t.equal(
    (await w.call('manager', 'POST', '/closed-days', { from: '2026-11-24', title: 'Training' })).status,
    201,
  );
  t.match(await w.news(), [/There is a change: we are closed that day: it is now/]);
});

t.test(
  'a form that moves it, or calls it off, asks why; that nothing is said of it is a choice',
  async (t) => {
    const w = await told(t);
    const officer = forms(w.app, w.as.officer);
    const page = `/follow-ups/${w.id}`;
    const version = versionIn((await officer.get(page)).body);
    const move = {
      form: 'move',
      version,
      'dueOn-day': '24',
      'dueOn-month': '11',
      'dueOn-year': '2026',
      startsAt: '15:00',
    };
    const refused = await officer.post(`${page}/changes`, move);
    t.equal(refused.statusCode, 422);
    t.match(refused.body, /Choose why, or that no reason is said/);
    t.match(refused.body, /value="15:00"/, 'what was typed stays');
    t.equal((await officer.post(`${page}/outcomes`, { result: 'cancelled' })).statusCode, 422);
    t.equal((await officer.post(`${page}/changes`, { ...move, why: 'not_said' })).statusCode, 303);
    t.match(await w.news(), [/There is a change: it is now Tuesday 24 November at 3pm/]);
  },
);

t.test('a loan that is due later says why, where its borrower was told of the day', async (t) => {
  const w = await world(t);
  const { patientId } = await w.refer({}, { needs: ['device'] });
  const loan = await w.make.loan({ patientId, dueOn: '2026-12-02' });
  await w.rows(sql`update reminder set status = 'cancelled' where reason <> 'return_due'`);
  await w.night('2026-11-24');
  t.equal((await w.sent()).length, 1);
  const { status } = await w.call('officer', 'POST', `/loans/${loan.id}/extensions`, {
    dueOn: '2027-01-05',
    from: '2026-12-02',
    reason: 'Still on a course',
    why: 'they_asked',
  });
  t.equal(status, 201);
  await w.send();
  t.match(
    (await w.sent()).at(-1)!.body,
    /Wednesday 2 December, which we told you before, does not hold any more: as you asked/,
  );
});
