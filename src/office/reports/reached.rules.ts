import { ratherNot } from '../../people/equality/equality.rules.ts';
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

/** Whether a row is of people who named no group: they are in no share, as in the figures of a population. */
const isOfNoGroup = ({ answer }: Row) => answer === notAsked || answer === ratherNot;

/**
 * The share of a group of those who named one, to whole points; null for the rows of those who named none. It is made of
 * what is shown alone, so that nothing more can be worked out from it: the whole is what is shown of the groups, or of
 * everyone less those who were not asked and who would rather not say.
 */
export function shareOfAnswered(rows: Row[], everyone: Cell, key: string): (row: Row) => Cell {
  const isShown = (cell: Cell | undefined): cell is number => typeof cell === 'number';
  const sumOf = (some: Row[]): Cell =>
    some.every((row) => isShown(row[key])) ? some.reduce((all, row) => all + Number(row[key]), 0) : hidden;
  const named = sumOf(rows.filter((row) => !isOfNoGroup(row)));
  const others = sumOf(rows.filter(isOfNoGroup));
  const whole = isShown(named) ? named : isShown(everyone) && isShown(others) ? everyone - others : hidden;
  return (row) => {
    const part = row[key] ?? null;
    if (isOfNoGroup(row)) return null;
    if (!isShown(part) || !isShown(whole)) return hidden;
    return whole > 0 ? Math.min(100, Math.round((100 * part) / whole)) : null;
  };
}

/** A share less that of the population, in points to one decimal. */
export function pointsBetween(share: Cell, population: number | null): Cell {
  if (population === null || share === null) return null;
  return share === hidden ? hidden : Math.round(10 * (Number(share) - population)) / 10;
}
