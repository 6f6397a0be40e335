import { sql } from 'kysely';
import t from 'tap';
import { barriers } from '../../src/referrals/referral.rules.ts';
import { rulesInUse } from '../../src/referrals/tree.queries.ts';
import {
  type Conditions,
  conditionLines,
  connections,
  deviceUses,
  type Looked,
  type Offer,
  offers,
  type Rule,
  spaces,
  suggest,
  whyNotSuggested,
} from '../../src/referrals/tree.rules.ts';
import {
  offersWithoutRule,
  ruleChanges,
  ruleFaults,
  sameRules,
} from '../../src/referrals/tree-faults.rules.ts';
import { newId } from '../../src/shared/ids.ts';
import { apiOf } from '../helpers/api.ts';
import { testApp } from '../helpers/app.ts';
import { atOnce } from '../helpers/at-once.ts';
import { factories } from '../helpers/factories.ts';

const { app, as, db, deps, clock } = await testApp(t, { DATABASE_POOL: '30' });
const make = factories(deps);
const api = apiOf(app, as.manager);
const asOfficer = apiOf(app, as.officer);
t.beforeEach(() => clock.set('2026-11-23T09:30:00Z'));

const settled: Looked = {
  barriers: [],
  uses: ['own_smartphone'],
  internetAtHome: 'yes',
  privateSpace: 'yes',
  prefersNotDigital: false,
};
const rule = (when: Conditions, offer: Offer = 'data', why = 'So it is.'): Rule => ({
  id: newId(),
  when,
  offer,
  why,
});
const subsetsOf = <Word>(words: readonly Word[]) =>
  Array.from({ length: 2 ** words.length }, (_, bits) => words.filter((_word, place) => bits & (1 << place)));

/** What was suggested before there were versions, as one line. */
function before({ barriers: blocks, uses, internetAtHome, privateSpace, prefersNotDigital }: Looked): string {
  if (prefersNotDigital)
    return 'non_digital: They would rather not be digital, and the way they chose is written down.';
  const is = (barrier: Looked['barriers'][number]) => blocks.includes(barrier);
  const ownScreens = ['own_smartphone', 'own_phone_without_data', 'computer'] as const;
  const ways: [Offer, boolean, string][] = [
    [
      'device',
      !ownScreens.some((use) => uses.includes(use)),
      'They have no smartphone, tablet or computer of their own.',
    ],
    ['device', is('access_to_device'), 'Getting a device is what gets in the way.'],
    ['data', internetAtHome !== 'yes', 'There is no internet at home that they can rely on.'],
    ['data', uses.includes('own_phone_without_data'), 'They have a phone without mobile data.'],
    ['data', is('access_to_data'), 'Getting online is what gets in the way.'],
    ['support', is('skills') || is('ease_of_use'), 'They want to learn how, or find devices hard to use.'],
    ['support', is('beliefs_and_trust'), 'They are not sure it is safe or for them: someone to ask helps.'],
    [
      'support',
      is('health_and_symptoms'),
      'How they feel gets in the way: short calls at their own pace help.',
    ],
    [
      'access_point',
      privateSpace !== 'yes',
      'They have no private space that they can count on: a library or a drop-in has one.',
    ],
    [
      'access_point',
      is('housing'),
      'Where they live is not settled: kit can be used, and charged, at an access point.',
    ],
  ];
  return offers
    .flatMap((offer) => {
      const reasons = ways.filter(([leads, holds]) => leads === offer && holds).map(([, , why]) => why);
      return reasons.length ? [`${offer}: ${reasons.join(' ')}`] : [];
    })
    .join('\n');
}

t.test(
  'the first version suggests for all findings what was suggested before there were versions',
  async (t) => {
    const { version, rules } = await rulesInUse(db);
    t.equal(version, 1);
    t.same(ruleFaults(rules), []);
    t.same(offersWithoutRule(rules), []);
    let asked = 0;
    const otherwise: Looked[] = [];
    // Each rule looks at one or two barriers, so that three at once meet what the rules can tell apart.
    for (const barriersNow of subsetsOf(barriers).filter(({ length }) => length < 4 || length === 9))
      for (const uses of subsetsOf(deviceUses).slice(1))
        for (const internetAtHome of connections)
          for (const privateSpace of spaces)
            for (const prefersNotDigital of [true, false]) {
              const found: Looked = {
                barriers: barriersNow,
                uses,
                internetAtHome,
                privateSpace,
                prefersNotDigital,
              };
              const now = suggest(rules, found).map(({ offer, why }) => `${offer}: ${why}`);
              asked++;
              if (now.join('\n') !== before(found)) otherwise.push(found);
            }
    t.equal(asked, (1 + 9 + 36 + 84 + 1) * 31 * 3 * 3 * 2);
    t.same(otherwise.slice(0, 3), []);
  },
);

t.test(
  'all conditions of a rule have to hold, each offer comes once, and some things no rule changes',
  (t) => {
    const both = rule({ barriersAny: ['money', 'housing'], internetAtHome: ['no', 'limited'] });
    const of = (rules: Rule[], changes: Partial<Looked>) => suggest(rules, { ...settled, ...changes });
    t.same(of([both], { barriers: ['money'] }), []);
    t.same(of([both], { internetAtHome: 'no' }), []);
    t.match(of([both], { internetAtHome: 'no', barriers: ['housing', 'skills'] }), [{ offer: 'data' }]);
    const uses = rule({ usesAny: ['computer'], usesNone: ['own_smartphone'] }, 'device');
    t.same(of([uses], { uses: ['computer', 'own_smartphone'] }), []);
    t.match(of([uses], { uses: ['computer', 'shared_phone'] }), [{ offer: 'device' }]);
    t.same(
      of(
        [
          rule({ privateSpace: ['yes'] }, 'data', 'One.'),
          rule({ usesAny: ['own_smartphone'] }, 'data', 'Two.'),
          rule({ internetAtHome: ['yes'] }, 'data', 'One.'),
        ],
        {},
      ),
      [{ offer: 'data', why: 'One. Two.' }],
      'once, with each reason once',
    );
    const everywhere = offers.map((offer) => rule({ privateSpace: ['yes'] }, offer));
    t.same(
      of(everywhere, { prefersNotDigital: true }).map(({ offer }) => offer),
      ['non_digital'],
      'whoever would rather not be digital is offered nothing else',
    );
    t.notOk(
      of(everywhere, {}).some(({ offer }) => offer === 'non_digital'),
      'and nobody else is offered that',
    );
    t.match(whyNotSuggested('data', settled, 4), /no rule of version 4/);
    t.match(whyNotSuggested('non_digital', settled, 4), /did not choose/);
    t.match(whyNotSuggested('data', { prefersNotDigital: true }, 4), /rather not be digital/);
    t.same(
      conditionLines({ barriersAny: ['skills', 'money'], usesNone: ['nothing'], prefersNotDigital: false }),
      [
        'What gets in the way: not sure how to use one or money',
        'They do not use: nothing',
        'They do not mind being digital',
      ],
    );
    t.end();
  },
);

t.test('what is wrong with rules, each at its field', (t) => {
  const faults = (...rules: Rule[]) => ruleFaults(rules).map(({ pointer }) => pointer);
  t.same(faults(), ['/rules']);
  t.same(faults(rule({})), ['/rules/0/when']);
  t.same(faults(rule({ barriersAny: [] })), ['/rules/0/when']);
  t.same(faults(rule({ usesAny: ['computer'], usesNone: ['computer', 'nothing'] })), [
    '/rules/0/when/usesNone',
  ]);
  t.same(faults(rule({ usesAny: ['computer', 'nothing'], usesNone: ['computer'] })), [], 'the other is left');
  t.same(faults(rule({ usesNone: [...deviceUses] })), ['/rules/0/when/usesNone']);
  t.same(faults(rule({ usesAny: [...deviceUses] })), ['/rules/0/when/usesAny']);
  t.same(faults(rule({ internetAtHome: [...connections], privateSpace: [...spaces] })), [
    '/rules/0/when/internetAtHome',
    '/rules/0/when/privateSpace',
  ]);
  t.same(faults(rule({ prefersNotDigital: true })), ['/rules/0/when/prefersNotDigital']);
  t.same(faults(rule({ prefersNotDigital: false }, 'non_digital')), ['/rules/0/when/prefersNotDigital']);
  const one = rule({ barriersAny: ['skills', 'money'] });
  t.same(faults(one, rule({ barriersAny: ['money', 'skills'], usesAny: [] }, 'data', 'Other words.')), [
    '/rules/1/when',
  ]);
  t.same(faults(one, rule({ barriersAny: ['money', 'skills'] }, 'device')), [], 'to something else');
  t.same(faults(one, { ...rule({ privateSpace: ['no'] }), id: one.id }), ['/rules/1/id']);
  t.same(offersWithoutRule([one]), ['device', 'support', 'access_point', 'non_digital']);
  const two = rule({ privateSpace: ['no'] }, 'access_point');
  t.ok(sameRules([one, two], [{ ...one, when: { barriersAny: ['money', 'skills'] } }, two]));
  t.notOk(sameRules([one, two], [two, one]), 'another order is another version');
  t.same(ruleChanges([one, two], [two, one]), ['The rules are in another order.']);
  t.same(ruleChanges([one, two], [{ ...two, why: 'Other.' }, rule({ privateSpace: ['yes'] }, 'device')]), [
    'Rule 1 (A place to go, such as a library or drop-in) is changed.',
    'Rule 2 (A device) is new.',
    'Rule 1 of before (Mobile data) is removed.',
  ]);
  t.end();
});

const start = async () => {
  const { body, etag } = await api('POST', '/suggestion-trees');
  return { draft: body, tag: etag };
};
const money = {
  when: { barriersAny: ['money'] },
  offer: 'data',
  why: 'They cannot pay for internet at home',
};

t.test('a draft is started, changed and published; assessments keep the version that they had', async (t) => {
  const { id } = await make.referral({ needs: ['data'] });
  const found = { ...settled, barriers: ['money'] };
  const first = await asOfficer('POST', `/referrals/${id}/assessments`, found);
  t.match(first.body, { treeVersion: 1, suggestions: [] });
  const made = await api('POST', '/suggestion-trees');
  t.match(made, { status: 201, body: { version: 2, status: 'draft', before: 1, ruleCount: 11 } });
  t.match(await api('POST', '/suggestion-trees'), {
    status: 409,
    body: { type: /tree-change-refused/, detail: /Version 2 is a draft already/ },
  });
  const tag = made.etag;
  const path = '/suggestion-trees/2';
  const { rules } = made.body;
  t.match(await api('PATCH', path, { rules }), { status: 428 });
  t.match(await api('POST', `${path}/publishing`, { note: 'Nothing' }, { 'if-match': tag }), {
    status: 409,
    body: { detail: /says the same as version 1/ },
  });
  t.match(await api('PATCH', path, { rules: [...rules, { ...money, when: {} }] }, { 'if-match': tag }), {
    status: 422,
    body: { errors: [{ pointer: '/rules/11/when' }] },
  });
  t.match(await api('PATCH', path, { rules: [{ ...money, id: newId() }] }, { 'if-match': tag }), {
    status: 422,
    body: { errors: [{ pointer: '/rules/0/id' }] },
  });
  t.match(
    await api('PATCH', path, { rules: [{ ...money, when: { barriersAny: ['fear'] } }] }, { 'if-match': tag }),
    {
      status: 422,
      body: { errors: [{ pointer: '/rules/0/when/barriersAny/0' }] },
    },
  );
  const changed = await api('PATCH', path, { rules: [...rules, money] }, { 'if-match': tag });
  t.match(changed, {
    status: 200,
    body: { rules: { 11: { why: 'They cannot pay for internet at home.' } } },
  });
  t.match(await api('PATCH', path, { rules }, { 'if-match': tag }), { status: 412 });
  clock.set('2026-11-23T09:31:00Z');
  t.match((await asOfficer('POST', `/referrals/${id}/assessments`, found)).body, { treeVersion: 1 });
  const now = { 'if-match': changed.etag };
  t.match(await api('POST', `${path}/publishing`, { note: ' ' }, now), {
    status: 422,
    body: { errors: [{ pointer: '/note' }] },
  });
  const note = 'Amal told us about money';
  t.match(await api('POST', `${path}/publishing`, { note }, now), {
    status: 201,
    body: { status: 'published', note },
  });
  for (const refused of [
    await api('PATCH', path, { rules }, now),
    await api('POST', `${path}/publishing`, { note }, now),
    await api('DELETE', path, undefined, now),
  ])
    t.match(refused, { status: 409, body: { detail: /is published, and stays/ } });
  clock.set('2026-11-23T09:32:00Z');
  t.match((await asOfficer('POST', `/referrals/${id}/assessments`, found)).body, {
    treeVersion: 2,
    suggestions: [{ offer: 'data', why: 'They cannot pay for internet at home.' }],
  });
  t.match((await asOfficer('GET', `/referrals/${id}/assessments`)).body.items, [
    { treeVersion: 2 },
    { treeVersion: 1 },
    { treeVersion: 1, suggestions: [] },
  ]);
  await t.rejects(sql`update suggestion_tree set note = 'x' where version = 1`.execute(db), /append-only/);
  await t.rejects(sql`delete from suggestion_tree where version = 2`.execute(db), /append-only/);
  const { rows } = await sql<{ event: string }>`
    select row_to_json(e)::text as event from event e where type like 'suggestion_tree.%' order by id`.execute(
    db,
  );
  t.match(
    rows.map(({ event }) => JSON.parse(event).type),
    ['suggestion_tree.started', 'suggestion_tree.changed', 'suggestion_tree.published'],
  );
  t.notMatch(rows.map(({ event }) => event).join(), /Amal|pay/, 'no words of theirs');
});

t.test('a draft is thrown away, and its number is that of the next', async (t) => {
  const { draft, tag } = await start();
  const path = `/suggestion-trees/${draft.version}`;
  t.match(await api('DELETE', path), { status: 428 });
  t.match(await api('DELETE', path, undefined, { 'if-match': tag }), {
    status: 200,
    body: { version: draft.version },
  });
  t.match(await api('GET', path), { status: 404 });
  t.match(await api('DELETE', path, undefined, { 'if-match': tag }), { status: 404 });
  t.equal((await start()).draft.version, draft.version);
  t.match((await asOfficer('GET', '/suggestion-trees')).body.items, [
    { status: 'draft' },
    { version: 2 },
    { version: 1 },
  ]);
  const newest = await asOfficer('GET', path);
  await api('DELETE', path, undefined, { 'if-match': newest.etag });
});

t.test('a reason as long as may be is saved, and saved again as it was read', async (t) => {
  const { draft, tag } = await start();
  const path = `/suggestion-trees/${draft.version}`;
  const asked = [
    { ...money, why: 'x'.repeat(300) },
    { ...money, offer: 'device', why: 'x'.repeat(299) },
  ];
  const first = await api('PATCH', path, { rules: asked }, { 'if-match': tag });
  const reasons = ['x'.repeat(300), `${'x'.repeat(299)}.`];
  t.match(first, { status: 200, body: { rules: reasons.map((why) => ({ why })) } });
  const { rules } = first.body;
  const again = await api('PATCH', path, { rules }, { 'if-match': first.etag });
  t.match(again, { status: 200, body: { rules } });
  t.equal((await api('DELETE', path, undefined, { 'if-match': again.etag })).status, 200);
});

t.test('two managers at once: one starts, one changes, one publishes', async (t) => {
  const outcomes = async (lock: string, tries: (() => Promise<{ status: number }>)[]) =>
    (await atOnce(db, sql`${sql.raw(lock)}`, tries))
      .map((one) => one.status === 'fulfilled' && one.value.status)
      .sort();
  t.same(
    await outcomes('select from suggestion_tree for update', [
      () => api('POST', '/suggestion-trees'),
      () => api('POST', '/suggestion-trees'),
    ]),
    [201, 409],
  );
  const { body, etag } = await api('GET', '/suggestion-trees/3');
  const change = (why: string) => () =>
    api('PATCH', '/suggestion-trees/3', { rules: [{ ...money, why }] }, { 'if-match': etag });
  const lock = 'select from suggestion_tree where version = 3 for update';
  t.equal(body.status, 'draft');
  t.same(await outcomes(lock, [change('One'), change('Two')]), [200, 412]);
  const tag = (await api('GET', '/suggestion-trees/3')).etag;
  const publish = () => api('POST', '/suggestion-trees/3/publishing', { note: 'Both' }, { 'if-match': tag });
  t.same(await outcomes(lock, [publish, publish]), [201, 409]);
});

t.test('officers read, managers change, nobody else', async (t) => {
  t.equal((await asOfficer('GET', '/suggestion-trees/1')).status, 200);
  t.equal((await asOfficer('POST', '/suggestion-trees')).status, 403);
  for (const who of [as.clinic, as.supporter])
    t.equal((await apiOf(app, who)('GET', '/suggestion-trees/1')).status, 403);
  t.equal((await api('GET', '/suggestion-trees/99')).status, 404);
  t.equal((await api('GET', '/suggestion-trees/0')).status, 404);
});
