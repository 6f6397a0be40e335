import { sql } from 'kysely';
import t from 'tap';
import { returnItems } from '../../src/lending/loans/return.commands.ts';
import { addLocation } from '../../src/scheme/organisations/organisation.commands.ts';
import { testApp } from '../helpers/app.ts';
import { factories, officer } from '../helpers/factories.ts';
import { forms, signedInBrowser } from '../helpers/pages.ts';

t.setTimeout(400_000);
const openTerms = '01900000-0000-7000-8000-000000000050';
const { app, as, deps, db } = await testApp(t);
const make = factories(deps);
const { get, post } = forms(app, as.officer);
const baseURL = await app.listen({ host: '127.0.0.1', port: 0 });

t.test(
  'an officer extends a loan that someone else waits for, looks at it again, and gives it to keep',
  async (t) => {
    const loan = await make.loan({ dueOn: '2026-12-07' });
    await make.waitingReferral({ needs: ['device'] });
    const { page, look } = await signedInBrowser(t, baseURL, as.officer);
    await page.goto('/');
    await page.getByRole('link', { name: '1 loan due back within 14 days' }).click();
    await page.getByRole('link', { name: loan.reference }).click();
    await look('a loan that may be extended');
    await page.getByRole('link', { name: 'Extend it' }).click();
    await page.getByText('1 other person waits for a device. That need not stop it').waitFor();
    t.equal(
      await page.getByRole('group', { name: 'New date to come back' }).getByLabel('Year').inputValue(),
      '2027',
      'a date is suggested',
    );
    await look('extend');
    await page.getByRole('button', { name: 'Extend the loan' }).click();
    await page.getByRole('link', { name: 'Say why this loan goes on' }).click();
    await look('extend, refused');
    await page.getByLabel('Why it goes on').fill('She is in the middle of a course.');
    await page.getByRole('button', { name: 'Extend the loan' }).dblclick();
    await page.getByText('The loan is now due back on 8 March 2027.').waitFor();
    await page.getByText('Loan extended: now due back on 8 March 2027').waitFor();
    await page.getByRole('link', { name: 'Extend it' }).click();
    await page.getByText('It has been extended once. Its terms allow it to be extended twice.').waitFor();
    await page.getByText('She is in the middle of a course.').waitFor();
    await page.getByText('by its terms; a manager may go further').waitFor();
    t.equal(await page.getByLabel('It stays open').count(), 0, 'that it stays open is a manager’s to say');
    const open = { until: 'open', reason: 'The course has no end yet.' };
    const opened = await forms(app, as.manager).post(`/loans/${loan.id}/extend`, {
      from: '2027-03-08',
      ...open,
    });
    t.equal(opened.statusCode, 303);
    await page.goto(`/loans/${loan.id}`);
    await page.getByRole('link', { name: 'Say whether it is still needed' }).click();
    await look('review');
    await page.getByRole('button', { name: 'Record' }).click();
    await page.getByRole('link', { name: 'Choose what came of it' }).waitFor();
    await page.getByLabel('It comes back').check();
    await page.getByRole('button', { name: 'Record' }).click();
    await page.getByRole('link', { name: 'Give the date by which it comes back' }).waitFor();
    await page.getByLabel('Still needed').check();
    await page.getByLabel('Note (optional)').fill('Every day.');
    await page.getByRole('button', { name: 'Record' }).click();
    await page.getByText('We look at this loan again on 23 December 2026.').waitFor();
    await page.getByRole('link', { name: 'Say whether it is still needed' }).click();
    await page.getByText('Test officer: still needed').waitFor();
    await page.getByText('Every day.').waitFor();

    await page.goto(`/loans/${loan.id}`);
    await page.locator('.app-more-actions summary').click();
    await page.getByRole('link', { name: 'Give it to keep' }).click();
    await look('gift');
    await page.getByRole('button', { name: 'Give it to keep' }).click();
    await page.getByRole('link', { name: 'Say why it becomes a gift' }).waitFor();
    await page.getByLabel('Why it becomes a gift').fill('Long in use.');
    await page.getByRole('button', { name: 'Give it to keep' }).dblclick();
    await page.getByText('theirs to keep now. The loan is closed, and the follow-ups go on.').waitFor();
    await look('a loan given to keep');
    await page.getByRole('link', { name: 'Print the letter' }).first().click();
    await page.getByRole('heading', { name: 'This is yours to keep' }).waitFor();
    await look('gift letter');
  },
);

t.test('shared kit is lent to a place by scanner, on its own terms', async (t) => {
  const [tablet, other] = await make.readyDevices(2);
  const [raw] = await make.devices(1);
  const { page, scan, look } = await signedInBrowser(t, baseURL, as.officer);
  await page.goto('/loans/new');
  await page.getByText('There is no place yet that kit could be lent to.').waitFor();
  await addLocation(deps, officer, { name: 'Swiss Cottage Library', kind: 'access_point' });
  await addLocation(deps, officer, { name: 'Mend It', kind: 'repairer' });
  await page.goto('/loans');
  await page.getByRole('link', { name: 'Lend to a place' }).click();
  t.notOk(await page.getByText('Mend It').count(), 'a repairer borrows nothing');
  await look('choose a place');
  await page.getByLabel('Which place').selectOption('Swiss Cottage Library (access point)');
  await page.getByRole('button', { name: 'Go on to the kit' }).click();
  await page.getByRole('heading', { name: 'What goes out' }).waitFor();
  await scan(tablet!.assetTag);
  await scan(raw!.assetTag);
  await look('kit for a place');
  await scan('');
  await page.getByRole('link', { name: `Take out what cannot go out now: ${raw!.assetTag}` }).waitFor();
  await page.getByRole('button', { name: `Remove ${raw!.assetTag}` }).click();
  await page.getByLabel('Scan or type a label').focus();
  await scan(other!.assetTag);
  await scan('');
  await page.getByRole('heading', { name: 'Terms and agreement' }).waitFor();
  await page.getByText('No date, looked at again every 3 months').first().waitFor();
  await look('terms for a place');
  await page.getByRole('button', { name: 'Issue the loan' }).click();
  await page.getByRole('link', { name: 'Choose how the agreement was accepted' }).waitFor();
  await page.getByLabel('Said yes before a witness').check();
  await page.getByLabel('Name of the witness').fill('Lee Librarian');
  await page.getByRole('button', { name: 'Issue the loan' }).dblclick();
  await page.getByText(/Loan L-\w+ is issued with 2 items, with no date to come back/).waitFor();
  await page.getByText('We look at it again on 23 February 2027').first().waitFor();
  t.equal(await page.getByRole('link', { name: 'Give it to keep' }).count(), 0, 'a place’s kit is no gift');
  await look('a loan to a place');
  await page.getByRole('link', { name: 'Print the agreement' }).first().click();
  await page.getByText('Accepted before Lee Librarian as witness').waitFor();
  await page
    .getByText(
      'Shared kit of an access point: no date, looked at again every 3 months; may be extended twice',
    )
    .waitFor();
  await look('agreement of a place');
});

t.test('what the rules refuse is absent, and the page says why', async (t) => {
  const loan = await make.loan({ dueOn: '2026-12-07' });
  await sql`update loan set extensions = 2 where id = ${loan.id}`.execute(db);
  const page = (await get(`/loans/${loan.id}`)).body;
  t.match(page, /Ask a manager, who may extend it with a reason/);
  t.notMatch(page, /\/extend"/);
  const extend = (await get(`/loans/${loan.id}/extend`)).body;
  t.match(extend, /Ask a manager/);
  t.notMatch(extend, /Extend the loan</);
  const manager = forms(app, as.manager);
  t.match(
    (await manager.get(`/loans/${loan.id}/extend`)).body,
    /As a manager you may extend it with a reason/,
  );
  const date = { 'dueOn-day': '4', 'dueOn-month': '1', 'dueOn-year': '2027', from: '2026-12-07' };
  const refused = await post(`/loans/${loan.id}/extend`, { ...date, reason: '<b>typed</b>' });
  t.equal(refused.statusCode, 409);
  t.match(refused.body, /The loan cannot be extended so/);
  t.equal(
    (await manager.post(`/loans/${loan.id}/extend`, { ...date, reason: 'On a course' })).statusCode,
    303,
  );
  const stale = await manager.post(`/loans/${loan.id}/extend`, { ...date, reason: '<b>typed</b>' });
  t.equal(stale.statusCode, 412);
  t.match(stale.body, /&lt;b&gt;typed&lt;\/b&gt;/, 'what was typed stays');

  t.match((await get(`/loans/${loan.id}/review`)).body, /This loan has a date to come back, 4 January 2027/);
  const open = await make.loan({ termsId: openTerms });
  t.match((await get(`/loans/${open.id}/extend`)).body, /It has no date to come back. It may be given one/);
  const given = await post(`/loans/${open.id}/extend`, {
    ...date,
    from: '',
  });
  t.equal(given.statusCode, 303);
  await returnItems(deps, officer, open.id, { items: [{ itemId: open.items[0]!.id, condition: 'B' }] });
  for (const [path, wanted] of [
    ['extend', /The loan is closed\./],
    ['review', /The loan is closed\./],
    ['gift', /The loan is closed\./],
  ] as const)
    t.match((await get(`/loans/${open.id}/${path}`)).body, wanted);
  t.equal((await get(`/loans/${open.id}/gift-letter`)).statusCode, 404, 'nothing was given');
  for (const path of ['extend', 'review', 'gift'])
    t.equal((await forms(app, as.auditor).get(`/loans/${loan.id}/${path}`)).statusCode, 403);
  t.equal((await get('/loans/new?locationId=0193594e-6c00-7a4b-9f0e-2f4b7a1c5d3e')).statusCode, 404);
});

t.test('a loan taken over from before: its pages cope with what is not known', async (t) => {
  const { app, as, deps, db } = await testApp(t, { SCHEME_PHONE: '020 7946 0123' });
  const make = factories(deps);
  const { get } = forms(app, as.officer);
  const loan = await make.loan({ count: 2 });
  await sql`update loan set taken_over = true, agreement_version_id = null, agreement_text = null, accepted_by = 'not_recorded', terms_id = null
    where id = ${loan.id}`.execute(db);
  const charger = '01900000-0000-7000-8000-000000000020';
  await sql`insert into loan_accessory (loan_id, accessory_id, quantity) values (${loan.id}, ${charger}, 2)`.execute(
    db,
  );
  const page = (await get(`/loans/${loan.id}`)).body;
  t.match(page, /Not recorded/);
  t.match(page, /None is kept: the loan began before these records/);
  t.notMatch(page, /Version null|Read the agreement/);
  const paper = (await get(`/loans/${loan.id}/agreement`)).body;
  t.match(paper, /No text is kept: the loan began before these records\./);
  t.match(paper, /How it was accepted is not recorded/);
  t.match(paper, /With 2 × charger\./);
  t.match(paper, /020\u00a07946\u00a00123|020 7946 0123/);
});

t.test('the agreement that is read is the one that is accepted', async (t) => {
  const referral = await make.waitingReferral();
  const [device] = await make.readyDevices(1);
  const url = `/referrals/${referral.id}/issue`;
  const typed = {
    kit: device!.assetTag,
    contactConfirmed: 'yes',
    termsId: openTerms,
    until: 'terms',
    'handover.way': 'in_person',
    'handover.on-day': '23',
    'handover.on-month': '11',
    'handover.on-year': '2026',
    'agreement.acceptedBy': 'verbal',
    'agreement.version': '1',
    do: 'issue',
  };
  await sql`insert into agreement_version (id, version, body) values (new_id(), 2, 'Something else is agreed now.')`.execute(
    db,
  );
  const refused = await post(url, typed);
  t.equal(refused.statusCode, 422);
  t.match(refused.body, /Version 2 of the agreement is in use\. Read that one, then issue/);
  t.match(refused.body, /Something else is agreed now\./);
  t.match(refused.body, /name="agreement\.version" value="2"/);
  t.equal(refused.body.match(/name="agreement\.version"/g)?.length, 1);
  t.match(refused.body, new RegExp(`value="${openTerms}" checked`));
  t.equal((await post(url, { ...typed, 'agreement.version': '2' })).statusCode, 303);
  t.match(
    await db
      .selectFrom('loan')
      .select(['terms_id', 'due_on', 'review_on'])
      .where('referral_id', '=', referral.id)
      .execute(),
    [
      {
        terms_id: openTerms,
        due_on: null,
        review_on: '2026-12-23',
      },
    ],
  );
});
