import { countReached } from '../../src/office/reports/reached.queries.ts';
import type { Period, ReportRead } from '../../src/office/reports/report.rules.ts';
import type { QuestionName } from '../../src/people/equality/equality.rules.ts';
import type { Reader } from '../../src/shared/database.ts';

/** The report of who is reached as nobody is shown it: with what its numbers are in truth. */
export async function exactlyReached(db: Reader, shown: ReportRead, period: Period): Promise<ReportRead> {
  const { everyone, byQuestion } = await countReached(db, period);
  const parts = shown.parts.map((part) => ({
    ...part,
    rows: part.rows.map((row, at) => ({
      ...row,
      ...byQuestion[part.key as QuestionName][at],
      answer: row.answer!,
    })),
  }));
  return { ...shown, headline: { ...shown.headline, row: everyone }, parts };
}
