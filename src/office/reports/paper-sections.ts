import { type QuestionName, questionNames, questions } from '../../people/equality/equality.rules.ts';
import { lower } from '../../shared/formats.ts';
import type { PaperContent, Section, Sentence } from './paper.rules.ts';
import { type PlaceOf, type Reader, readerOf, sentence } from './paper-reader.ts';
import { hidden, type ReportName, type Row, tooFew } from './report.rules.ts';
import { sayValue } from './report-words.ts';

const needWords = { device: 'a device', data: 'mobile data', support: 'support' };
type Writer = {
  key: string;
  title: string;
  from: ReportName[];
  write(read: Reader): Omit<Section, 'key' | 'title'>;
};

/** Every section that is made of figures, in the order in which a paper has them. */
const writers: Writer[] = [
  {
    key: 'need',
    title: 'What people needed',
    from: ['need'],
    write: ({ both, bothOf, later, ...read }) => ({
      sentences: [
        sentence`Clinics referred people ${both('need', 'received')} times.`,
        ...Object.entries(needWords).map(
          ([need, word]) =>
            sentence`For ${word} there were ${bothOf('need', 'needs', need, 'asked')} referrals, and by the end of the half-year ${bothOf('need', 'needs', need, 'met')} of them had it.`,
        ),
        ...mostOf(
          read,
          ['need', 'barriers'],
          'named',
          'What stood in their way most often in the second half-year',
        ),
      ],
      charts: later('need', 'barriers'),
    }),
  },
  {
    key: 'reach',
    title: 'Whom it reached',
    from: ['reach'],
    write: ({ both, months }) => ({
      sentences: [
        sentence`We lent something to ${both('reach', 'people')} people, in ${both('reach', 'loans')} loans with ${both('reach', 'items')} devices.`,
        sentence`We supported ${both('reach', 'supported')} people while they learned to use what they had.`,
        sentence`Donors gave ${both('reach', 'given')} devices.`,
      ],
      charts: months('reach', ['loans']),
    }),
  },
  {
    key: 'missing',
    title: 'Who is missing',
    from: ['need', 'who-is-reached'],
    write: ({ both, later, ...read }) => ({
      sentences: [
        ...questionNames.flatMap((question) => leastReached(read, question)),
        sentence`That is by what people chose to say of themselves; shares are of those who named a group.`,
        sentence`At the end of each half-year, ${both('need', 'waiting')} referrals were still without the device or the mobile data that was asked for.`,
        sentence`We declined ${both('need', 'declined')} referrals.`,
        sentence`Whoever nobody referred is in no figure of this paper.`,
      ],
      charts: questionNames.flatMap((question) => later('who-is-reached', question)),
    }),
  },
  {
    key: 'wait',
    title: 'How long they waited',
    from: ['referral-to-loan'],
    write: ({ both, months }) => ({
      sentences: [
        sentence`From referral to first loan, half of the people waited for no longer than ${both('referral-to-loan', 'median')}, and nine in ten no longer than ${both('referral-to-loan', 'most')}.`,
        sentence`That is of ${both('referral-to-loan', 'lent')} first loans.`,
      ],
      charts: months('referral-to-loan', ['median']),
    }),
  },
  {
    key: 'losses',
    title: 'What was lost',
    from: ['losses'],
    write: ({ both }) => ({
      sentences: [
        sentence`Of ${both('losses', 'out')} devices that were out, ${both('losses', 'gone')} were gone for good, which is ${both('losses', 'share')}. Nobody is to blame, and nobody pays.`,
        sentence`Found again were ${both('losses', 'found')}, and ${both('losses', 'replaced')} were replaced.`,
      ],
      charts: [],
    }),
  },
  {
    key: 'support',
    title: 'Support',
    from: ['follow-ups', 'drop-ins'],
    write: ({ both, months, ...read }) => ({
      sentences: [
        sentence`Supporters spent ${both('follow-ups', 'hours')} hours with ${both('follow-ups', 'people')} people, in ${both('follow-ups', 'done')} follow-ups: ${both('follow-ups', 'share')} of those that were due.`,
        ...mostOf(
          read,
          ['follow-ups', 'obstacles'],
          'named',
          'What got in the way most often in the second half-year',
        ),
        sentence`We held ${both('drop-ins', 'held')} drop-ins of ${both('drop-ins', 'hours')} hours, with ${both('drop-ins', 'visits')} visits.`,
      ],
      charts: months('follow-ups', ['done', 'missed']),
    }),
  },
  {
    key: 'outcomes',
    title: 'What changed',
    from: ['confidence', 'measures'],
    write: ({ both, ...read }) => ({
      sentences: [
        sentence`Of ${both('confidence', 'people')} people who were asked twice how confident they feel, ${both('confidence', 'more')} feel more so. They said ${both('confidence', 'before')} at first and ${both('confidence', 'after')} at the latest.`,
        ...measured(read, 0),
        ...measured(read, 1),
        sentence`These show that something changed for the same people. They do not show why.`,
      ],
      charts: [],
    }),
  },
  {
    key: 'endings',
    title: 'Why loans ended',
    from: ['endings'],
    write: ({ both, later, ...read }) => ({
      sentences: [
        sentence`There were ${both('endings', 'ended')} loans that ended. Why is known of ${both('endings', 'share')}.`,
        ...mostOf(read, ['endings', 'reasons'], 'loans', 'Most often in the second half-year'),
      ],
      charts: later('endings', 'reasons'),
    }),
  },
  {
    key: 'costs',
    title: 'What it cost',
    from: ['costs'],
    write: ({ both, later, value }) => {
      const isWhole = ([0, 1] as const).every((half) => value(half, 'costs', 'spent') !== null);
      const isPriced = ([0, 1] as const).some((half) => value(half, 'costs', 'bought') !== null);
      const isGiven = ([0, 1] as const).some((half) => value(half, 'costs', 'given') !== 0);
      const isTimed = ([0, 1] as const).every((half) => value(half, 'costs', 'hours') !== null);
      const spent = [
        sentence`The scheme spent ${both('costs', 'spent')}.`,
        ...(isTimed ? [sentence`It paid for ${both('costs', 'hours')} hours of staff.`] : []),
        sentence`That is ${both('costs', 'lentEach')} for each person who was lent something, and ${both('costs', 'supportedEach')} for each person who was supported. Many are the same people.`,
      ];
      return {
        sentences: [
          ...(isWhole
            ? spent
            : [
                sentence`What the scheme spent is not written down for the whole year, so that nothing is said of what each person cost.`,
              ]),
          ...(isGiven && isPriced
            ? [
                sentence`Without donors: the ${both('costs', 'given')} devices that were given would have cost ${both('costs', 'bought')} new.`,
              ]
            : []),
          ...(isGiven && !isPriced
            ? [sentence`What the donated devices would have cost new is not known.`]
            : []),
        ],
        charts: isWhole ? later('costs', 'kinds') : [],
      };
    },
  },
];

/** The sections of a paper that are made of its figures: those of which both half-years were read. */
export function sectionsOf(content: PaperContent): Section[] {
  const read = readerOf(content);
  return writers
    .filter(({ from }) => from.every((name) => read.has(name)))
    .map(({ key, title, write }) => ({ key, title, ...write(read) }));
}

/** The three rows of a part of the later half-year with the largest numbers that are shown. */
function mostOf(
  { rows, cell }: Pick<Reader, 'rows' | 'cell'>,
  place: PlaceOf,
  column: string,
  begins: string,
): Sentence[] {
  const shown = rows(1, ...place).filter((row) => typeof row[column] === 'number' && Number(row[column]) > 0);
  const most = shown.toSorted((one, other) => Number(other[column]) - Number(one[column])).slice(0, 3);
  if (!most.length) return [];
  const each = most.flatMap((row, at): Sentence => {
    const figure = cell(1, place, row, column);
    return [`${at ? ', ' : ''}${labelOf(figure.row!)} (`, figure, ')'];
  });
  return [sentence`${begins}: ${each}.`];
}

/** The group of the later half-year that is furthest below its share of the population, where one is known to be below. */
function leastReached({ rows, cell }: Pick<Reader, 'rows' | 'cell'>, question: QuestionName): Sentence[] {
  const known = rows(1, 'who-is-reached', question).filter(
    (row) => typeof row.difference === 'number' && row.difference < 0,
  );
  const [least] = known.toSorted((one, other) => Number(one.difference) - Number(other.difference));
  if (!least) return [];
  const of = (column: string) => cell(1, ['who-is-reached', question], least, column);
  return [
    sentence`${questions[question].title}: “${String(least.answer)}” is reached least in the second half-year, with ${of('lentShare')} of those lent something against ${of('population')} of the population.`,
  ];
}

/** What a questionnaire showed in a half-year, where there are enough people. */
function measured({ rows, cell }: Pick<Reader, 'rows' | 'cell'>, half: 0 | 1): Sentence[] {
  const of = (row: Row, column: string) => cell(half, ['measures', 'all'], row, column);
  const when = half ? 'second' : 'first';
  return rows(half, 'measures', 'all').map((row) =>
    row.difference === tooFew || row.difference === hidden
      ? sentence`“${String(row.instrument)}” in the ${when} half-year: fewer than 8 people, or too few to tell; nothing is said of them.`
      : sentence`“${String(row.instrument)}”, of which ${String(row.better)} is better, in the ${when} half-year: ${of(row, 'pairs')} people had ${of(row, 'before')} at first and ${of(row, 'after')} at the latest on average. The difference is ${of(row, 'difference')} (95% interval ${of(row, 'low')} to ${of(row, 'high')}).`,
  );
}

const labelOf = (name: string) => lower(sayValue({ key: '', text: '', kind: 'label' }, name));
