import { sql } from 'kysely';
import pg from 'pg';
import { sealLog } from '../../src/office/log-proof/seal.commands.ts';
import { verifyLog } from '../../src/office/log-proof/verify.queries.ts';
import type { Context } from '../../src/shared/actor.ts';
import { timestamp } from '../../src/shared/clock.ts';
import type { Deps } from '../../src/shared/deps.ts';
import { recordEvents } from '../../src/shared/events.ts';
import { newId } from '../../src/shared/ids.ts';
import { workIn } from '../../src/shared/work.ts';
import { testDatabase } from './database.ts';
import { officer } from './factories.ts';

export type Link = { n: number; table: string; id: string };

/** A log of 12 linked rows, 8 events and 4 looks, and whoever owns the tables, with the triggers off that refuse changes. */
export async function linkedLog(
  t: Parameters<typeof testDatabase>[0],
  settings: Record<string, string> = {},
) {
  const database = await testDatabase(t, settings);
  const { deps, db, ownerUrl } = database;
  const patients = [newId(), newId()];
  const log = async (count: number) => {
    await db.transaction().execute((trx) =>
      recordEvents(
        workIn(trx, deps, officer),
        Array.from({ length: count }, () => ({
          type: 'follow_up.added' as const,
          subjects: patients.map((id): ['patient', string] => ['patient', id]),
          values: { dueOn: '2026-12-01', way: 'phone' as const },
        })),
      ),
    );
    await logAccesses(deps, officer, patients, 'patient');
  };
  await log(4);
  await log(4);
  await settled(database);
  const links = async () =>
    (await sql<Link>`select n, in_table as table, row_id as id from log_link order by n`.execute(db)).rows;
  const owner = new pg.Client(ownerUrl);
  await owner.connect();
  t.teardown(() => owner.end());
  await owner.query(`do $$ declare x record; begin
    for x in select tgrelid::regclass as tab, tgname from pg_trigger where tgfoid = 'refuse_change'::regproc loop
      execute format('alter table %s disable trigger %I', x.tab, x.tgname);
    end loop;
  end $$`);
  const verdict = async () => (await verifyLog(db)).fault;
  return { ...database, log, links, owner, verdict };
}

/** Seals until every row up to the last is linked for good, whoever else uses the server. How many it linked. */
export async function settled({ deps, db }: Pick<Awaited<ReturnType<typeof testDatabase>>, 'deps' | 'db'>) {
  let sealed = 0;
  for (;;) {
    sealed += await sealLog(deps);
    const { rows } = await sql<{ done: boolean }>`
      select place >= greatest((select max(place) from event), (select max(place) from access_log)) as done
      from log_sealing`.execute(db);
    if (rows[0]!.done) return sealed;
  }
}

/** Looks at so many people at once, in one statement. */
export async function logAccesses({ db, clock }: Deps, ctx: Context, patientIds: string[], what: string) {
  await sql`insert into access_log (id, at, patient_id, actor_type, actor_id, actor_name, request_id, what)
    select t.id, ${timestamp(clock)}::timestamptz, t.patient_id, ${ctx.actor.type}, ${ctx.actor.id}::uuid, ${ctx.actor.name}, ${ctx.requestId}, ${what}
    from unnest(${patientIds.map(newId)}::uuid[], ${patientIds}::uuid[]) t (id, patient_id)`.execute(db);
}
