import { groupsOf, questionNames, questions, ratherNot } from '../../people/equality/equality.rules.ts';
import { listPopulation } from '../../people/equality/population.queries.ts';
import type { Population } from '../../people/equality/population.schemas.ts';
import { date } from '../../shared/formats.ts';
import { many } from '../../shared/statements.ts';
import { everyone } from './reached.commands.ts';
import { notAsked, pointsBetween, reachedColumns, shareOfAnswered } from './reached.rules.ts';
import { type Cell, type Column, hidden, type Part, type Row } from './report.rules.ts';
import type { Report } from './report-scope.ts';

const columns: Column[] = [
  ...reachedColumns,
  { key: 'referredShare', text: 'Of those referred', kind: 'share', of: ['referred', 'referredAnswered'] },
  { key: 'lentShare', text: 'Of those lent something', kind: 'share', of: ['lent', 'lentAnswered'] },
  { key: 'population', text: 'Of the population, %', kind: 'number' },
  {
    key: 'difference',
    text: 'Difference',
    kind: 'typical',
    of: 'lent',
    unit: 'points',
    about: 'The share of those lent something, less that of the population.',
  },
];

const part = (key: (typeof questionNames)[number]): Part => ({
  key,
  title: questions[key].title,
  about:
    key === 'area'
      ? 'The bands of the lookup that the scheme had brought when the half-year was counted.'
      : `Asked as: ${questions[key].wording}`,
  columns,
  chart: { series: ['lentShare', 'referredShare', 'population'], way: 'lying' },
});

/** Whom the scheme reaches, held against whom it is for. */
export const whoIsReached: Report = {
  name: 'who-is-reached',
  title: 'Who is reached',
  about:
    'People by what they said of themselves, where they chose to. Nobody is shown what one person said: these figures are the same for everyone, with small numbers hidden, by half-years that were counted once, a fortnight after their end. What is said later counts in the half-years after. Nothing is counted of a half-year by whose fortnight nobody had been asked. Shares are of those who named a group: “rather not say” is counted, and is in no share, as it is in no figure of a population.',
  narrows: [],
  finished: true,
  headline: [
    {
      key: 'referred',
      text: 'People referred',
      kind: 'count',
      about: 'Patients of whom a referral came in in the half-year, each once.',
    },
    {
      key: 'lent',
      text: 'People lent something',
      kind: 'count',
      about: 'Patients to whom at least one device was handed over in the half-year, each once.',
    },
  ],
  parts: questionNames.map(part),
  async read(db, scope) {
    const [kept, population] = await Promise.all([
      many(
        db,
        'report.who-is-reached',
        db
          .selectFrom('reached_figure')
          .select(['question', 'answer', 'referred', 'lent', 'bands'])
          .where('half_year', '=', scope.from),
      ),
      listPopulation(db),
    ]);
    const shown = (count: number | null | undefined): Cell =>
      count === undefined ? null : (count ?? hidden);
    const all = kept.find(({ question }) => question === everyone);
    const bands = kept.find((one) => one.bands)?.bands as Bands | undefined;
    const total: Row = { referred: shown(all?.referred), lent: shown(all?.lent) };
    const parts = questionNames.map((question) => {
      const rows = answersOf(question).flatMap((answer): Row[] => {
        const found = kept.find((one) => one.question === question && one.answer === answer.value);
        return found
          ? [{ answer: answer.value, referred: shown(found.referred), lent: shown(found.lent) }]
          : [];
      });
      const shares = population.find((one) => one.question === question)?.said?.shares;
      const referredShare = shareOfAnswered(rows, total.referred ?? null, 'referred');
      const lentShare = shareOfAnswered(rows, total.lent ?? null, 'lent');
      return [
        question,
        rows.map((row): Row => {
          const share = lentShare(row);
          const ofPopulation = shares?.[String(row.answer)] ?? null;
          return {
            ...row,
            answer: answersOf(question).find(({ value }) => value === row.answer)!.text,
            referredShare: referredShare(row),
            lentShare: share,
            population: ofPopulation,
            difference: pointsBetween(share, ofPopulation),
          };
        }),
      ];
    });
    return { headline: total, parts: Object.fromEntries(parts), sources: sourcesOf(population, bands) };
  },
};

/** The rows of a question’s table, in their order. */
const answersOf = (question: (typeof questionNames)[number]) => [
  ...groupsOf(question),
  { value: ratherNot, text: 'Rather not say' },
  { value: notAsked, text: 'Not asked, or left out' },
];

type Dated = { source: string; dated: string };
type Bands = Dated & { name: string };

/** Where what the people are held against comes from, by question; the bands of areas as they were when it was counted. */
function sourcesOf(population: Population[], bands: Bands | undefined): Record<string, string> {
  const areas = bands ? [`Bands: ${bands.name}. ${from(bands)}`] : [];
  return Object.fromEntries(
    population.map(({ question, said }) => [
      question,
      [...(question === 'area' ? areas : []), ...(said ? [`Population: ${from(said)}`] : [])].join(' '),
    ]),
  );
}

const from = ({ source, dated }: Dated) => `${source.replace(/\.$/, '')}, as of ${date(dated)}.`;
