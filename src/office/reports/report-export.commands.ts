import type { Context } from '../../shared/actor.ts';
import { command } from '../../shared/command.ts';
import type { Deps } from '../../shared/deps.ts';
import { callerOf, recordEvent } from '../../shared/events.ts';
import { Problem } from '../../shared/problem.ts';
import type { FileColumns } from '../../shared/table-file.ts';
import { readReport } from './report.queries.ts';
import type { ReadPart, ReportRead, Row } from './report.rules.ts';
import type { ReportQuery } from './report.schemas.ts';

/** The columns of a part’s file, in its order. */
export const columnsOf = ({ columns }: ReadPart): FileColumns<Row> =>
  Object.fromEntries(columns.map(({ key, text, kind }) => [key, kind === 'share' ? `${text} (%)` : text]));

/**
 * Writes down that someone takes a part of a report as a file, and gives the report with that part. A file leaves the
 * scheme, whoever takes it.
 * @throws Problem `not-found`, `invalid`
 */
export async function exportPart(
  deps: Deps,
  ctx: Context,
  of: { name: string; part: string },
  query: ReportQuery,
): Promise<{ report: ReportRead; part: ReadPart }> {
  const report = await readReport(deps, ctx.actor, of.name, { ...query, suppressed: true });
  const part = report.parts.find((one) => one.key === of.part);
  if (!part) throw new Problem('not-found');
  await command(deps, ctx, (work) =>
    recordEvent(work, {
      type: 'report.exported',
      subjects: callerOf(ctx),
      values: { report: report.name, suppressed: report.suppressed },
    }),
  );
  return { report, part };
}
