import { type Action, may } from '../access/permissions.ts';
import { type Context, roles } from '../shared/actor.ts';
import { timestamp } from '../shared/clock.ts';
import { command } from '../shared/command.ts';
import type { Reader } from '../shared/database.ts';
import type { Deps } from '../shared/deps.ts';
import { callerOf, recordEvent } from '../shared/events.ts';
import type { Handler } from '../shared/outbox.ts';
import { toProblem } from '../shared/problem.ts';
import type { Report } from '../shared/progress.ts';
import { col, type RowOf } from '../shared/rows.ts';
import { each, maybe, run } from '../shared/statements.ts';
import { type Work, workIn } from '../shared/work.ts';
import type { Typed } from './forms.ts';
import {
  endOf,
  KeptSheet,
  markOf,
  openSheet,
  type SheetFound,
  type SheetName,
  type SheetSaid,
  sealed,
  sealFound,
  sheetKeptFor,
  sheetSaved,
  sheetWaitsFor,
} from './kept-sheet.ts';
import type { After } from './submit.ts';

// A long list is judged and recorded by a worker: the outbox has the event that asked for it, and the list its id.

/** How lists of one kind are judged and recorded. `report` hears how many lines are done. */
export type SheetKind<Verdicts extends object = object> = {
  name: SheetName;
  /** What whoever records one must be allowed. */
  action: Action;
  /** How many lines it has. @throws Problem `invalid` when it is no such list, or has more than are taken at a time */
  count(csv: string): Promise<number>;
  /** What would happen with each line; nothing is saved. Fields that are not right count as not filled in. */
  judge(
    deps: Pick<Deps, 'clock' | 'config' | 'key'>,
    db: Reader,
    sheet: Omit<SheetSaid, 'sheetsNotRead'>,
    report?: Report,
  ): Promise<Verdicts>;
  /** Records the list, all of it or, with `partial`, the lines that are ready. Where it goes on, and what the page there says. */
  save(
    work: Work,
    sheet: Omit<SheetSaid, 'sheetsNotRead'>,
    how: { partial: boolean; report?: Report },
  ): Promise<After>;
};

/**
 * Asks a worker to judge a list that is kept. Where the same one waits already, that is enough.
 * @param lines how many it has
 * @returns the id of the one that is judged
 */
export async function askToJudge(
  deps: Deps,
  ctx: Context,
  { kind, said, id, lines }: { kind: SheetName; said: SheetSaid; id: string; lines: number },
): Promise<string> {
  const staffId = ctx.actor.id!;
  return command(deps, { ...ctx, once: undefined }, async (work) => {
    const mark = markOf(deps, staffId, said);
    await run(work.trx, 'sheet-work.lock')`select pg_advisory_xact_lock(${mark.readBigInt64BE()})`;
    const same = await maybe(work.trx, 'sheet-work.same', { id: col.text })`
      select id from kept_sheet where staff_id = ${staffId} and kind = ${kind} and mark = ${mark} and status = 'to_judge'
        and expires_at > ${work.at} limit 1`;
    if (same) return same.id;
    await ask(work, id, { status: 'to_judge', said, lines, from: ['kept', 'judged', 'failed'] });
    return id;
  });
}

/** Asks a worker to record a list that was judged, by what is typed beside it now. Asked for twice it is recorded once. */
export async function askToSave(
  deps: Deps,
  ctx: Context,
  sheet: KeptSheet,
  { said, partial }: { said: SheetSaid; partial: boolean },
): Promise<void> {
  const typed = { ...said.typed, ...(partial && { [partialField]: 'true' }) };
  await command(deps, { ...ctx, once: undefined }, (work) =>
    ask(work, sheet.id, { status: 'to_save', said: { ...said, typed }, from: ['judged', 'failed'] }),
  );
}

/** Under which name it is kept, beside what was typed, that only the lines that are ready are recorded. */
const partialField = '_partial';

type Asking = {
  status: 'to_judge' | 'to_save';
  said: SheetSaid;
  from: KeptSheet['status'][];
  lines?: number;
};

async function ask(work: Work, id: string, { status, said, from, lines }: Asking): Promise<void> {
  const { deps, ctx, at } = work;
  const staffId = ctx.actor.id!;
  const { typed } = sealed(deps, staffId, said);
  const row = await maybe(work.trx, 'sheet-work.ask', { kind: KeptSheet.kind, lines: col.number })`
    update kept_sheet set status = ${status}, said = ${typed}, mark = ${markOf(deps, staffId, said)}, lines_done = 0,
      lines = coalesce(${lines ?? null}::int, lines),
      found = case when ${status} = 'to_save' then found end, seen_at = null, changed_at = ${at}, expires_at = ${endOf(deps, sheetWaitsFor)}
    where id = ${id} and staff_id = ${staffId} and status = any(${from}::text[]) returning kind, lines`;
  if (!row) return;
  const eventId = await recordEvent(work, {
    type: 'list.work_asked',
    subjects: callerOf(ctx),
    values: { kind: row.kind, step: status === 'to_judge' ? 'check' : 'record', count: row.lines },
  });
  await run(work.trx, 'sheet-work.asked')`update kept_sheet set event_id = ${eventId} where id = ${id}`;
}

/**
 * Calls off work that has not begun to record anything: a list that was to be judged is as it was given, one that was to
 * be recorded is as it was judged.
 * @returns whether there was something to call off: it may be recorded by then, or be called off already
 */
export async function callOff(deps: Deps, ctx: Context, sheet: KeptSheet): Promise<boolean> {
  return command(deps, { ...ctx, once: undefined }, async (work) => {
    const given = await run(work.trx, 'sheet-work.call-off-judging')`
      update kept_sheet set status = 'kept', event_id = null, changed_at = ${work.at}, expires_at = ${endOf(deps, sheetKeptFor)}
      where id = ${sheet.id} and status = 'to_judge'`;
    if (given) return true;
    const back = await run(work.trx, 'sheet-work.call-off-saving')`
      update kept_sheet set status = 'judged', event_id = null, changed_at = ${work.at}, expires_at = ${endOf(deps, sheetWaitsFor)}
      where id = ${sheet.id} and status = 'to_save'`;
    return back > 0;
  });
}

const Asked = {
  ...col.pick(KeptSheet, 'id', 'staffId', 'kind', 'status'),
  name: col.text,
  role: col.oneOf(roles),
  isSuspended: col.boolean,
};
type Asked = RowOf<typeof Asked>;

/** What is thrown where the list is gone that is worked on: it was called off, or its owner's account was suspended. */
const gone = new Error('the list is gone');

/** The work of `list.work_asked`: judges a long list, or records it, in the name of whoever gave it. */
export const workOnSheet =
  (kinds: Record<SheetName, SheetKind>): Handler =>
  async ({ trx, deps }, { id: eventId }) => {
    const asked = await maybe(trx, 'sheet-work.find', Asked)`
      select k.id, k.staff_id as "staffId", k.kind, k.status, s.name, s.role, s.suspended_at is not null as "isSuspended"
      from kept_sheet k join staff s on s.id = k.staff_id
      where k.event_id = ${eventId} and k.status in ('to_judge', 'to_save', 'saving') and k.expires_at > ${timestamp(deps.clock)}`;
    if (!asked) return;
    const { staffId, name, role } = asked;
    const kind = kinds[asked.kind];
    if (asked.isSuspended || !may({ role }, kind.action)) return letGo(trx, asked);
    const ctx: Context = { actor: { type: 'staff', id: staffId, name, role }, requestId: eventId };
    await run(trx, 'sheet-work.begin')`savepoint sheet_work`;
    try {
      await doWork(workIn(trx, deps, ctx), kind, asked);
    } catch (error) {
      await run(trx, 'sheet-work.undo')`rollback to savepoint sheet_work`;
      await refuse(workIn(trx, deps, ctx), asked, error);
    }
  };

async function doWork(work: Work, kind: SheetKind, asked: Asked): Promise<void> {
  const { trx, deps } = work;
  const said = await openSheet({ ...deps, db: trx }, asked);
  if (!said) throw gone;
  // How far it is shows later where the database is busy: that is no reason to begin anew.
  const report: Report = (done) =>
    noteProgress(deps, asked, done).catch((error) => {
      if (toProblem(error).status !== 503) throw error;
    });
  if (asked.status === 'to_judge') {
    const verdicts = await kind.judge(deps, trx, said, report);
    await settle(work, asked, 'judged', { verdicts });
    return;
  }
  // Told outside of the transaction: from here on nobody calls it off, and the page says so.
  await noteProgress(deps, asked, 0);
  const { [partialField]: partial, ...typed } = said.typed;
  const after = await kind.save(work, { ...said, typed }, { partial: partial !== undefined, report });
  if (!(await sheetSaved(work, asked.id, after))) throw gone;
}

/** Writes how far the work is, outside of its transaction. @throws `gone` */
async function noteProgress(deps: Deps, { id, status }: Asked, done: number): Promise<void> {
  const noted = await run(deps.db, each('sheet-work.progress'))`
    update kept_sheet set lines_done = ${done}, lines = greatest(lines, ${done}), changed_at = ${timestamp(deps.clock)},
      status = case when status = 'to_save' then 'saving' else status end
    where id = ${id} and status = any(${status === 'to_judge' ? ['to_judge'] : ['to_save', 'saving']}::text[])`;
  if (!noted) throw gone;
}

/** How it ended but for being recorded: it waits for whoever gave it. @throws `gone` */
async function settle(work: Work, { id, staffId }: Asked, status: 'judged' | 'failed', found: SheetFound) {
  const { deps } = work;
  const settled = await run(work.trx, 'sheet-work.settle')`
    update kept_sheet set status = ${status}, found = ${sealFound(deps, staffId, found)}, lines_done = lines, event_id = null,
      seen_at = null, changed_at = ${work.at}, expires_at = ${endOf(deps, sheetWaitsFor)} where id = ${id} and status in ('to_judge', 'to_save', 'saving')`;
  if (!settled) throw gone;
}

/**
 * Writes down why a list was refused, so that its page can say so.
 * @throws the error itself where it may go better in a while: the outbox tries it again
 */
async function refuse(work: Work, asked: Asked, error: unknown): Promise<void> {
  if (error === gone) return;
  const { type, status, detail, errors } = toProblem(error);
  const { deps } = work;
  if (status === 503) {
    await waitAgain(deps, asked);
    throw error;
  }
  if (status >= 500) deps.log.error({ err: error, sheet: asked.id }, 'a list could not be worked on');
  const before = await openSheet({ ...deps, db: work.trx }, asked);
  const extra = { ...(detail && { detail }), ...(errors && { errors }) };
  // What was found before no longer holds where it was refused for its lines.
  const verdicts = asked.status === 'to_judge' || type === 'import-refused' ? undefined : before?.verdicts;
  await settle(work, asked, 'failed', { ...(verdicts && { verdicts }), refused: { type, extra } }).catch(
    (error) => {
      if (error !== gone) throw error;
    },
  );
}

/** It waits to be recorded again, and may be called off meanwhile. */
async function waitAgain(deps: Deps, { id }: Asked): Promise<void> {
  await run(
    deps.db,
    each('sheet-work.wait-again'),
  )`update kept_sheet set status = 'to_save', lines_done = 0 where id = ${id} and status = 'saving'`;
}

async function letGo(db: Reader, { id }: Asked): Promise<void> {
  await run(db, 'sheet-work.let-go')`delete from kept_sheet where id = ${id}`;
}

/** What was typed beside a list, as its form is shown again. */
export const typedBeside = ({ [partialField]: _, ...typed }: Typed): Typed => typed;
