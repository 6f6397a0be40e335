import { leavingHeadline, leavingRows } from './leaving.rules.ts';
import { type Cell, type Column, hidden, isSmall, type Row, sum } from './report.rules.ts';

/** Who has said nothing by a question, or was not asked. */
export const notAsked = 'not_asked';

/** What is counted of people by what they said. */
export const reachedColumns: Column[] = [
  { key: 'answer', text: 'Group', kind: 'label' },
  { key: 'referred', text: 'People referred', kind: 'count' },
  { key: 'lent', text: 'People lent something', kind: 'count' },
];
export const everyoneColumns = reachedColumns.filter(({ kind }) => kind === 'count');

/**
 * The rows of a question as they are kept for good: with small numbers hidden, and what they could be worked out from.
 * Those who were not asked are about the same people in the tables of all questions. So they are never hidden for the
 * sake of another row alone, since the next table would show them: what is hidden holds enough among the answers
 * themselves, unless those who answered, or who did not, are so few that both have to be hidden.
 */
export function keptRows(rows: Row[]): Row[] {
  const answers = rows.filter(({ answer }) => answer !== notAsked);
  const others = rows.filter(({ answer }) => answer === notAsked);
  const isFew = (some: Row[]) => everyoneColumns.some(({ key }) => isSmall(sum(some, key)));
  if (isFew(answers) || isFew(others)) return leavingRows(reachedColumns, rows);
  return [...leavingRows(reachedColumns, answers), ...leavingRows(reachedColumns, others)];
}

export const keptEveryone = (row: Row): Row => leavingHeadline(everyoneColumns, row);

/**
 * The share of a group of those who answered, to whole points. It is made of what is shown alone, so that nothing more
 * can be worked out from it: `answered` is what is shown of them, or of everyone less those who were not asked.
 */
export function shareOfAnswered(rows: Row[], everyone: Cell, key: string): (row: Row) => Cell {
  const answered = rows.filter(({ answer }) => answer !== notAsked);
  const others = rows.find(({ answer }) => answer === notAsked)?.[key] ?? null;
  const isShown = (cell: Cell | undefined): cell is number => typeof cell === 'number';
  const whole = answered.every((row) => isShown(row[key]))
    ? answered.reduce((sum, row) => sum + Number(row[key]), 0)
    : isShown(everyone) && isShown(others)
      ? everyone - others
      : hidden;
  return (row) => {
    const part = row[key] ?? null;
    if (row.answer === notAsked) return null;
    if (!isShown(part) || whole === hidden) return hidden;
    return whole > 0 ? Math.min(100, Math.round((100 * part) / whole)) : null;
  };
}

/** A share less that of the population, in points to one decimal. */
export function pointsBetween(share: Cell, population: number | null): Cell {
  if (population === null || share === null) return null;
  return share === hidden ? hidden : Math.round(10 * (Number(share) - population)) / 10;
}
