import { may } from '../../access/permissions.ts';
import type { Actor } from '../../shared/actor.ts';
import { today } from '../../shared/clock.ts';
import type { Reader } from '../../shared/database.ts';
import type { Deps } from '../../shared/deps.ts';
import { invalid, Problem } from '../../shared/problem.ts';
import { col, type RowOf } from '../../shared/rows.ts';
import { many } from '../../shared/statements.ts';
import { confidence } from './confidence.queries.ts';
import { costs } from './costs.queries.ts';
import { dropIns } from './drop-ins.queries.ts';
import { endings } from './endings.queries.ts';
import { followUps } from './follow-ups.queries.ts';
import { guides } from './guides.queries.ts';
import { leavingHeadline, leavingPeriod, leavingRows } from './leaving.rules.ts';
import { losses } from './losses.queries.ts';
import { measures } from './measures.queries.ts';
import { mobileData } from './mobile-data.queries.ts';
import { need } from './need.queries.ts';
import { clinics, donors } from './organisations.queries.ts';
import { reach } from './reach.queries.ts';
import { referralToLoan } from './referral-to-loan.queries.ts';
import { exactRow, periodOf, type ReportRead } from './report.rules.ts';
import type { ReportQuery } from './report.schemas.ts';
import type { Figures, Report } from './report-scope.ts';
import { securityUpdates } from './security-updates.queries.ts';
import { whoIsReached } from './who-is-reached.queries.ts';

/** Every report, in the order in which they are shown. */
export const reports: Report[] = [
  reach,
  referralToLoan,
  losses,
  endings,
  followUps,
  confidence,
  dropIns,
  measures,
  guides,
  whoIsReached,
  mobileData,
  securityUpdates,
  need,
  costs,
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
 * A report for a period, as it stands inside the scheme or as it may leave it: always so for who may not read persons.
 * @throws Problem `not-found`, `invalid` for a period or a filter that the report does not have
 */
export async function readReport(
  deps: Deps,
  actor: Actor,
  name: string,
  query: ReportQuery,
): Promise<ReportRead> {
  const report = reportNamed(name);
  const { clinicId, donorId } = query;
  const suppressed = query.suppressed || !showsExact(report, actor);
  const day = today(deps.clock);
  const period = suppressed ? leavingPeriod(query, day) : periodOf(query, day);
  for (const [filter, value] of Object.entries({ clinicId, donorId })) {
    if (value && !report.narrows.includes(filter as 'clinicId'))
      throw invalid({ pointer: `/${filter}`, message: `This report cannot be narrowed by ${filter}.` });
    if (value && suppressed)
      throw invalid({
        pointer: `/${filter}`,
        message:
          'Ask for all of it. What leaves the scheme is not narrowed, or the rest could be subtracted.',
      });
  }
  const figures = await report.read(deps.db, { ...period, clinicId, donorId }, day);
  const tables = report.finished ? finishedTables : suppressed ? leavingTables : exactTables;
  return {
    name: report.name,
    title: report.title,
    about: report.about,
    ...period,
    clinicId: clinicId ?? null,
    donorId: donorId ?? null,
    suppressed,
    ...tables(report, figures),
  };
}

/** Whether exact figures of a report are shown to someone: to whoever may read the persons that are counted, where anybody may. */
export const showsExact = ({ finished }: Report, actor: Actor): boolean =>
  !finished && may(actor, 'patients.read');

type Tables = Pick<ReportRead, 'headline' | 'parts'>;

const exactTables = (report: Report, { headline, parts: rows }: Figures): Tables => ({
  headline: { columns: report.headline, row: exactRow(report.headline, headline) },
  parts: report.parts.map((part) => ({
    ...part,
    rows: (rows[part.key] ?? []).map((row) => ({
      ...(row.id ? { id: row.id } : {}),
      ...exactRow(part.columns, row),
    })),
  })),
});

const finishedTables = (report: Report, { headline, parts, sources }: Figures): Tables => ({
  headline: { columns: report.headline, row: headline },
  parts: report.parts.map((part) => ({
    ...part,
    ...(sources?.[part.key] && { source: sources[part.key] }),
    rows: parts[part.key] ?? [],
  })),
});

function leavingTables(report: Report, { headline, parts: rows }: Figures): Tables {
  const leaves = ({ inside }: { inside?: true }) => !inside;
  const columns = report.headline.filter(leaves);
  return {
    headline: { columns, row: leavingHeadline(columns, headline) },
    parts: report.parts.filter(leaves).map((part) => {
      const shown = part.columns.filter(leaves);
      return { ...part, columns: shown, rows: leavingRows(shown, rows[part.key] ?? [], part.ranked) };
    }),
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
