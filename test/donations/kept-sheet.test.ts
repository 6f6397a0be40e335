import { sql } from 'kysely';
import t from 'tap';
import { suspendStaff } from '../../src/access/staff.commands.ts';
import { forgetWhatIsOver } from '../../src/privacy/forgetting.commands.ts';
import { handle } from '../../src/shared/outbox.ts';
import type { Work } from '../../src/shared/work.ts';
import type { SheetKind } from '../../src/web/sheet-work.ts';
import { workOnSheet } from '../../src/web/sheet-work.ts';
import { type Headers, testApp } from '../helpers/app.ts';
import { officer } from '../helpers/factories.ts';
import { donorList, hiddenIn, listForm, workOnLists } from '../helpers/lists.ts';
import { forms } from '../helpers/pages.ts';

const { app, as, ids, clock, db, deps } = await testApp(t, { SESSION_IDLE_MINUTES: '600' });
const path = '/donations/import';
t.beforeEach(() => clock.set('2026-11-23T09:30:00Z'));

let donors = 0;
/** A visit to the pages of lists: what is typed beside the list is of a donor of its own. */
function visit(headers: Headers = as.officer) {
  const typed = {
    'donor.name': `Donor ${++donors}`,
    'receivedOn-day': '20',
    'receivedOn-month': '11',
    'receivedOn-year': '2026',
    reference: 'REF 7',
  };
  return {
    typed,
    get: (url: string) => app.inject({ url, headers }),
    send: async (fields: Record<string, string> = {}, file?: string) =>
      app.inject(await listForm(headers, path, { ...typed, ...fields }, file)),
    callOff: (id: string) => forms(app, headers).post(`${path}/${id}/calling-off`),
  };
}
const kept = (body: string) => ({ sheet: hiddenIn(body, 'sheet')!, shown: hiddenIn(body, 'shown')! });
const count = async (table: 'donation' | 'device' | 'kept_sheet') =>
  (await db.selectFrom(table).select(db.fn.countAll<number>().as('n')).executeTakeFirstOrThrow()).n;
const rowOf = (id: string) => db.selectFrom('kept_sheet').selectAll().where('id', '=', id).executeTakeFirst();
const idOf = (reply: { headers: { location?: unknown } }) =>
  String(reply.headers.location).split('/').at(-1)!;

t.test('a short list stays on the server, sealed, and its page has an id of it', async (t) => {
  const { send } = visit();
  const first = await send({}, 'Type,Make,Model\ntablet,Zyxacme,One\n');
  t.equal(first.statusCode, 200);
  t.notMatch(first.body, 'tablet,Zyxacme');
  t.match(first.body, '1 line');
  const { sheet, shown } = kept(first.body);
  const { rows } = await sql<{ row: string }>`select to_jsonb(x)::text as row from kept_sheet x`.execute(db);
  const all = rows.map(({ row }) => row).join();
  for (const word of ['Zyxacme', 'Donor', 'REF 7'])
    for (const form of [word, Buffer.from(word).toString('hex')]) t.notMatch(all, form);
  const mend = await send({ sheet, shown, do: 'mend' });
  t.match(mend.body, 'tablet,Zyxacme,One', 'whoever wants to change it is given the text');
  t.equal((await send({ sheet, shown: 'other', do: 'all' })).statusCode, 200, 'not recorded unseen');
  const before = await count('donation');
  const done = await send({ sheet, shown, do: 'all' });
  t.equal(done.statusCode, 303);
  t.equal((await rowOf(sheet))!.sheet, null, 'once it is recorded nothing of it is kept');
  t.equal((await send({ sheet, shown, do: 'all' })).headers.location, done.headers.location);
  t.equal(await count('donation'), before + 1);
});

t.test('two tabs have two lists, and what was mended is another', async (t) => {
  const { send } = visit();
  const one = kept((await send({}, 'Type,Make,Model\ntablet,Acme,One\n')).body);
  const mended = await send({ ...one, do: 'check', csv: 'Type,Make,Model\ntablet,Acme,Mended\ntablet,A,\n' });
  const two = kept(mended.body);
  t.match(mended.body, 'tablet,Acme,Mended');
  t.not(two.sheet, one.sheet);
  t.match((await send({ ...one, do: 'check' })).body, 'Acme One');
  t.match((await send({ ...two, do: 'partial' })).headers.location, /^\/donations\//);
  t.match((await send({ ...one, do: 'all' })).headers.location, /^\/donations\//);
});

t.test('what was left out can be mended and recorded after the rest was', async (t) => {
  const { send } = visit();
  const text = 'Type,Make,Model\ntablet,Acme,Whole\ntablet,Acme,\n';
  const one = { ...kept((await send({}, text)).body), csv: text };
  t.match((await send({ ...one, do: 'partial' })).headers.location, /^\/donations\//);
  const crlf = text.replaceAll('\n', '\r\n');
  t.match(
    (await send({ ...one, csv: crlf, do: 'partial' })).headers.location,
    /^\/donations\//,
    'a second press',
  );
  const mended = await send({ ...one, csv: 'Type,Make,Model\ntablet,Acme,Mended\n', do: 'check' });
  t.equal(mended.statusCode, 200);
  t.match(mended.body, 'Acme Mended');
  const next = await send({ ...kept(mended.body), another: 'true', do: 'all' });
  t.match(next.headers.location, /^\/donations\//);
});

t.test('another’s list, and one whose hour is over, are not here; what was typed stays', async (t) => {
  const mine = visit();
  const { sheet, shown } = kept((await mine.send({}, 'Type,Make,Model\ntablet,Acme,Mine\n')).body);
  const theirs = visit(as.manager);
  const before = await count('donation');
  const refuses = async (send: typeof mine.send) => {
    const reply = await send({ sheet, shown, do: 'all' });
    t.equal(reply.statusCode, 422);
    t.match(reply.body, 'This list is not here any more');
    t.match(reply.body, /value="REF 7"/);
    t.match(reply.body, 'type="file"');
    t.notMatch(reply.body, 'Mine');
  };
  await refuses(theirs.send);
  t.equal((await theirs.get(`${path}/${sheet}`)).statusCode, 404);
  t.equal((await theirs.callOff(sheet)).statusCode, 404);
  t.equal((await mine.get(`${path}/${sheet}`)).statusCode, 200);
  clock.set('2026-11-23T10:30:00Z');
  await refuses(mine.send);
  t.equal((await mine.get(`${path}/${sheet}`)).statusCode, 404);
  const text = await mine.send({ sheet, shown, do: 'check', csv: 'Type,Make,Model\ntablet,Acme,\n' });
  t.match(text.body, 'The model is missing', 'what was mended is a list of its own');
  t.equal((await mine.send({ sheet, shown, csv: '' })).statusCode, 422);
  t.ok((await forgetWhatIsOver(deps)).kept_sheet);
  t.equal(await rowOf(sheet), undefined);
  t.equal(await count('donation'), before);
});

t.test('one person keeps so many lists at a time', async (t) => {
  const { send } = visit();
  for (let n = 0; n < 25; n++) await send({}, `Type,Make,Model\ntablet,Acme,${n}\n`);
  const { n } = await db
    .selectFrom('kept_sheet')
    .select(db.fn.countAll<number>().as('n'))
    .where('status', '=', 'kept')
    .executeTakeFirstOrThrow();
  t.equal(n, 20);
});

t.test('a long list is judged and recorded by a worker, and two presses begin one work', async (t) => {
  const { send, get, typed } = visit();
  const csv = donorList(301, 'LONG');
  const [one, two] = await Promise.all([send({}, csv), send({}, csv)]);
  t.match(one.headers.location, /^\/donations\/import\/[\w-]+$/);
  t.equal(two.headers.location, one.headers.location);
  const url = String(one.headers.location);
  t.match((await get(url)).body, '0 of 301 lines');
  t.match((await get('/')).body, 'A donor’s list of 301 lines is being checked');
  clock.set('2026-11-23T09:31:00Z');
  const waits = (await get(url)).body;
  t.match(waits, 'It waits for its turn');
  t.match(waits, 'http-equiv="refresh"');
  clock.set('2026-11-23T09:41:00Z');
  t.notMatch((await get(url)).body, /data-progress|http-equiv="refresh"/, 'it is not looked at for ever');
  const { rows } = await sql<{ row: string }>`
    select to_jsonb(e)::text || (select jsonb_agg(o)::text from outbox o where o.event_id = e.id) as row
    from event e where type = 'list.work_asked'`.execute(db);
  t.equal(rows.length, 1);
  t.notMatch(rows[0]!.row, /LONG|Donor|REF/);
  t.equal(await workOnLists(deps), 1);
  t.equal(await workOnLists(deps), 0);
  t.match((await get('/')).body, 'is ready to look through');
  const lines = await get(url);
  t.match(lines.body, 'Import all 301 lines');
  t.match(lines.body, 'Lines 1 to 300 of the 301 that are ready');
  t.match((await get(`${url}?ready=301`)).body, 'LONG300');
  t.notMatch(lines.body, 'tablet,Acme');
  const press = { ...kept(lines.body), do: 'all' };
  const before = await count('donation');
  const presses = await Promise.all([send(press), send(press)]);
  for (const reply of presses) t.equal(reply.headers.location, url);
  t.equal((await send({ ...press, do: 'check' })).headers.location, url, 'nor is it judged anew meanwhile');
  t.match((await get(url)).body, 'The list is being recorded');
  t.equal(await count('donation'), before);
  t.equal(await workOnLists(deps), 1);
  t.equal(await count('donation'), before + 1);
  t.match((await get('/')).body, 'is recorded');
  t.match((await get(url)).headers.location, /^\/donations\/[\w-]+$/);
  t.notMatch((await get('/')).body, 'Your lists');
  t.match((await send(press)).headers.location, /^\/donations\/[\w-]+$/);

  const again = String((await send({ ...typed }, csv.replaceAll('LONG', 'LONG'))).headers.location);
  await workOnLists(deps);
  t.match((await get(again)).body, '301 lines cannot be taken', 'each is in stock by now');
  t.match((await get(again)).body, 'The first 300 of them are shown');
});

t.test('a long list is called off until it is being recorded', async (t) => {
  const { send, get, callOff } = visit();
  const first = idOf(await send({}, donorList(301, 'OFF')));
  for (const press of [1, 2])
    t.equal((await callOff(first)).headers.location, `${path}/${first}`, `press ${press}`);
  await workOnLists(deps);
  const off = (await get(`${path}/${first}`)).body;
  t.match(off, 'Check again', 'it is as it was given');
  const id = idOf(await send({ ...kept(off), do: 'check' }));
  t.equal(id, first);
  await workOnLists(deps);
  const press = { ...kept((await get(`${path}/${id}`)).body), do: 'all' };
  await send(press);
  const before = await count('donation');
  t.equal((await callOff(id)).headers.location, `${path}/${id}`);
  await workOnLists(deps);
  t.equal(await count('donation'), before);
  t.match((await get(`${path}/${id}`)).body, 'Import all 301 lines', 'it is as it was judged');
  t.equal((await callOff(id)).headers.location, `${path}/${id}`, 'nothing is asked for any more');
  await send(press);
  await workOnLists(deps);
  t.equal(await count('donation'), before + 1);
});

t.test('what is no list is refused at once, and what is refused later says why and is mended', async (t) => {
  const { send, get, typed } = visit();
  const none = await send({}, donorList(301, 'NONE').replace('Model', 'Colour'));
  t.equal(none.statusCode, 422);
  t.match(none.body, 'Missing: Model');
  t.match(none.body, 'Type,Make,Colour', 'the text is there to be mended');
  const unsaid = await send({ 'donor.name': '' }, donorList(301, 'UNSAID'));
  t.equal(unsaid.statusCode, 422);
  t.match(unsaid.body, 'Enter who gave the devices');
  const { sheet, shown } = kept(unsaid.body);
  t.equal((await send({ sheet, shown, do: 'check' })).statusCode, 303, 'the file need not be given again');
  await workOnLists(deps);

  const csv = donorList(301, 'TWICE').replaceAll(/TWICE\d+/g, '');
  for (const round of [1, 2]) {
    const id = idOf(await send({}, csv));
    await workOnLists(deps);
    const lines = (await get(`${path}/${id}`)).body;
    const press = { ...kept(lines), do: 'all' };
    await send(press);
    await workOnLists(deps);
    if (round === 1) continue;
    const failed = (await get(`${path}/${id}`)).body;
    t.match(failed, 'This list was taken in on 23 November 2026');
    t.match(failed, typed['donor.name'], 'what was typed stays');
    t.match((await get('/')).body, 'could not be taken: see why, and mend it');
    await send({ ...press, another: 'true' });
    await workOnLists(deps);
    t.match((await get(`${path}/${id}`)).headers.location, /^\/donations\//);
  }
});

/** Work on the lists of one kind that a test has in hand. */
const kinds = (over: Partial<SheetKind>) => {
  const kind: SheetKind = {
    name: 'donation',
    action: 'donations.record',
    count: async () => 301,
    judge: async () => ({ ready: 301, faulty: 0, lines: [], unusedColumns: [], takenBefore: null }),
    save: async () => ({ href: '/donations', text: 'Done' }),
    ...over,
  };
  return { donation: kind, take_over: { ...kind, name: 'take_over' as const } };
};
const workBy = async (over: Partial<SheetKind>) => {
  const waiting = await db.selectFrom('outbox').select('event_id').where('done_at', 'is', null).execute();
  for (const { event_id } of waiting) await handle(deps, workOnSheet(kinds(over)), event_id, 'work-on-list');
};
/** Writes something in the transaction of the work, to see whether it stays. */
const write = ({ trx }: Work, name: string) =>
  sql`insert into organisation (id, name, roles, created_at, changed_at) values (gen_random_uuid(), ${name}, '{donor}', now(), now())`.execute(
    trx,
  );
const isThere = async (name: string) =>
  (await db.selectFrom('organisation').select('id').where('name', '=', name).execute()).length;
/** A long list that someone asked to be recorded. */
const toSave = async (headers: Headers, mark: string) => {
  const { send, get } = visit(headers);
  const id = idOf(await send({}, donorList(301, mark)));
  await workBy({});
  await send({ ...kept((await get(`${path}/${id}`)).body), do: 'all' });
  return id;
};

t.test('how far it is shows while it is recorded, and then nobody calls it off', async (t) => {
  const { get, callOff } = visit();
  const id = await toSave(as.officer, 'FAR');
  await workBy({
    async save(_work, _sheet, { report }) {
      await report!(150);
      t.match((await get(`${path}/${id}`)).body, '150 of 301 lines');
      t.match((await get(`${path}/${id}`)).body, 'it cannot be called off');
      t.equal((await callOff(id)).headers.location, `${path}/${id}`);
      return { href: '/donations', text: 'Done' };
    },
  });
  t.equal((await rowOf(id))!.status, 'saved');
});

t.test('a fault of ours records nothing and is told; what is busy is tried again', async (t) => {
  const { get } = visit();
  const id = await toSave(as.officer, 'FAULT');
  await workBy({
    async save(work) {
      await write(work, 'Half recorded');
      throw new Error('broken');
    },
  });
  t.equal(await isThere('Half recorded'), 0);
  t.match((await get(`${path}/${id}`)).body, 'Something went wrong on our side. Nothing was recorded.');
  const until = (await rowOf(id))!.expires_at;
  t.ok(until > '2026-11-26T10', 'it is told after a weekend, too');

  const busy = await toSave(as.officer, 'BUSY');
  await workBy({ save: () => Promise.reject(Object.assign(new Error('locked'), { code: '55P03' })) });
  t.equal((await rowOf(busy))!.status, 'to_save', 'and may be called off meanwhile');
  clock.set('2026-11-23T09:31:00Z');
  await workBy({});
  t.equal((await rowOf(busy))!.status, 'saved');
});

t.test('whoever may no longer record it, has it recorded no more', async (t) => {
  const id = await toSave(as.manager, 'ROLE');
  await db.updateTable('staff').set({ role: 'auditor' }).where('id', '=', ids.manager).execute();
  await workBy({
    async save() {
      t.fail('it is recorded');
      return { href: '/', text: '' };
    },
  });
  t.equal(await rowOf(id), undefined);
  await db.updateTable('staff').set({ role: 'manager' }).where('id', '=', ids.manager).execute();
});

t.test('with a suspended account its lists are gone, and what is being recorded is not', async (t) => {
  const id = await toSave(as.manager, 'GONE');
  await visit(as.manager).send({}, 'Type,Make,Model\ntablet,Acme,Short\n');
  await workBy({
    async save(work) {
      await write(work, 'Of someone suspended');
      await suspendStaff(deps, officer, ids.manager);
      return { href: '/donations', text: 'Done' };
    },
  });
  t.equal(await rowOf(id), undefined);
  t.equal(await isThere('Of someone suspended'), 0);
  const left = await db.selectFrom('kept_sheet').select('id').where('staff_id', '=', ids.manager).execute();
  t.same(left, []);
});
