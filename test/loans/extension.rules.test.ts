import t from 'tap';
import {
  assertExtendable,
  assertReviewable,
  extensionRules,
  type LoanToExtend,
  reviewOutcomes,
} from '../../src/lending/loans/extension.rules.ts';
import { assertGift, type LoanToGift, whyNoGift } from '../../src/lending/loans/gift.rules.ts';
import { Problem } from '../../src/shared/problem.ts';

const today = '2026-11-23';
const officer = { today, mayExceed: false };
const manager = { today, mayExceed: true };
const loan: LoanToExtend = {
  status: 'open',
  dueOn: '2026-12-07',
  extensions: 0,
  extensionsAllowed: 2,
  mayStayOpen: false,
  suggestedDueOn: '2027-03-08',
  waiting: [],
};
const refusal = (work: () => void): Problem | undefined => {
  try {
    work();
  } catch (error) {
    if (error instanceof Problem) return error;
    throw error;
  }
  return undefined;
};

t.test('the rules explain: allowed, how many, who waits, until when', async (t) => {
  t.same(extensionRules(loan, officer), {
    allowed: true,
    why: ['It has not been extended yet. Its terms allow it to be extended twice.'],
    used: 0,
    most: 2,
    suggestedDueOn: '2027-03-08',
    latestDueOn: '2027-03-08',
    mayStayOpen: false,
    waiting: [],
    reasonWanted: false,
  });
  t.match(extensionRules({ ...loan, dueOn: '2026-10-01', extensions: 1 }, officer), {
    allowed: true,
    why: ['It has been extended once. Its terms allow it to be extended twice.'],
    suggestedDueOn: '2027-03-08',
  });
  t.match(extensionRules({ ...loan, status: 'closed' }, manager), {
    allowed: false,
    why: ['The loan is closed.'],
    suggestedDueOn: null,
  });
});

t.test('that others wait wants a reason and never refuses by itself', async (t) => {
  const waiting = [
    { need: 'device', people: 1 },
    { need: 'data', people: 3 },
  ] satisfies LoanToExtend['waiting'];
  const waited = { ...loan, waiting };
  t.match(extensionRules(waited, officer), {
    allowed: true,
    reasonWanted: true,
    why: [
      /not been extended yet/,
      '1 other person waits for a device and 3 other people wait for data. That need not stop it: say why this loan goes on.',
    ],
  });
  const dueOn = '2027-01-04';
  t.match(
    refusal(() => assertExtendable(waited, { dueOn, reason: ' ' }, officer)),
    { type: 'invalid', errors: [{ pointer: '/reason' }] },
  );
  t.equal(
    refusal(() => assertExtendable(waited, { dueOn, reason: 'On a course' }, officer)),
    undefined,
  );
});

t.test('above the number a manager decides, with a reason', async (t) => {
  const used = { ...loan, extensions: 2 };
  t.match(extensionRules(used, officer), {
    allowed: false,
    why: [
      'Its terms allow it to be extended twice, and it has been extended twice. Ask a manager, who may extend it with a reason.',
    ],
  });
  t.match(
    refusal(() => assertExtendable(used, { dueOn: '2027-01-04', reason: 'On a course' }, officer)),
    { type: 'extension-refused', extra: { used: 2, most: 2 } },
  );
  t.match(extensionRules(used, manager), { allowed: true, reasonWanted: true });
  t.match(
    refusal(() => assertExtendable(used, { dueOn: '2027-01-04' }, manager)),
    { errors: [{ pointer: '/reason' }] },
  );
  t.equal(
    refusal(() => assertExtendable(used, { dueOn: '2027-01-04', reason: 'On a course' }, manager)),
    undefined,
  );
  t.match(extensionRules({ ...loan, extensionsAllowed: 0 }, officer), {
    allowed: false,
    why: ['Its terms allow no extension. Ask a manager, who may extend it with a reason.'],
  });
});

t.test('the new date is after the present one and after today', async (t) => {
  const cases: [LoanToExtend, Parameters<typeof assertExtendable>[1], string | undefined][] = [
    [loan, { dueOn: '2026-12-07' }, '/dueOn'],
    [loan, { dueOn: '2026-12-08' }, undefined],
    [{ ...loan, dueOn: '2026-10-01' }, { dueOn: '2026-11-23' }, '/dueOn'],
    [{ ...loan, dueOn: '2026-10-01' }, { dueOn: '2026-11-24' }, undefined],
    [loan, {}, '/dueOn'],
    [loan, { dueOn: '2027-01-04', openEnded: true }, '/dueOn'],
    [loan, { openEnded: true }, undefined],
    [{ ...loan, dueOn: null }, { openEnded: true }, '/openEnded'],
    [{ ...loan, dueOn: null }, { dueOn: '2026-11-23' }, '/dueOn'],
    [{ ...loan, dueOn: null, extensions: 9 }, { dueOn: '2026-11-24' }, undefined],
  ];
  for (const [of, change, pointer] of cases) {
    const problem = refusal(() => assertExtendable(of, change, officer));
    t.equal(problem?.errors?.[0]?.pointer, pointer, JSON.stringify([of.dueOn, change]));
  }
  t.equal(refusal(() => assertExtendable({ ...loan, status: 'closed' }, {}, officer))?.type, 'loan-closed');
});

t.test('only a loan that stays open is reviewed, and gets a date only when it comes back', async (t) => {
  const open = { ...loan, dueOn: null };
  for (const outcome of reviewOutcomes) {
    const dueOn = outcome === 'comes_back' ? '2026-12-07' : undefined;
    t.equal(
      refusal(() => assertReviewable(open, { outcome, dueOn }, today)),
      undefined,
      outcome,
    );
    t.equal(refusal(() => assertReviewable(loan, { outcome, dueOn }, today))?.type, 'conflict');
    t.equal(
      refusal(() => assertReviewable({ ...open, status: 'closed' }, { outcome, dueOn }, today))?.type,
      'loan-closed',
    );
  }
  const faults = [
    { outcome: 'comes_back' },
    { outcome: 'comes_back', dueOn: today },
    { outcome: 'goes_on', dueOn: '2026-12-07' },
  ] as const;
  for (const review of faults)
    t.match(
      refusal(() => assertReviewable(open, review, today)),
      { errors: [{ pointer: '/dueOn' }] },
    );
});

t.test('a gift: a patient’s open loan, with something out and no incident open', async (t) => {
  const gift: LoanToGift = { status: 'open', borrower: 'patient', out: 1, openIncident: null };
  t.equal(whyNoGift(gift), undefined);
  const refused: [Partial<LoanToGift>, string][] = [
    [{ status: 'closed' }, 'loan-closed'],
    [{ borrower: 'location' }, 'gift-refused'],
    [{ out: 0 }, 'gift-refused'],
    [{ openIncident: 'an id' }, 'gift-refused'],
  ];
  for (const [changes, type] of refused)
    t.equal(refusal(() => assertGift({ ...gift, ...changes }))?.type, type);
  t.match(
    refusal(() => assertGift({ ...gift, openIncident: 'an id' })),
    { extra: { incidentId: 'an id' } },
  );
});
