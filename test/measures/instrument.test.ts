import { sql } from 'kysely';
import t from 'tap';
import { addDays } from '../../src/shared/clock.ts';
import {
  answerFaults,
  choicesOf,
  dueSince,
  type Item,
  itemFaults,
  totalOf,
  whyNotUse,
} from '../../src/support/measures/instrument.rules.ts';
import { forms, savedByTwo, signedInBrowser } from '../helpers/pages.ts';
import { world } from '../helpers/world.ts';

const item = (changes: Partial<Item> = {}): Item => ({
  wording: 'In touch?',
  lowest: 1,
  highest: 5,
  labels: [],
  reversed: false,
  ...changes,
});
const four = [item(), item({ reversed: true }), item(), item({ lowest: 0, highest: 10 })];

t.test('totals: reversed items, missing ones, sums and means, by hand', async (t) => {
  const of = (total: 'sum' | 'mean', mayMiss = 0) => ({ total, mayMiss, items: four });
  t.equal(totalOf(of('sum'), [5, 1, 3, 10]), 5 + 5 + 3 + 10);
  t.equal(totalOf(of('mean'), [5, 1, 3, 10]), 5.75);
  t.equal(totalOf(of('sum'), [5, 1, null, 10]), null, 'none may be missing');
  t.equal(totalOf(of('sum', 1), [5, 1, 'rather_not', 10]), 26.6667);
  t.equal(totalOf(of('mean', 2), [4, null, null, 6]), 5);
  t.equal(totalOf(of('mean', 2), [4, null, null, null]), null, 'three are too many');
  t.equal(totalOf({ ...of('sum'), mayMiss: 3 }, [null, null, null, null]), null);
});

t.test('what is wrong with items and with answers', async (t) => {
  const faults = (items: Item[], mayMiss = 0) => itemFaults({ total: 'sum', mayMiss, items });
  t.same(faults(four), []);
  t.match(faults([item({ highest: 1 })]), [{ pointer: '/items/0/highest' }]);
  t.match(faults([item(), item({ labels: ['a', 'b', 'c'] })]), [{ pointer: '/items/1/labels' }]);
  t.same(faults([item({ labels: ['never', 'always'] })]), []);
  t.match(faults([item()], 1), [{ pointer: '/mayMiss' }]);
  t.same(answerFaults(four, [1, 5, null, 'rather_not']), []);
  t.match(answerFaults(four, [0, 1, 1, 11]), [{ pointer: '/answers/0' }, { pointer: '/answers/3' }]);
  t.match(answerFaults(four, [1]), [{ pointer: '/answers' }]);
  t.same(
    choicesOf(item({ highest: 3, labels: ['never', 'always'] })).map(({ text }) => text),
    ['1: never', '2', '3: always'],
  );
  t.equal(whyNotUse({ retired: false, licenceNeeded: true, licenceHeld: true }), null);
  t.match(whyNotUse({ retired: false, licenceNeeded: true, licenceHeld: false }), /licence/);
  t.match(whyNotUse({ retired: true, licenceNeeded: false, licenceHeld: false }), /no longer/);
});

t.test('when it is due: first from the referral or the handover, then by weeks', async (t) => {
  const plan = {
    baseline: 'referral' as const,
    repeatWeeks: [4, 12],
    referredOn: '2026-01-01',
    startedOn: '2026-02-01',
    lastAskedOn: null,
  };
  const due = (day: string, changes: object = {}) => dueSince({ ...plan, ...changes }, day, addDays);
  t.equal(due('2025-12-31'), null);
  t.equal(due('2026-01-01'), '2026-01-01');
  t.equal(due('2026-01-09', { lastAskedOn: '2026-01-05' }), null);
  t.equal(due('2026-02-28', { lastAskedOn: '2026-01-05' }), null);
  t.equal(due('2026-03-01', { lastAskedOn: '2026-01-05' }), '2026-03-01');
  t.equal(due('2026-03-20', { lastAskedOn: '2026-03-02' }), null);
  t.equal(due('2026-04-26', { lastAskedOn: '2026-03-02' }), '2026-04-26');
  t.equal(due('2026-01-20', { baseline: 'handover' }), null);
  t.equal(due('2026-02-01', { baseline: 'handover' }), '2026-02-01');
  t.equal(due('2026-06-01', { baseline: null, repeatWeeks: [] }), null);
  t.equal(due('2026-06-01', { startedOn: null, lastAskedOn: '2026-01-01' }), null, 'no repeat without help');
});

const touch = {
  name: 'Being in touch',
  direction: 'higher',
  licenceNeeded: false,
  total: 'sum',
  items: [
    { wording: 'Zyxword in touch?', lowest: 1, highest: 5, labels: ['never', 'always'] },
    { wording: 'On your own?', lowest: 1, highest: 5, reversed: true },
  ],
};

t.test('an instrument is set up without code, and its items never change once they are there', async (t) => {
  const w = await world(t);
  const made = await w.call('manager', 'POST', '/instruments', touch);
  t.match(made, {
    status: 201,
    body: { version: 1, asked: 0, items: [{ reversed: false }, { reversed: true }] },
  });
  const { id } = made.body;
  t.equal((await w.call('manager', 'POST', '/instruments', touch)).body.type, '/problems/name-in-use');
  t.equal((await w.call('manager', 'POST', '/instruments', { ...touch, items: [] })).status, 422);
  const change = async (body: object) => {
    const { etag } = await w.call('manager', 'GET', `/instruments/${id}`);
    return w.call('manager', 'PATCH', `/instruments/${id}`, body, { 'if-match': etag });
  };
  t.match((await change({ licenceNote: 'Cite us', repeatWeeks: [26, 12] })).body, {
    version: 1,
    repeatWeeks: [12, 26],
  });
  t.match((await change({ items: [touch.items[0]] })).body, {
    version: 2,
    items: [{ wording: 'Zyxword in touch?' }],
    earlier: [{ version: 1, items: [{}, { wording: 'On your own?' }], createdBy: 'Test manager' }],
  });
  await t.rejects(
    sql`update instrument_version set items = '[]' where instrument_id = ${id}`.execute(w.db),
    'the database holds it',
  );
  for (const who of ['officer', 'supporter', 'auditor', 'clinic', 'integration'] as const)
    t.equal((await w.call(who, 'POST', '/instruments', touch)).status, 403, who);
  t.equal((await w.call('officer', 'GET', '/instruments')).body.items.length, 1);
  const events = await w.rows<{ e: string }>(sql`select row_to_json(e)::text as e from event e`);
  t.notMatch(events.map(({ e }) => e).join(), /Zyxword/);
});

t.test('pages of settings: an instrument is written in, its answers as in the item before', async (t) => {
  const w = await world(t);
  const page = forms(w.app, w.as.manager);
  const path = '/settings/instruments';
  t.match((await page.get('/settings')).body, path);
  const typed = {
    name: 'Being in touch',
    direction: 'higher',
    licenceNeeded: 'true',
    total: 'sum',
    repeatWeeks: '12, 26',
    'items.0.wording': 'In touch?',
    'items.0.lowest': '1',
    'items.0.highest': '3',
    'items.0.labels': 'never\nsometimes\nalways',
    'items.1.wording': 'Alone?',
    'items.1.reversed': 'true',
    'items.2.wording': '',
  };
  const bad = await page.post(`${path}/new`, {
    ...typed,
    'items.0.labels': 'never\nsometimes\noften\nalways',
  });
  t.equal(bad.statusCode, 422);
  t.match(bad.body, /Give 3 labels/);
  t.match(bad.body, /Alone\?/, 'what was typed is kept');
  t.match(
    (await page.post(`${path}/new`, { ...typed, 'items.0.wording': '', 'items.1.wording': '' })).body,
    /Fill in at least one item/,
  );
  const done = await page.post(`${path}/new`, typed);
  t.equal(done.statusCode, 303);
  const own = String(done.headers.location).split('?')[0]!;
  const { body } = await page.get(own);
  t.match(body, /Needed, and not held/);
  t.match(body, /1: never, 2: sometimes, 3: always.*It counts the other way round/s);
  const { name, direction, total } = typed;
  const whole = { ...typed, name, direction, total, licenceHeld: 'true' };
  w.clock.goOn(1);
  await savedByTwo(t, page, {
    page: `${own}/change`,
    first: whole,
    second: { ...whole, 'items.1.wording': 'By yourself?' },
    shows: [/By yourself/],
  });
  t.match((await page.get(own)).body, /Version 2, which is asked now/);

  const baseURL = await w.app.listen({ port: 0 });
  const browser = await signedInBrowser(t, baseURL, w.as.manager);
  for (const url of [path, own, `${own}/change`])
    await browser.step(url.replace(/[0-9a-f-]{36}/, 'id'), async () => {
      await browser.page.goto(url);
      await browser.look(url.replace(/[0-9a-f-]{36}/, 'id'));
    });
});
