import { parse } from 'csv-parse/sync';
import { sql } from 'kysely';
import t from 'tap';
import { reportIncident } from '../../src/lending/incidents/incident.commands.ts';
import { addLocation } from '../../src/scheme/organisations/organisation.commands.ts';
import { readSheetFile, xlsxType } from '../../src/shared/sheet-file.ts';
import { workIn } from '../../src/shared/work.ts';
import { recordMovement } from '../../src/stock/accessories/accessory.commands.ts';
import { listAccessories } from '../../src/stock/accessories/accessory.queries.ts';
import { fitDataPlan } from '../../src/stock/data-plans/data-plan.commands.ts';
import { startStocktake } from '../../src/stock/stocktakes/stocktake.commands.ts';
import { createTasks } from '../../src/tasks/task.commands.ts';
import { apiOf } from '../helpers/api.ts';
import { testApp } from '../helpers/app.ts';
import { factories, officer } from '../helpers/factories.ts';
import { forms } from '../helpers/pages.ts';

const { app, as, db, deps } = await testApp(t);
const make = factories(deps);
const file = async (path: string, query = '', headers = as.officer) => {
  const reply = await app.inject({ url: `${path}/export.csv${query}`, headers });
  return { status: reply.statusCode, lines: reply.body.slice(1).trimEnd().split('\r\n'), reply };
};

const loans = [await make.loan(), await make.loan(), await make.loan()];
await reportIncident(deps, officer, loans[0]!.id, {
  itemId: loans[0]!.items[0]!.id,
  kind: 'lost',
  reportedOn: '2026-11-23',
});
await sql`update loan set status = 'closed', closed_at = now() where id = ${loans[1]!.id}`.execute(db);
const [dongle] = await make.readyDevices(1, { kind: 'dongle' });
await fitDataPlan(deps, officer, dongle!.id, {
  network: 'O2',
  iccid: '894411000000000001',
  gbPerMonth: 20,
  durationMonths: 1,
  activatedOn: '2026-11-01',
});
await make.referral({ person: { givenName: 'Zebedee', familyName: 'Quill' } });
await db.transaction().execute(async (trx) =>
  createTasks(
    workIn(trx, deps, officer),
    (await make.devices(3)).map(({ id }) => ({
      kind: 'preparation_late',
      subjectType: 'device',
      subjectId: id,
    })),
  ),
);
await make.waitingReferral({ person: { givenName: 'Zebedee', familyName: 'Quill' } });
const [charger] = await listAccessories(db);
const { id: place } = await addLocation(deps, officer, { name: 'Hub', kind: 'hub' });
await recordMovement(deps, officer, charger!.id, { kind: 'received', quantity: 3, locationId: place });
await startStocktake(deps, officer, { locationId: place });

t.test('each list is a file with its filters, and who took it is in the log', async (t) => {
  for (const [path, query, heading, name = path.slice(1)] of [
    ['/loans', '?status=open', 'Loan,Status,Borrower,Issued,Due back,Overdue,Closed,Devices'],
    [
      '/incidents',
      '?kind=lost',
      'Incident,What happened,Status,Reported,Device,Type,Make,Model,Loan,Borrower',
    ],
    ['/data-plans', '?status=active', /^ICCID,Network,Status/],
    ['/donations', '', /^Donation,Donor,Donor’s reference/],
    ['/messages', '?status=planned', 'Way,Status,Why not,Wording,Run,Sent'],
    ['/repairs', '', 'Device,Type,Make,Model,Repairer,Sent,Expected back,Overdue'],
    ['/drop-ins', '', 'Day,Starts,Minutes,Place,Status,"Came, known to us","Came, tallied","Came, others"'],
    ['/support', '?status=ahead', 'Day,Starts,Follow-up,Way,Minutes,Status,Has a supporter,Person on pause'],
    ['/support', '?from=2026-11-24&supporter=none', /^Day,Starts/],
    ['/tasks', '', 'Task,About,Urgent,Status,Asked,Done'],
    ['/referrals', '?status=received&assigned=nobody', /^Referral,Status,Urgency,Clinic/],
    ['/stocktakes', '?status=open', /^Stocktake,Place,Status/],
    ['/accessories', '', 'Accessory,Place,How many,In all,Low below,Running low,No longer lent'],
    ['/referrals/waiting', '', /^Position,Referral,Urgency,Clinic,Waits for/, 'waiting-list'],
    ['/settings/clinics', '?role=clinic', /^Name,What it is,ODS code/, 'organisations'],
  ] as const) {
    const page = await forms(app, as.officer).get(`${path}${query}`);
    const { status, lines, reply } = await file(path, query);
    t.equal(status, 200, path);
    t.match(lines[0], heading);
    t.match(reply.headers['content-disposition'], `attachment; filename="${name}-2026-11-23.csv"`);
    const [{ values }] = (
      await sql<{ values: { kind: string; count: number } }>`
        select values from event where type = 'list.exported' order by id desc limit 1`.execute(db)
    ).rows as [{ values: { kind: string; count: number } }];
    t.same(values, { kind: name, count: lines.length - 1 }, `${path}: the log has as many as the file`);
    if (lines.length > 1) t.match(page.body, `${path}/export.csv`, `${path} links to it`);
    const workbook = await app.inject({ url: `${path}/export.xlsx${query}`, headers: as.officer });
    t.match(workbook.headers, {
      'content-type': xlsxType,
      'content-disposition': `attachment; filename="${name}-2026-11-23.xlsx"`,
    });
    const { text } = await readSheetFile(workbook.rawPayload);
    t.same(parse(text), parse(reply.body, { bom: true }), `${path}: the workbook says the same`);
    if (lines.length > 1) t.match(page.body, `${path}/export.xlsx`, `${path} links to it as well`);
    t.notMatch(reply.body, /Zebedee|Quill|Amal|Example/, 'a file names nobody');
  }
  t.equal((await file('/loans', '?status=open')).lines.length, 2);
  t.equal((await file('/loans')).lines.length, 4);
  t.equal((await file('/loans', '?status=none')).status, 400);
  for (const headers of [as.supporter, as.auditor]) t.equal((await file('/loans', '', headers)).status, 403);
});

t.test('a long list is whole, each line once', async (t) => {
  await make.devices(1);
  await sql`
    insert into donation (id, reference, donor_id, received_on, created_at)
    select new_id(), 'N-TEST' || n, (select id from organisation limit 1), '2026-11-01', now() from generate_series(1, 450) n`.execute(
    db,
  );
  const { lines } = await file('/donations');
  const own = lines.filter((line) => line.startsWith('N-TEST'));
  t.equal(new Set(own).size, 450);
  t.equal(own.length, 450);
});

t.test('a list goes either way, whole, and its file with it', async (t) => {
  const api = apiOf(app, as.officer);
  for (const [path, field] of [
    ['/loans', 'reference'],
    ['/devices', 'assetTag'],
    ['/donations', 'reference'],
    ['/tasks', 'id'],
  ] as const) {
    const walk = async (order: string) => {
      const found: string[] = [];
      for (let next = ''; next !== null; ) {
        const { body } = await api(
          'GET',
          `${path}?limit=${path === '/donations' ? 100 : 2}&order=${order}${path === '/tasks' ? '&urgent=false' : ''}${next && `&after=${next}`}`,
        );
        found.push(...body.items.map((item: Record<string, string>) => item[field]));
        next = body.next;
      }
      return found;
    };
    const [newest, oldest] = [await walk('newest'), await walk('oldest')];
    t.ok(newest.length > 2);
    t.same(oldest, newest.toReversed(), path);
  }
  t.equal((await api('GET', '/loans?order=odd')).status, 400);
  const { lines } = await file('/loans', '?order=oldest');
  t.equal(lines[1]!.split(',')[0], loans[0]!.reference);
  const page = (await forms(app, as.officer).get('/loans?status=open&order=oldest')).body;
  t.match(page, /Order: Oldest first/);
  t.match(page, /href="\/loans\?status=open"/, 'taken out again by itself');
  for (const list of [
    'incidents',
    'messages',
    'devices',
    'donations',
    'data-plans',
    'stocktakes',
    'referrals',
  ]) {
    const url = `/${list}?order=oldest`;
    t.match((await forms(app, as.officer).get(url)).body, /Order: Oldest first/, url);
  }
  t.match((await forms(app, as.officer).get('/tasks?order=newest')).body, /Order: Newest first/);
  t.equal((await file('/devices', '')).status, 200);
});

t.test('days that narrow a list are taken out again one by one', async (t) => {
  const { get } = forms(app, as.officer);
  const diary = (await get('/support?from=2026-11-24&to=2026-12-01&status=ahead')).body;
  for (const [chip, rest] of [
    ['From: 24 Nov', '/support?to=2026-12-01&amp;status=ahead'],
    ['To: 1 Dec', '/support?from=2026-11-24&amp;status=ahead'],
    ['Status: No outcome yet', '/support?from=2026-11-24&amp;to=2026-12-01'],
  ] as const)
    t.match(
      diary,
      new RegExp(`href="${rest.replace('?', '\\?')}"><span[^>]*>Take out the filter </span>${chip}`),
    );
  t.notMatch((await get('/support')).body, /Filters in use/, 'it begins today without being asked');
  const losses = (await forms(app, as.manager).get('/losses-register?to=2026-11-01')).body;
  t.match(losses, /href="\/losses-register"><span[^>]*>Take out the filter <\/span>To: 1 Nov/);
});
