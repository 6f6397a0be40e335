import { timestamp, today } from '../../shared/clock.ts';
import type { Reader } from '../../shared/database.ts';
import type { Deps } from '../../shared/deps.ts';
import { col, type RowOf } from '../../shared/rows.ts';
import { maybe, run } from '../../shared/statements.ts';
import { reportNamed } from './report.queries.ts';
import { exactRow, type Period } from './report.rules.ts';
import { type YearFigures, yearReports, yearsTo } from './year.rules.ts';

const Counted = { on: col.text, figures: col.unchecked<YearFigures>() };
export type Counted = RowOf<typeof Counted>;

/** The year as it was counted last; nothing where it never was. Exact: for who may read the persons that are counted. */
export async function yearCounted(db: Reader): Promise<Counted | undefined> {
  return maybe(db, 'year.counted', Counted)`
    select to_char(counted_on, 'YYYY-MM-DD') as "on", figures from year_counted order by counted_on desc limit 1`;
}

/** Counts the last twelve months and the twelve before, and keeps that in the place of what was counted before. Asked again on the same day, the first stands. */
export async function countYear(deps: Deps): Promise<void> {
  const day = today(deps.clock);
  const years = yearsTo(day);
  const figures: Partial<YearFigures> = {};
  // One after the other: nobody waits long for it, and it takes no connection from those who work.
  for (const name of yearReports) {
    const report = reportNamed(name);
    const read = async (period: Period) =>
      exactRow(report.headline, (await report.read(deps.db, period, day)).headline);
    figures[name] = { now: await read(years.now), before: await read(years.before) };
  }
  await run(deps.db, 'year.count')`
    with older as (delete from year_counted where counted_on < ${day})
    insert into year_counted (counted_on, figures, counted_at) values (${day}, ${JSON.stringify(figures)}::jsonb, ${timestamp(deps.clock)})
    on conflict (counted_on) do nothing`;
}
