import { randomUUID } from 'node:crypto';
import { type Kysely, sql } from 'kysely';
import t from 'tap';
import { sealLog } from '../../src/office/log-proof/seal.commands.ts';
import { type Verified, verifyLog } from '../../src/office/log-proof/verify.queries.ts';
import type { DB } from '../../src/shared/database.ts';
import { type Link, linkedLog, settled } from '../helpers/linked-log.ts';

t.test('a log that nobody touched is whole', async (t) => {
  const { db, log, deps } = await linkedLog(t);
  t.match(await verifyLog(db), { fault: undefined, links: 12, waiting: 0 } as Partial<Verified>);
  await log(2);
  t.match(await verifyLog(db), { fault: undefined, links: 12, waiting: 4 } as Partial<Verified>);
  t.equal(await sealLog(deps), 4);
  t.match(await verifyLog(db), { fault: undefined, links: 16, waiting: 0, datedDifferently: 16 });
});

t.test('what was changed is named', async (t) => {
  const { owner, links, verdict } = await linkedLog(t);
  const all = await links();
  const event = all.filter(({ table }) => table === 'event')[2]!;
  const look = all.filter(({ table }) => table === 'access_log').at(-1)!;
  const fault = { kind: 'changed' };
  const changes: [Link, string, string][] = [
    [event, `actor_name = 'Somebody'`, `actor_name = 'Olive Officer'`],
    [event, `"values" = "values" || '{"way": "visit"}'`, `"values" = "values" || '{"way": "phone"}'`],
    [event, `recorded_at = recorded_at - interval '1 day'`, `recorded_at = recorded_at + interval '1 day'`],
    [look, `what = 'export'`, `what = 'patient'`],
    [look, `at = at - interval '1 year'`, `at = at + interval '1 year'`],
  ];
  for (const [row, change, back] of changes) {
    await owner.query(`update ${row.table} set ${change} where id = $1`, [row.id]);
    t.same(await verdict(), { ...fault, ...row }, change);
    await owner.query(`update ${row.table} set ${back} where id = $1`, [row.id]);
    t.equal(await verdict(), undefined, back);
  }
  await owner.query(
    'delete from event_subject where (event_id, subject_id) in (select event_id, subject_id from event_subject where event_id = $1 limit 1)',
    [event.id],
  );
  t.same(await verdict(), { ...fault, ...event }, 'a subject that was taken away');
});

t.test('what was removed is named', async (t) => {
  const { owner, links, verdict } = await linkedLog(t);
  const all = await links();
  const look = all.filter(({ table }) => table === 'access_log')[1]!;
  await owner.query('delete from access_log where id = $1', [look.id]);
  t.same(await verdict(), { kind: 'removed', ...look });
  await owner.query('delete from log_link where n = $1', [look.n]);
  t.same(await verdict(), { kind: 'removed', n: look.n, table: null, id: null }, 'with its link');
  await owner.query('update log_link set n = -n where n > $1', [look.n]);
  await owner.query('update log_link set n = -n - 1 where n < 0');
  t.match(await verdict(), { kind: 'moved', n: look.n }, 'and the links after it numbered anew');
});

t.test('what was inserted is named', async (t) => {
  const log = await linkedLog(t);
  const { owner, links, verdict, db } = log;
  await owner.query('alter table event disable trigger event_place');
  const insert = async (place: string, recordedAt: string) => {
    const id = randomUUID();
    await owner.query(
      `insert into event (id, at, type, actor_type, actor_name, request_id, place, recorded_at)
       values ($1, '2020-01-01', 'loan.issued', 'staff', 'Forged', 'x', ${place}, ${recordedAt})`,
      [id],
    );
    return id;
  };
  const remove = (id: string) => owner.query('delete from event where id = $1', [id]);

  const gap = await insert('0', 'clock_timestamp()');
  t.match(await verdict(), { kind: 'inserted', table: 'event', id: gap }, 'into a place that nobody had');
  await remove(gap);
  await owner.query('drop index event_place');
  const twice = await insert(`(select max(place) from event)`, 'clock_timestamp()');
  t.match(await verdict(), { kind: 'inserted', table: 'event', id: twice }, 'into the place of another');
  await remove(twice);
  t.equal(await verdict(), undefined);

  const early = await insert(`nextval('log_place')`, `clock_timestamp() - interval '2 days'`);
  await settled(log);
  t.match(await verdict(), { kind: 'inserted', table: 'event', id: early }, 'and dated back');
  await owner.query('delete from log_link where row_id = $1', [early]);
  await owner.query(`update event set recorded_at = null where id = $1`, [early]);
  await sealLog(log.deps);
  t.match(await verdict(), { kind: 'inserted', id: early }, 'as one from before the chain');
  await owner.query('delete from log_link where row_id = $1', [early]);
  await remove(early);
  t.equal(await verdict(), undefined);

  const forged = await insert(`1000`, 'clock_timestamp()');
  const { n } = (await links())[4]!;
  await owner.query('update log_link set n = -n where n >= $1', [n]);
  await owner.query('update log_link set n = -n + 1 where n < 0');
  await sql`
    with b as (select digest, sealed_at from log_link where n = ${n - 1}), r as (select r.*, b.digest as before, b.sealed_at from b, log_rows(array[1000::bigint], array[(select v from log_version where in_table = 'event')]) r)
    insert into log_link (n, place, in_table, row_id, v, row_digest, digest, sealed_at)
    select ${n}::bigint, place, in_table, row_id, v, digest, sha256(before || log_link_item(${n}::bigint, place, in_table, row_id, v, digest, sealed_at)), sealed_at from r`.execute(
    db as Kysely<DB>,
  );
  t.same(await verdict(), { kind: 'inserted', n, table: 'event', id: forged }, 'with a link of its own');
});

t.test('what was moved is named', async (t) => {
  const { owner, links, verdict } = await linkedLog(t);
  const all = await links();
  const [first, second] = all.filter(({ table }) => table === 'event').slice(3, 5) as [Link, Link];
  const swap = async (table: string, column: string, key: string, one: unknown, other: unknown) => {
    await owner.query(`update ${table} set ${column} = -${column} where ${key} = any($1)`, [[one, other]]);
    await owner.query(
      `update ${table} x set ${column} = -y.${column} from (select ${column}, ${key} as key from ${table}) y
       where x.${key} = any($1) and y.key = any($1) and y.key <> x.${key}`,
      [[one, other]],
    );
  };
  await swap('event', 'place', 'id', first.id, second.id);
  t.same(await verdict(), { kind: 'moved', ...first }, 'a row');
  await swap('event', 'place', 'id', first.id, second.id);
  t.equal(await verdict(), undefined);
  await swap('log_link', 'n', 'row_id', first.id, second.id);
  t.same(await verdict(), { kind: 'moved', ...second, n: first.n }, 'a link');
});

t.test('what was emptied is found', async (t) => {
  const { owner, links, verdict } = await linkedLog(t);
  await owner.query('truncate access_log');
  const look = (await links()).find(({ table }) => table === 'access_log')!;
  t.same(await verdict(), { kind: 'removed', ...look });
});

t.test('the application can neither date back nor change the chain', async (t) => {
  const { db, owner, links } = await linkedLog(t);
  await owner.query('alter table log_link enable trigger user');
  const id = randomUUID();
  await sql`insert into access_log (id, at, patient_id, actor_type, actor_name, request_id, what, place, recorded_at)
    values (${id}, '2020-01-01', ${id}, 'staff', 'Forged', 'x', 'patient', 3, '2020-01-01')`.execute(db);
  const { rows } =
    await sql`select recorded_at > now() - interval '1 day' as now, place > ${(await links()).length} as last
    from access_log where id = ${id}`.execute(db);
  t.same(rows, [{ now: true, last: true }]);
  const refused = [
    sql`update log_link set n = n`,
    sql`delete from log_link`,
    sql`truncate log_link`,
    sql`update log_head set n = n`,
    sql`delete from log_head`,
    sql`delete from log_version`,
    sql`update log_version set columns = '{}'`,
    sql`delete from log_sealing`,
    sql`select setval('log_place', 1)`,
    sql`delete from privacy_decision`,
    sql`delete from legal_hold`,
    sql`truncate legal_hold`,
  ];
  for (const statement of refused)
    await t.rejects(statement.execute(db), { code: '42501' }, statement.compile(db).sql);
});
