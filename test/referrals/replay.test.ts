import { sql } from 'kysely';
import t from 'tap';
import { diagramsOf } from '../../src/referrals/diagram.rules.ts';
import { type PastAssessment, replay } from '../../src/referrals/replay.rules.ts';
import { rulesInUse } from '../../src/referrals/tree.queries.ts';
import type { Looked, Rule } from '../../src/referrals/tree.rules.ts';
import { newId } from '../../src/shared/ids.ts';
import { apiOf } from '../helpers/api.ts';
import { testApp } from '../helpers/app.ts';
import { factories } from '../helpers/factories.ts';

const { app, as, db, deps, clock } = await testApp(t);
const make = factories(deps);
const api = apiOf(app, as.manager);
const asOfficer = apiOf(app, as.officer);

const settled: Looked = {
  barriers: [],
  uses: ['own_smartphone'],
  internetAtHome: 'yes',
  privateSpace: 'yes',
  prefersNotDigital: false,
};
const rule = (when: Rule['when'], offer: Rule['offer'], why = 'Because.'): Rule => ({
  id: newId(),
  when,
  offer,
  why,
});
const past = (found: Partial<Looked>, rest: Partial<PastAssessment> = {}): PastAssessment => ({
  at: '2026-11-01T10:00:00Z',
  referral: { id: newId(), reference: 'R-000000' },
  treeVersion: 1,
  found: { ...settled, ...found },
  suggested: [],
  takenUp: null,
  left: [],
  ...rest,
});

t.test('two versions over past assessments, counted by hand', (t) => {
  const data = rule({ internetAtHome: ['no', 'limited'] }, 'data');
  const before = [data, rule({ barriersAny: ['skills'] }, 'support')];
  const after = [{ ...data, why: 'Other words.' }, rule({ barriersAny: ['housing'] }, 'access_point')];
  const found = replay(before, after, [
    past({ internetAtHome: 'no' }),
    past({ barriers: ['skills'] }),
    past({ barriers: ['skills', 'housing'] }),
    past(
      {},
      {
        suggested: ['data', 'device'],
        takenUp: ['device', 'support'],
        left: [{ offer: 'data', reason: 'Has Wi-Fi' }],
      },
    ),
    past({ prefersNotDigital: true, barriers: ['skills'] }, { suggested: ['data'], takenUp: ['data'] }),
  ]);
  t.match(found, { assessed: 5, changed: 2, reworded: 1, decided: 2 });
  t.match(
    found.changes.map(({ before, after }) => [before, after]),
    [
      [['support'], []],
      [['support'], ['access_point']],
    ],
  );
  t.same(
    found.offers.find(({ offer }) => offer === 'support'),
    { offer: 'support', before: 2, after: 0, more: 0, fewer: 2 },
  );
  t.same(
    found.offers.find(({ offer }) => offer === 'access_point'),
    { offer: 'access_point', before: 0, after: 1, more: 1, fewer: 0 },
  );
  t.same(
    found.choices.find(({ offer }) => offer === 'data'),
    { offer: 'data', suggested: 2, notTakenUp: 1, addedUnasked: 0 },
  );
  t.same(
    found.choices.find(({ offer }) => offer === 'support'),
    { offer: 'support', suggested: 0, notTakenUp: 0, addedUnasked: 1 },
  );
  t.match(found.otherwise, [
    { offer: 'data', added: false, reason: 'Has Wi-Fi' },
    { offer: 'support', added: true, reason: null },
  ]);
  t.match(replay(before, after, []), { assessed: 0, changed: 0, changes: [], otherwise: [] });
  t.end();
});

t.test(
  'a draft over what was assessed, in turns, with the reasons given; whose it was is logged',
  async (t) => {
    const referrals = [];
    for (let turn = 0; turn < 3; turn++) {
      clock.set(`2026-11-23T09:3${turn}:00Z`);
      const referral = await make.referral({ needs: ['device', 'data'] });
      const { body } = await asOfficer('POST', `/referrals/${referral.id}/assessments`, {
        ...settled,
        barriers: ['money'],
        internetAtHome: 'no',
        wouldHelp: 'My sister’s tablet',
      });
      referrals.push({ ...referral, assessmentId: body.id });
    }
    const { id, assessmentId, reference } = referrals[2]!;
    await asOfficer('POST', `/referrals/${id}/assessments/${assessmentId}/take-ups`, {
      offers: ['device', 'access_point'],
      dropped: { data: 'The hostel has Wi-Fi.' },
    });
    const { body: draft, etag } = await api('POST', '/suggestion-trees');
    const money = { when: { barriersAny: ['money'] }, offer: 'access_point', why: 'The library is free' };
    await api('PATCH', '/suggestion-trees/2', { rules: [...draft.rules, money] }, { 'if-match': etag });
    const path = '/suggestion-trees/2/replay';
    const whole = await asOfficer('GET', path);
    t.match(whole.body, {
      version: 2,
      against: 1,
      assessed: 3,
      changed: 3,
      changes: {
        0: { referral: { id, reference }, before: ['data'], after: ['data', 'access_point'], treeVersion: 1 },
      },
      decided: 1,
      next: null,
    });
    t.match(
      whole.body.otherwise.filter((one: { added: boolean }) => !one.added),
      [{ offer: 'data', reason: 'The hostel has Wi-Fi.', referral: { reference } }],
    );
    t.notMatch(JSON.stringify(whole.body), /sister/, 'what they said beside the answers is not in it');
    const first = await asOfficer('GET', `${path}?limit=2`);
    t.equal(first.body.assessed, 2);
    t.match((await asOfficer('GET', `${path}?limit=2&after=${first.body.next}`)).body, {
      assessed: 1,
      changes: [{ referral: { id: referrals[0]!.id } }],
      next: null,
    });
    t.match((await asOfficer('GET', `${path}?against=2`)).body, { against: 2, changed: 0 });
    t.equal((await asOfficer('GET', `${path}?against=9`)).status, 404);
    t.equal((await asOfficer('GET', `${path}?after=x`)).status, 400);
    for (const who of [as.auditor, as.supporter, as.clinic])
      t.equal((await apiOf(app, who)('GET', path)).status, 403);
    const { rows } = await sql<{ people: number }>`
    select cardinality(patient_ids) as people from access_log where list = '/suggestion-trees/:version/replay' order by id limit 1`.execute(
      db,
    );
    t.same(rows, [{ people: 3 }]);
  },
);

t.test('a diagram has each rule, each line within its box', async (t) => {
  const { rules } = await rulesInUse(db);
  const long = rule(
    { usesNone: ['computer', 'own_smartphone', 'nothing'], barriersAny: ['money'], privateSpace: ['no'] },
    'data',
    'x'.repeat(120),
  );
  const diagrams = diagramsOf([...rules, long]);
  t.same(
    diagrams.map(({ offer }) => offer),
    ['device', 'data', 'support', 'access_point', 'non_digital'],
  );
  t.equal(
    diagrams.flatMap(({ boxes }) => boxes.filter(({ kind }) => kind === 'why')).length,
    rules.length + 1,
  );
  for (const { boxes, height, width } of diagrams)
    for (const box of boxes) {
      t.ok(box.x + box.width <= width && box.y + box.height <= height, 'inside the drawing');
      for (const line of box.lines)
        t.ok(line.y > box.y && line.y < box.y + box.height && line.text.length <= 42);
    }
});
