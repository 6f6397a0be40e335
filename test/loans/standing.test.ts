import t from 'tap';
import { fitsNext, loanStanding, whatIsLent } from '../../src/lending/loans/standing.rules.ts';

const today = '2026-11-23';
const loan = {
  status: 'open' as const,
  handoverOn: '2026-06-01',
  dueOn: '2027-01-11' as string | null,
  reviewOn: null as string | null,
  closedOn: null as string | null,
  devicesOut: 2,
  accessoriesOut: [] as string[],
};

t.test('how a loan stands, and the one thing that fits', (t) => {
  const cases: [Partial<typeof loan>, string, ReturnType<typeof fitsNext>][] = [
    [{}, 'It is due back on 11 January 2027.', undefined],
    [{ handoverOn: today }, 'It is due back on 11 January 2027.', 'agreement'],
    [{ dueOn: '2026-11-30' }, 'It is due back on 30 November 2026, in 7 days.', 'return'],
    [{ dueOn: today }, 'It is due back on 23 November 2026, today.', 'return'],
    [
      { dueOn: '2026-11-22' },
      'It was due back on 22 November 2026. That is 1 day ago: a kind reminder or a call is the next step. Perhaps it is needed longer.',
      'return',
    ],
    [
      { devicesOut: 0, accessoriesOut: ['Charger × 1'] },
      'Only Charger × 1 is out. It is due back on 11 January 2027.',
      'return',
    ],
    [{ dueOn: null }, 'It stays open, with no date to come back.', undefined],
    [
      { dueOn: null, reviewOn: today },
      'It stays open, with no date to come back. We look at it again on 23 November 2026.',
      'review',
    ],
  ];
  for (const [change, sentence, fits] of cases) {
    t.equal(loanStanding({ ...loan, ...change }, today), sentence);
    t.equal(fitsNext({ ...loan, ...change }, today), fits, sentence);
  }
  const closed = { ...loan, status: 'closed' as const, closedOn: '2026-10-01', devicesOut: 0 };
  t.equal(loanStanding(closed, today), 'Everything on this loan has come back or ended, on 1 October 2026.');
  t.equal(fitsNext(closed, today), undefined);
  t.end();
});

t.test('what a loan is of', (t) => {
  t.equal(whatIsLent(['tablet', 'dongle'], []), 'tablet and dongle');
  t.equal(whatIsLent(['tablet', 'dongle', 'tablet'], []), '2 tablets and dongle');
  t.equal(whatIsLent(['sim'], []), 'SIM');
  t.equal(whatIsLent([], ['Charger × 2']), 'Charger × 2');
  t.end();
});
