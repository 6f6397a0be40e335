import { count } from '../../shared/formats.ts';
import type { Cell, Column, ReportName, Row } from './report.rules.ts';
import { sayValue } from './report-words.ts';
import type { YearFigures, YearReport } from './year.rules.ts';

/** A piece of a sentence: words, or a figure of a report by its column, with what is counted where it is a count. */
type Piece = string | { column: string; one?: string };
type Told = { report: YearReport; pieces: Piece[] };

const of = (column: string, one?: string): Piece => ({ column, ...(one && { one }) });
/** What the year is told as, in order: each figure by the name that its report defines. */
const sentences: Told[] = [
  {
    report: 'reach',
    pieces: [
      'We lent something to ',
      of('people', 'person'),
      ', in ',
      of('loans', 'loan'),
      ' with ',
      of('items', 'device'),
      '.',
    ],
  },
  { report: 'reach', pieces: ['Donors gave ', of('given', 'device'), '.'] },
  {
    report: 'referral-to-loan',
    pieces: [
      'Clinics sent ',
      of('received', 'referral'),
      '. Of ',
      of('lent', 'first loan'),
      ', half came within ',
      of('median'),
      '.',
    ],
  },
  {
    report: 'follow-ups',
    pieces: [
      'Supporters spent ',
      of('hours', 'hour'),
      ' with ',
      of('people', 'person'),
      ': ',
      of('share'),
      ' of the follow-ups that were due took place.',
    ],
  },
  {
    report: 'confidence',
    pieces: [
      'Of ',
      of('people', 'person'),
      ' asked twice, ',
      of('more'),
      ' are more confident, ',
      of('same'),
      ' the same, and ',
      of('less'),
      ' less.',
    ],
  },
  {
    report: 'losses',
    pieces: [
      'Of ',
      of('out', 'device'),
      ' that went out, ',
      of('gone'),
      ' are gone: ',
      of('share'),
      '. Nobody pays for that.',
    ],
  },
];

/** A line of the year: the sentence, and the same figures of the year before. */
export type YearLine = { report: ReportName; pieces: { text: string; isFigure: boolean }[]; before: string };

/**
 * The year in sentences, with the year before beside each.
 * @param columnsOf the columns of a report's headline, by which its figures are said
 */
export function yearLines(figures: YearFigures, columnsOf: (report: ReportName) => Column[]): YearLine[] {
  return sentences.map(({ report, pieces }) => {
    const columns = columnsOf(report);
    const say = (row: Row, { column: key, one }: Exclude<Piece, string>): string => {
      const column = columns.find((each) => each.key === key);
      const value: Cell = row[key] ?? null;
      if (one && typeof value === 'number') return count(value, one, one === 'person' ? 'people' : undefined);
      return column ? sayValue(column, value) : String(value ?? '–');
    };
    const { now, before } = figures[report];
    const named = pieces.filter((piece) => typeof piece !== 'string');
    return {
      report,
      pieces: pieces.map((piece) =>
        typeof piece === 'string'
          ? { text: piece, isFigure: false }
          : { text: say(now, piece), isFigure: true },
      ),
      before: named.every(({ column }) => !before[column])
        ? 'nothing is recorded'
        : named.map((piece) => say(before, piece)).join(', '),
    };
  });
}
