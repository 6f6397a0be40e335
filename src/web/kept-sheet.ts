import { keyedHash } from '../access/tokens.ts';
import { iso, timestamp } from '../shared/clock.ts';
import type { Reader } from '../shared/database.ts';
import type { Deps } from '../shared/deps.ts';
import { type Follower, idsOf } from '../shared/follow-on.ts';
import { newId } from '../shared/ids.ts';
import type { FieldError, ProblemType } from '../shared/problem.ts';
import { col, type RowOf } from '../shared/rows.ts';
import { seal, unseal } from '../shared/seal.ts';
import { each, many, maybe, run } from '../shared/statements.ts';
import type { Work } from '../shared/work.ts';
import type { Typed } from './forms.ts';
import type { After } from './submit.ts';

// A list that someone gives stays on the server between looking at it and recording it: its page has nothing of it but
// an id. It is sealed for whoever gave it.

export const sheetNames = ['donation', 'take_over'] as const;
/** What a list is of. */
export type SheetName = (typeof sheetNames)[number];

/** `kept`: a short one, which is judged while one waits; the others are how far the work on a long one is. */
const statuses = ['kept', 'to_judge', 'judged', 'to_save', 'saving', 'saved', 'failed'] as const;

/** A list without what it says: how far it is, of how many lines. */
export const KeptSheet = {
  id: col.text,
  staffId: col.text,
  kind: col.oneOf(sheetNames),
  status: col.oneOf(statuses),
  lines: col.number,
  linesDone: col.number,
  result: col.orNull(col.unchecked<After>()),
  changedAt: col.text,
};
export type KeptSheet = RowOf<typeof KeptSheet>;

/** What a list says: its text, the other sheets of its workbook, and what was typed beside it. */
export type SheetSaid = { csv: string; sheetsNotRead: string; typed: Typed };

/** What was found of a long list: what would happen with each line, and why it was refused where it was. */
export type SheetFound = {
  verdicts?: object;
  refused?: { type: ProblemType; extra: { detail?: string; errors?: FieldError[] } };
};

/** How long a list is kept for someone to look through. */
export const sheetKeptFor = { hours: 1 };
/** How long a long one is, for a worker, and for someone to see what became of it: a weekend with its holiday. */
export const sheetWaitsFor = { hours: 96 };
/** So many lists of one person at a time; those before are forgotten. */
const mostOfOne = 20;

/** Keeps a list for whoever gave it, an hour from now. Its id. */
export async function keepSheet(
  db: Reader,
  deps: Deps,
  { staffId, kind, said }: { staffId: string; kind: SheetName; said: SheetSaid },
): Promise<string> {
  const id = newId();
  const { sheet, typed } = sealed(deps, staffId, said);
  await run(db, each('kept-sheet.keep'))`
    with old as (
      delete from kept_sheet where id in (
        select id from kept_sheet where staff_id = ${staffId} and status in ('kept', 'judged', 'failed') order by id desc offset ${mostOfOne - 1})
    )
    insert into kept_sheet (id, staff_id, kind, status, mark, sheet, said, lines, changed_at, expires_at)
    values (${id}, ${staffId}, ${kind}, 'kept', ${markOf(deps, staffId, said)}, ${sheet}, ${typed}, ${linesOf(said.csv)},
      ${timestamp(deps.clock)}, ${endOf(deps, sheetKeptFor)})`;
  return id;
}

/** A list that someone gave; undefined when it is another's, or its time is over. */
export async function findSheet(
  deps: Deps,
  staffId: string | null,
  kind: SheetName,
  id: string,
): Promise<KeptSheet | undefined> {
  return maybe(deps.db, 'kept-sheet.find', KeptSheet)`
    select id, staff_id as "staffId", kind, status, lines, lines_done as "linesDone", result, changed_at as "changedAt"
    from kept_sheet where id = ${id} and staff_id = ${staffId} and kind = ${kind} and expires_at > ${timestamp(deps.clock)}`;
}

/** What a list says, and what was found of it; undefined once it is recorded or gone. */
export async function openSheet(
  deps: Deps,
  { id, staffId }: Pick<KeptSheet, 'id' | 'staffId'>,
): Promise<(SheetSaid & SheetFound) | undefined> {
  const row = await maybe(deps.db, 'kept-sheet.open', {
    sheet: col.orNull(col.bytes),
    said: col.orNull(col.bytes),
    found: col.orNull(col.bytes),
  })`select sheet, said, found from kept_sheet where id = ${id} and sheet is not null`;
  if (!row?.sheet || !row.said) return undefined;
  const key = keyOf(deps, staffId);
  return {
    ...(unseal(key, row.sheet) as Pick<SheetSaid, 'csv' | 'sheetsNotRead'>),
    typed: unseal(key, row.said) as Typed,
    ...(row.found && (unseal(key, row.found) as SheetFound)),
  };
}

/** Notes that a list is recorded, in the transaction that recorded it, and lets go of what it said. Whether it was there. */
export async function sheetSaved({ trx, deps, at }: Work, id: string, after: After): Promise<boolean> {
  const { href, text, link } = after;
  const saved = await run(trx, 'kept-sheet.saved')`
    update kept_sheet set status = 'saved', sheet = null, said = null, found = null, lines_done = lines, changed_at = ${at},
      result = ${JSON.stringify({ href, text, link })}, seen_at = case when status = 'kept' then ${at}::timestamptz end,
      expires_at = ${endOf(deps, sheetWaitsFor)}
    where id = ${id} and status <> 'saved'`;
  return saved > 0;
}

/** Notes that whoever gave a list saw what became of it, or mended it: Today names it no more. */
export async function sheetSeen(deps: Deps, id: string): Promise<void> {
  await run(deps.db, 'kept-sheet.seen')`
    update kept_sheet set seen_at = ${timestamp(deps.clock)} where id = ${id} and seen_at is null`;
}

/** Long lists of someone that are worked on, wait for them, or were recorded and not looked at since. */
export async function ownSheets(deps: Deps, staffId: string | null): Promise<KeptSheet[]> {
  return many(deps.db, 'kept-sheet.own', KeptSheet)`
    select id, staff_id as "staffId", kind, status, lines, lines_done as "linesDone", result, changed_at as "changedAt"
    from kept_sheet where staff_id = ${staffId} and status <> 'kept' and seen_at is null and expires_at > ${timestamp(deps.clock)}
    order by id desc limit 10`;
}

/** Forgets the lists of those whose accounts are suspended, with the work on them. */
export const forgetSheets: Follower = async ({ trx }, events) => {
  await run(
    trx,
    'kept-sheet.forget',
  )`delete from kept_sheet where staff_id = any(${idsOf(events, 'staff')}::uuid[])`;
};

/** What a list says and what was typed beside it, each sealed for whoever gave it. */
export function sealed(deps: Deps, staffId: string, { csv, sheetsNotRead, typed }: SheetSaid) {
  const key = keyOf(deps, staffId);
  return { sheet: seal(key, { csv, sheetsNotRead }), typed: seal(key, typed) };
}

/** What was found of a list, sealed for whoever gave it. */
export const sealFound = (deps: Deps, staffId: string, found: SheetFound) =>
  seal(keyOf(deps, staffId), found);

/** By what the same list with the same fields is known again when it comes a second time. */
export const markOf = ({ key }: Pick<Deps, 'key'>, staffId: string, { csv, typed }: SheetSaid) =>
  keyedHash(key, 'kept-sheet', `${staffId}\n${JSON.stringify(typed)}\n${csv}`);

/** So many lines with something in them a text has below its heading, where none has a break in a cell. */
export function linesOf(csv: string): number {
  return Math.max(0, (csv.match(/^.*[^\s,;|].*$/gm)?.length ?? 0) - 1);
}

/** The instant at which a list is forgotten that something was done with now. */
export const endOf = ({ clock }: Pick<Deps, 'clock'>, time: { hours: number }) => iso(clock.now().add(time));

const keyOf = ({ key }: Deps, staffId: string) => keyedHash(key, 'kept-sheet', staffId);
