import { getAreaLookup } from '../../people/equality/area.queries.ts';
import { systemContext } from '../../shared/actor.ts';
import { command } from '../../shared/command.ts';
import type { Reader } from '../../shared/database.ts';
import type { Deps } from '../../shared/deps.ts';
import { newId } from '../../shared/ids.ts';
import { many, run } from '../../shared/statements.ts';
import type { Work } from '../../shared/work.ts';
import { halfYears } from './leaving.rules.ts';
import { countReached, wasAsked } from './reached.queries.ts';
import { keptEveryone, keptRows } from './reached.rules.ts';
import { hidden, type Period, type Row } from './report.rules.ts';

/** Under which the figures of everyone are kept, beside those of the questions. */
export const everyone = 'everyone';

/**
 * Counts, for each half-year that is over and settled on a civil date, whom the scheme reached by what they said of
 * themselves, and keeps the figures as they may be shown. Once each: what is answered, changed or erased later changes
 * no figure, so that the answers of one person cannot be told from two readings. Where nobody was reached it waits. A
 * half-year by whose settling nobody had been asked is never kept: what is recorded of it later, as when a scheme takes
 * its old loans over, would stand beside figures that say nothing for good.
 * @returns how many half-years
 */
export async function keepReached(deps: Deps, date: string): Promise<number> {
  let kept = 0;
  for (const period of halfYears(date))
    kept += await command(deps, systemContext(newId()), (work) => keepHalfYear(work, period));
  return kept;
}

/** How many half-years `keepReached` would count. */
export async function countUnkept(deps: Deps, date: string): Promise<number> {
  const rows = await many(
    deps.db,
    'reached.kept',
    deps.db.selectFrom('reached_figure').select('half_year').distinct(),
  );
  const open = halfYears(date).filter(({ from }) => !rows.some((row) => row.half_year === from));
  const due = await Promise.all(open.map((period) => countDue(deps.db, period)));
  return due.filter(Boolean).length;
}

async function keepHalfYear({ trx, at }: Work, period: Period): Promise<0 | 1> {
  await run(trx, 'reached.turn')`select pg_advisory_xact_lock(hashtextextended('reached_figure', 0))`;
  const [before] = await many(
    trx,
    'reached.is-kept',
    trx.selectFrom('reached_figure').select('question').where('half_year', '=', period.from).limit(1),
  );
  if (before) return 0;
  const counted = await countDue(trx, period);
  if (!counted) return 0;
  const { everyone: all, byQuestion } = counted;
  const { brought } = await getAreaLookup(trx);
  const bands =
    brought && JSON.stringify({ name: brought.name, source: brought.source, dated: brought.dated });
  const rowOf = (question: string, row: Row) => ({
    half_year: period.from,
    question,
    answer: String(row.answer ?? everyone),
    referred: countOrNull(row.referred),
    lent: countOrNull(row.lent),
    bands: question === 'area' ? bands : null,
    made_at: at,
  });
  const rows = Object.entries(byQuestion).flatMap(([question, counts]) =>
    keptRows(counts).map((row) => rowOf(question, row)),
  );
  await run(
    trx,
    'reached.keep',
    trx.insertInto('reached_figure').values([rowOf(everyone, keptEveryone(all)), ...rows]),
  );
  return 1;
}

/** What there is to keep of a half-year that is not kept; nothing where nobody was asked or reached. */
async function countDue(db: Reader, period: Period) {
  if (!(await wasAsked(db, period))) return undefined;
  const counted = await countReached(db, period);
  return counted.everyone.referred + counted.everyone.lent > 0 ? counted : undefined;
}

const countOrNull = (cell: Row[string] | undefined) => (cell === hidden ? null : Number(cell));
