import { sql } from 'kysely';
import t from 'tap';
import { returnItems } from '../../src/lending/loans/return.commands.ts';
import { fitDataPlan } from '../../src/stock/data-plans/data-plan.commands.ts';
import { testApp } from '../helpers/app.ts';
import { factories, officer } from '../helpers/factories.ts';
import { forms, signedInBrowser } from '../helpers/pages.ts';

const { app, as, deps, db, clock } = await testApp(t);
const make = factories(deps);
const { get, post } = forms(app, as.officer);

t.test('the list: empty, open, closed, overdue, soon, page by page', async (t) => {
  t.match((await get('/loans')).body, /There are no loans yet/);
  t.match((await get('/loans?status=closed')).body, /No loan is like this/);
  clock.set('2026-10-01T09:30:00Z');
  const overdue = await make.loan({ dueOn: '2026-11-01' });
  const soon = await make.loan({ dueOn: '2026-11-30' });
  const closed = await make.loan();
  await returnItems(deps, officer, closed.id, {
    items: [{ itemId: closed.items[0]!.id, condition: 'B', notes: 'Two\nlines' }],
  });
  clock.set('2026-11-23T09:30:00Z');
  const cases: [string, string[]][] = [
    ['', [closed.reference, soon.reference, overdue.reference]],
    ['?status=open', [soon.reference, overdue.reference]],
    ['?status=closed', [closed.reference]],
    ['?due=overdue', [overdue.reference]],
    ['?due=soon', [soon.reference]],
    ['?status=closed&due=overdue', [overdue.reference]],
  ];
  for (const [query, wanted] of cases) {
    const { body } = await get(`/loans${query}`);
    t.same(
      [...body.matchAll(/<a href="\/loans\/[0-9a-f-]+">(L-\w+)</g)].map(([, reference]) => reference),
      wanted,
      query,
    );
    t.match(body, new RegExp(`${wanted.length} loans?<`));
  }
  const first = (await get('/loans?status=open&limit=1')).body;
  t.match(first, /href="\/loans\?status=open&amp;after=/);
  t.match((await get(`/loans/${overdue.id}`)).body, /It was due back on 1 November 2026\./);
  const gone = (await get(`/loans/${closed.id}`)).body;
  t.match(gone, /Everything on this loan has come back or ended, on 1 October 2026/);
  t.match(gone, /B when lent, B when back<br><span class="app-lines">Two\nlines/);
  t.notMatch(gone, /\/return"/, 'what is closed offers no return');
  t.match(await get('/loans?due=never'), { statusCode: 303, headers: { location: '/loans' } });
  t.equal((await get('/loans/0193594e-6c00-7a4b-9f0e-2f4b7a1c5d3e')).statusCode, 404);
});

t.test('one loan: data that ends first, who looked, and what a role may do', async (t) => {
  const [dongle] = await make.readyDevices(1, { kind: 'dongle' });
  await fitDataPlan(deps, officer, dongle!.id, {
    network: 'O2',
    iccid: '8944100030012345678',
    gbPerMonth: null,
    durationMonths: 1,
    activatedOn: '2026-11-23',
  });
  const loan = await make.loan({ items: [{ deviceId: dongle!.id }] });
  const before = (await db.selectFrom('access_log').selectAll().execute()).length;
  const page = (await get(`/loans/${loan.id}`)).body;
  t.equal((await db.selectFrom('access_log').selectAll().execute()).length, before + 1, 'a look is logged');
  t.match(page, /The mobile data on LW-\w+ ends on 23 December 2026, before the loan is due back\./);
  t.match(page, /Set-up call[\s\S]*Wednesday 25 November 2026/);
  const seen = (await forms(app, as.auditor).get(`/loans/${loan.id}`)).body;
  t.match(seen, /Officers and managers take items back\./);
  t.equal((await forms(app, as.supporter).get(`/loans/${loan.id}`)).statusCode, 403);
});

t.test('a form of a loan that is shown again is a look at the person as well', async (t) => {
  const loan = await make.loan();
  for (const form of ['return', 'missing-accessories']) {
    const { rows: last } = await sql<{
      id: string;
    }>`select id from access_log order by id desc limit 1`.execute(db);
    t.equal((await post(`/loans/${loan.id}/${form}`)).statusCode, 422);
    const { rows } = await sql`select what, list from access_log where id > ${last[0]!.id}`.execute(db);
    t.same(rows, [{ what: 'loan', list: null }], form);
  }
});

t.test('the agreement on paper, as it was accepted', async (t) => {
  const png = `data:image/png;base64,${Buffer.from('drawn').toString('base64')}`;
  const ways = [
    [{ acceptedBy: 'verbal' }, /Accepted by word of mouth, 23 November 2026/],
    [
      { acceptedBy: 'witnessed', witness: 'Wim Witness' },
      /Accepted before Wim Witness as witness, 23 November 2026/,
    ],
    [{ acceptedBy: 'signature', signature: 'Amal <Example>' }, /Signed: <em>Amal &lt;Example&gt;<\/em>/],
    [
      { acceptedBy: 'signature', signature: png },
      /<img class="app-paper__signature" src="data:image\/png;base64,/,
    ],
    [{ acceptedBy: 'signature', signature: 'data:image/svg+xml,<svg/>' }, /<em>data:image\/svg/],
  ] as const;
  for (const [agreement, wanted] of ways) {
    const loan = await make.loan({ agreement });
    const { body } = await get(`/loans/${loan.id}/agreement`);
    t.match(body, wanted);
    t.match(body, /This device is lent to you free of charge/);
  }
});

t.test('a loan of a place, and the pages by axe and at both widths', async (t) => {
  const locationId = '0193594e-6c00-7a4b-9f0e-2f4b7a1c5d31';
  await db
    .insertInto('location')
    .values({
      id: locationId,
      name: 'Swiss Cottage Library',
      kind: 'access_point',
      created_at: '2026-11-23T09:00:00Z',
    })
    .execute();
  const loan = await make.loan({ locationId, openEnded: true });
  const { page, look } = await signedInBrowser(
    t,
    await app.listen({ host: '127.0.0.1', port: 0 }),
    as.officer,
  );
  for (const url of ['/loans', '/loans?status=closed', `/loans/${loan.id}`, `/loans/${loan.id}/agreement`]) {
    await page.goto(url);
    await look(url.replace(loan.id, ':id'));
  }
  await page.goto(`/loans/${loan.id}`);
  await page.getByText('It stays open, with no date to come back.').waitFor();
  await page.getByRole('heading', { name: 'Swiss Cottage Library' }).waitFor();
  await page.emulateMedia({ media: 'print' });
  await page.goto(`/loans/${loan.id}/agreement`);
  t.notOk(
    await page.getByText('Print this page from your browser').isVisible(),
    'paper has no instructions for screens',
  );
});
