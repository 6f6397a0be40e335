import Type from 'typebox';
import { count, date as dateWords, withDates } from '../../shared/formats.ts';
import { strictObject } from '../../shared/http.ts';
import { invalid } from '../../shared/problem.ts';
import { oneOf } from '../../shared/schemas.ts';
import { fields, type Typed } from '../../web/forms.ts';
import type { OfferedTerms } from '../terms/terms.queries.ts';
import type { ShownLine } from './issue-form.rules.ts';
import { handoverWays } from './loan.rules.ts';
import { type LoanIssued, NewLoan } from './loan.schemas.ts';

const { termsId, dueOn, agreement } = NewLoan.properties;
const supportPlan = Type.Optional(Type.String({ format: 'uuid' }));
const TermsForm = strictObject({
  termsId,
  dueOn,
  supportPlan,
  agreement,
  handover: strictObject({ way: oneOf(handoverWays), on: Type.String({ format: 'date' }) }),
});
const words = {
  termsId: 'Choose the terms.',
  'handover.way': 'Choose how it is handed over.',
  'handover.on': 'Enter the day of the handover.',
  'agreement.acceptedBy': 'Choose how the agreement was accepted.',
};
export const mostItems = 50;
export const tooMany = `One loan takes at most ${mostItems} items.`;

/** What page two starts from: the default terms, handed over today. */
export const startOfTerms = (offered: OfferedTerms[], day: string): Typed => ({
  termsId: offered.find(({ isDefault }) => isDefault)?.id ?? '',
  until: 'terms',
  'handover.way': 'in_person',
  'handover.on': day,
});

/**
 * What page two assumes before anything is answered there, as it says at its beginning; nothing once the
 * answers are someone's own.
 * @param support what starts beside the loan, in words
 */
export function assumedTerms(typed: Typed, offered: OfferedTerms[], day: string, support?: string) {
  if (typed['handover.way']) return [];
  const terms = offered.find(({ isDefault }) => isDefault);
  const until = terms?.dueOn ? `, until ${dateWords(terms.dueOn)}` : '';
  return [
    { key: 'Handover', text: `In person, today, ${dateWords(day)}`, name: 'handover.way' },
    ...(terms ? [{ key: 'Due back', text: `${terms.name}: ${terms.length}${until}`, name: 'termsId' }] : []),
    ...(support ? [{ key: 'Support', text: support, name: 'supportPlan' }] : []),
  ];
}

export const ownOfTerms = [
  'supportPlan',
  'termsId',
  'until',
  'dueOn-day',
  'dueOn-month',
  'dueOn-year',
  'keptDay',
  'handover.way',
  'handover.on-day',
  'handover.on-month',
  'handover.on-year',
  'agreement.version',
  'agreement.language',
  'agreement.format',
  'agreement.rendering',
  'agreement.largePrint',
  'agreement.acceptedBy',
  'agreement.signature',
  'agreement.drawn',
  'agreement.witness',
];

/** The terms as the API takes them; what belongs to a choice that was not made is left out. */
export function readTerms(typed: Typed) {
  const { until, supportPlan } = typed;
  const acceptedBy = typed['agreement.acceptedBy'];
  const leftOut = [
    ...(supportPlan === 'none' ? ['supportPlan'] : []),
    ...(until === 'terms' ? ['dueOn-day', 'dueOn-month', 'dueOn-year'] : []),
    ...(acceptedBy === 'witnessed' ? [] : ['agreement.witness']),
    ...(acceptedBy === 'signature' ? [] : ['agreement.signature']),
  ];
  const kept = Object.fromEntries(Object.entries(typed).filter(([name]) => !leftOut.includes(name)));
  const drawn = acceptedBy === 'signature' && typed['agreement.drawn'];
  const terms = fields(TermsForm, drawn ? { ...kept, 'agreement.signature': drawn } : kept, words);
  if (until === 'date' && !terms.dueOn)
    throw invalid({ pointer: '/dueOn', message: 'Enter the day it is due back.' });
  return supportPlan === 'none' ? { ...terms, supportPlan: null } : terms;
}

/**
 * The items of a loan out of the lines of a form.
 * @throws Problem `invalid` when the kit is empty, too large, or has something that is none of our devices
 */
export function itemsOf(lines: ShownLine[]): { deviceId: string }[] {
  if (!lines.length)
    throw invalid({ pointer: '/kit', message: 'The kit is empty. Go back and scan at least one device.' });
  if (lines.length > mostItems) throw invalid({ pointer: '/kit', message: tooMany });
  return lines.map(({ device, label }) => {
    if (!device) throw invalid({ pointer: '/kit', message: `Take out what cannot go out now: ${label}.` });
    return { deviceId: device.id };
  });
}

/** What is told when a loan has been issued. */
export function whatHappened({ reference, items, dueOn, followUps, warnings }: LoanIssued): string {
  const due = dueOn ? `due back on ${dateWords(dueOn)}` : 'with no date to come back';
  const next = followUps[0]
    ? ` Next: ${followUps[0].step.toLowerCase()} on ${dateWords(followUps[0].dueOn)}.`
    : '';
  const told = warnings.map((warning) => ` ${withDates(warning)}`).join('');
  return `Loan ${reference} is issued with ${count(items.length, 'item')}, ${due}.${next}${told}`;
}

/** The values of a field that may have one or several. */
export const listOf = (value: string | string[] | undefined) => [value ?? []].flat();

/** What was entered on the other page, to be kept in hidden fields; a name of one's own that ends with a dot begins several. */
export function carry(typed: Typed, own: string[]): { name: string; value: string }[] {
  return Object.entries(typed).flatMap(([name, value]) =>
    own.some((mine) => (mine.endsWith('.') ? name.startsWith(mine) : name === mine))
      ? []
      : listOf(value).map((one) => ({ name, value: one })),
  );
}
