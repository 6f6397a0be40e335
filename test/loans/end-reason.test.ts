import t from 'tap';
import { timelineOf } from '../../src/shared/event.queries.ts';
import { apiOf } from '../helpers/api.ts';
import { testApp } from '../helpers/app.ts';
import { factories } from '../helpers/factories.ts';
import { forms, versionIn } from '../helpers/pages.ts';

const { app, as, db, deps, clock } = await testApp(t);
clock.set('2026-11-23T09:00:00Z');
const make = factories(deps);
const api = apiOf(app, as.officer);
const pages = forms(app, as.officer);
const lines = async (id: string) => (await timelineOf(db, id, { limit: 50 })).items;
const reasonOf = async (loanId: string) => (await api('GET', `/loans/${loanId}`)).body.reasons;
const because = { reason: 'no_signal', words: 'Nothing gets through these walls' };

t.test(
  'why it came back is kept with what came back, in the story of the loan and of the person',
  async (t) => {
    const loan = await make.loan({ count: 2 });
    const [one, two] = loan.items;
    const back = await api('POST', `/loans/${loan.id}/returns`, {
      items: [{ itemId: one!.id, condition: 'B' }],
      because,
    });
    t.equal(back.status, 201);
    const read = await api('GET', `/loans/${loan.id}`);
    t.same(read.body.reasons, [{ itemId: one!.id, ...because }]);
    await api('POST', `/loans/${loan.id}/returns`, { items: [{ itemId: two!.id, condition: 'B' }] });
    t.same(await reasonOf(loan.id), [{ itemId: one!.id, ...because }], 'the other came back without one');
    for (const id of [loan.id, read.body.patient.id]) {
      const told = (await lines(id)).filter(({ type }) => type === 'loan.reason_given');
      t.equal(told.length, 1);
      t.match(told[0], { values: { assetTags: [one!.assetTag] }, fields: ['endReason', 'endWords'] });
      t.notMatch(JSON.stringify(told), 'no_signal', 'rule 20: what was said may tell of their health');
    }
    for (const id of [one!.deviceId, read.body.referral.id])
      t.notOk(
        (await lines(id)).some(({ type }) => type === 'loan.reason_given'),
        'it is not of the device, nor of what the clinic may read',
      );
  },
);

t.test('a reason of their own wants words, and words want a reason; what was typed stays', async (t) => {
  const loan = await make.loan();
  const [item] = loan.items;
  const bare = await api('POST', `/loans/${loan.id}/returns`, {
    items: [{ itemId: item!.id, condition: 'B' }],
    because: { reason: 'other' },
  });
  t.equal(bare.status, 422);
  t.match(bare.body.errors, [{ pointer: '/because/words' }]);
  const typed = { ticked: item!.id, [`item.${item!.id}.condition`]: 'B' };
  const words = 'It went to my sister <first>';
  const page = await pages.post(`/loans/${loan.id}/return`, { ...typed, 'because.words': words });
  t.equal(page.statusCode, 422);
  t.match(page.body, 'Choose the nearest, or “Something else”');
  t.match(page.body, 'It went to my sister &lt;first&gt;');
  t.match(
    (await pages.post(`/loans/${loan.id}/return`, { ...typed, 'because.reason': 'other' })).body,
    'Say in a few words what it was',
  );
  t.same(await reasonOf(loan.id), []);
  const alone = await api('POST', `/loans/${loan.id}/returns`, {
    accessories: [{ kind: 'Charger', quantity: 1 }],
    because,
  });
  t.match(alone.body.errors, [{ pointer: '/because/reason' }], 'there is nothing to keep it with');
});

t.test(
  'on the pages it is asked of one loan, and of each of many with what holds for the rest',
  async (t) => {
    const one = await make.loan();
    const form = await pages.get(`/loans/${one.id}/return`);
    t.match(form.body, 'Why is it coming back? (optional)');
    const done = await pages.post(`/loans/${one.id}/return`, {
      ticked: one.items[0]!.id,
      [`item.${one.items[0]!.id}.condition`]: 'B',
      'because.reason': 'too_much',
      'because.words': 'Too many letters',
    });
    t.equal(done.statusCode, 303);
    t.match(await reasonOf(one.id), [{ reason: 'too_much', words: 'Too many letters' }]);

    const many = [await make.loan(), await make.loan(), await make.loan()];
    const tags = many.map(({ items }) => items[0]!.assetTag);
    const back = await pages.post('/returns/many', {
      do: 'return',
      label: tags,
      condition: 'B',
      reason: 'moved',
      [`reasonOf.${tags[1]}`]: 'own_device',
    });
    t.equal(back.statusCode, 303);
    const reasons = [];
    for (const { id } of many) reasons.push((await reasonOf(id))[0].reason);
    t.same(reasons, ['moved', 'own_device', 'moved']);

    const quiet = await make.loan();
    await pages.post('/returns/many', {
      do: 'return',
      label: quiet.items[0]!.assetTag,
      condition: 'B',
      reason: '',
    });
    t.match(
      await api('GET', `/loans/${quiet.id}`),
      { body: { status: 'closed', reasons: [] } },
      'none is made up',
    );
  },
);

t.test('what was said of a return that was a mistake goes with it, and is kept', async (t) => {
  const loan = await make.loan();
  const [item] = loan.items;
  await api('POST', `/loans/${loan.id}/returns`, { items: [{ itemId: item!.id, condition: 'B' }], because });
  t.equal(
    (await api('POST', `/loan-items/${item!.id}/takings-back`, { reason: 'Another label' })).status,
    201,
  );
  t.same(await reasonOf(loan.id), []);
  const kept = await db
    .selectFrom('return_taken_back')
    .select(['end_reason', 'end_words'])
    .where('loan_item_id', '=', item!.id)
    .execute();
  t.same(kept, [{ end_reason: because.reason, end_words: because.words }]);
  await api('POST', `/loans/${loan.id}/returns`, { items: [{ itemId: item!.id, condition: 'B' }] });
  t.same(await reasonOf(loan.id), [], 'it does not come again by itself');
});

t.test('it is said afterwards or put right; the story has both, and whoever is second is told', async (t) => {
  const loan = await make.loan();
  const [item] = loan.items;
  const at = `/loan-items/${item!.id}`;
  const { etag: out } = await api('GET', `/loans/${loan.id}`);
  const early = await api('PATCH', at, { because: { reason: 'moved' } }, { 'if-match': out });
  t.match(early, { status: 409, body: { type: /loan-correction-refused/ } }, 'it has not come back');
  await api('POST', `/loans/${loan.id}/returns`, { items: [{ itemId: item!.id, condition: 'B' }], because });
  const { etag } = await api('GET', `/loans/${loan.id}`);
  t.equal((await api('PATCH', at, { because: null })).status, 428);
  clock.set('2026-11-23T09:01:00Z');
  const changed = await api('PATCH', at, { because: { reason: 'moved' } }, { 'if-match': etag });
  t.match(changed, { status: 200, body: { item: { because: { reason: 'moved', words: null } } } });
  t.equal((await api('PATCH', at, { because: null }, { 'if-match': etag })).status, 412);
  const events = await lines(loan.id);
  t.match(
    events.filter(({ type }) => type === 'loan.reason_corrected'),
    [{ values: { assetTag: item!.assetTag }, fields: ['endReason', 'endWords'] }],
  );
  t.match(
    (await pages.get(`/loans/${loan.id}`)).body.replaceAll(/<[^>]+>/g, ''),
    `Why ${item!.assetTag} came back was put right`,
  );

  const form = await pages.get(`${at}/reason`);
  const version = versionIn(form.body);
  clock.set('2026-11-23T09:02:00Z');
  const said = { version, 'because.reason': 'in_hospital', 'because.words': 'For a while' };
  t.equal((await pages.post(`${at}/reason`, said)).statusCode, 303);
  const late = await pages.post(`${at}/reason`, { version, 'because.reason': 'done', 'because.words': '' });
  t.equal(late.statusCode, 412);
  t.match(late.body, 'Someone else saved this while you wrote');
  t.match(await reasonOf(loan.id), [{ reason: 'in_hospital', words: 'For a while' }]);
});

t.test('a reason offers what may help next, where that is', async (t) => {
  const offered = async (reason: string) => {
    const loan = await make.loan({ count: 2 });
    const { body } = await api('GET', `/loans/${loan.id}`);
    await api('POST', `/loans/${loan.id}/returns`, {
      items: [{ itemId: loan.items[0]!.id, condition: 'B' }],
      because: { reason, ...(reason === 'other' && { words: 'A secret' }) },
    });
    const page = (await pages.get(`/loans/${loan.id}`)).body;
    const list = /this may help next:<\/p>\s*<ul[^>]*>(.*?)<\/ul>/s.exec(page)?.[1] ?? '';
    const hrefs = [...list.matchAll(/href="([^"]+)"/g)].map(([, href]) => href!);
    for (const href of hrefs) t.equal((await pages.get(href)).statusCode, 200, href);
    return hrefs.map((href) =>
      href.replace(body.patient.id, '{patient}').replace(body.referral.id, '{referral}'),
    );
  };
  t.same(await offered('own_device'), ['/referrals/{referral}']);
  t.same(await offered('lost_interest'), ['/follow-ups/new?patientId={patient}']);
  t.same(await offered('moved'), ['/referrals/{referral}/assessment', '/patients/{patient}/change']);
  t.same(await offered('no_signal'), ['/referrals/{referral}/assessment']);
  t.same(await offered('too_much'), ['/patients/{patient}/support', '/referrals/{referral}/assessment']);
  t.same(await offered('in_hospital'), [
    '/referrals/{referral}/allocate',
    '/patients/{patient}/contact-state',
  ]);
  t.same(await offered('done'), []);
  t.same(await offered('other'), []);
});
