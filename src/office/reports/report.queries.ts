import { today } from '../../shared/clock.ts';
import type { Reader } from '../../shared/database.ts';
import type { Deps } from '../../shared/deps.ts';
import { invalid, Problem } from '../../shared/problem.ts';
import { col, type RowOf } from '../../shared/rows.ts';
import { many } from '../../shared/statements.ts';
import { confidence } from './confidence.queries.ts';
import { followUps } from './follow-ups.queries.ts';
import { losses } from './losses.queries.ts';
import { mobileData } from './mobile-data.queries.ts';
import { clinics, donors } from './organisations.queries.ts';
import { reach } from './reach.queries.ts';
import { referralToLoan } from './referral-to-loan.queries.ts';
import { periodOf, type ReportRead, shownRow } from './report.rules.ts';
import type { ReportQuery } from './report.schemas.ts';
import type { Report } from './report-scope.ts';

/** Every report, in the order in which they are shown. */
export const reports: Report[] = [
  reach,
  referralToLoan,
  losses,
  followUps,
  confidence,
  mobileData,
  clinics,
  donors,
];

/** @throws Problem `not-found` */
export function reportNamed(name: string): Report {
  const found = reports.find((report) => report.name === name);
  if (!found) throw new Problem('not-found');
  return found;
}

/**
 * A report for a period, as it stands inside the scheme or as it may leave it.
 * @throws Problem `not-found`, `invalid` for a period or a filter that the report does not have
 */
export async function readReport(deps: Deps, name: string, query: ReportQuery): Promise<ReportRead> {
  const report = reportNamed(name);
  const { clinicId, donorId, suppressed = false } = query;
  const day = today(deps.clock);
  const period = periodOf(query, day);
  for (const [filter, value] of Object.entries({ clinicId, donorId }))
    if (value && !report.narrows.includes(filter as 'clinicId'))
      throw invalid({ pointer: `/${filter}`, message: `This report cannot be narrowed by ${filter}.` });
  const { headline, parts } = await report.read(deps.db, { ...period, clinicId, donorId }, day);
  return {
    name: report.name,
    title: report.title,
    about: report.about,
    ...period,
    clinicId: clinicId ?? null,
    donorId: donorId ?? null,
    suppressed,
    headline: { columns: report.headline, row: shownRow(report.headline, headline, suppressed) },
    parts: report.parts.map((part) => ({
      ...part,
      rows: (parts[part.key] ?? []).map((row) => ({
        ...(row.id ? { id: row.id } : {}),
        ...shownRow(part.columns, row, suppressed),
      })),
    })),
  };
}

const Choice = { value: col.text, text: col.text };
type Choice = RowOf<typeof Choice>;

/** The clinics and donors that a report may be narrowed by. */
export async function narrowings(db: Reader): Promise<{ clinicId: Choice[]; donorId: Choice[] }> {
  const rows = await many(db, 'report.narrowings', { ...Choice, roles: col.listOf(col.text) })`
    select id as value, name as text, roles from organisation where roles && array['clinic', 'donor'] order by lower(name), id limit 1000`;
  const having = (role: string) =>
    rows.filter(({ roles }) => roles.includes(role)).map(({ value, text }) => ({ value, text }));
  return { clinicId: having('clinic'), donorId: having('donor') };
}
