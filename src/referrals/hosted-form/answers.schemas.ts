import { today } from '../../shared/clock.ts';
import type { Deps } from '../../shared/deps.ts';
import { strictObject } from '../../shared/http.ts';
import { Problem } from '../../shared/problem.ts';
import { type Form, refused, type Typed } from '../../web/forms.ts';
import { readReferral } from '../referral.commands.ts';
import type { NewReferral } from '../referral.schemas.ts';
import { atFormNames, formProperties, referralIn, wayWords } from '../referral-form.schemas.ts';
import { type Question, type QuestionGroup, questionGroups, questionsOf } from './question-groups.schemas.ts';

/** What was typed, by page of the form; a page is here once it was right. */
export type Answers = Record<string, Typed>;

/** What a question's fields are called: itself, the parts of a date, and the rows of ways to reach someone. */
const isOf = ({ name, as }: Question, field: string) =>
  field === name ||
  (as === 'date' && field.startsWith(`${name}-`)) ||
  (as === 'ways' && field.startsWith(`${name}.`));

/** Of what a page sent, what answers its questions. */
export function ownOf(group: QuestionGroup, typed: Typed): Typed {
  const questions = questionsOf(group);
  return Object.fromEntries(
    Object.entries(typed)
      .filter(([field]) => questions.some((question) => isOf(question, field)))
      .map(([field, value]) => [field, isWay.test(field) ? chosenValue(field, value, typed) : value]),
  );
}

const isWay = /^contactPoints\.\d+\.value$/;
/** A way has a field for a number, one for an email address and one for a postal address, in this order. */
const fieldOf: Record<string, number> = { phone: 0, sms: 0, email: 1, letter: 2 };

/** Of the three fields of a way, the one that its channel shows; where that is empty, whatever was typed. */
function chosenValue(field: string, value: string | string[], typed: Typed): string | string[] {
  if (typeof value === 'string') return value;
  const channel = String(typed[field.replace(/value$/, 'channel')] ?? '');
  const shown = value[fieldOf[channel] ?? 0];
  return shown?.trim() ? shown : (value.find((one) => one.trim()) ?? '');
}

type Pages = { answers: Answers; tried: Answers };

/**
 * What was typed, by the pages that there are now: what a page asked that there was before stands where it is asked now,
 * and is looked at once more where that page was not done.
 */
export function regrouped<D extends Pages>(draft: D): D {
  const { answers, tried } = { answers: { ...draft.answers }, tried: { ...draft.tried } };
  for (const { slug, was = [] } of questionGroups) {
    const before = was.flatMap((one) => [answers[one] ?? [], tried[one] ?? []].flat());
    if (!before.length) continue;
    const kept = answers[slug] ? answers : tried;
    kept[slug] = Object.assign({}, ...before, kept[slug]) as Typed;
    for (const one of was) {
      delete answers[one];
      delete tried[one];
    }
  }
  return { ...draft, answers, tried };
}

/** Everything typed, as one form. */
export const allTyped = (answers: Answers): Typed => Object.assign({}, ...Object.values(answers));

/** That the patient has not agreed that we get what is written here. */
export const hasNotAgreed = (typed: Typed) => typed['consent.shareWithScheme'] === 'no';

/** The first page that is still to be filled in. */
export const firstOpenPage = (answers: Answers) => questionGroups.find(({ slug }) => !answers[slug])?.slug;

/** The places of the rows of a list, such as the ways to reach someone. */
export const rowsOf = (typed: Typed, list: string): number[] =>
  [
    ...new Set(
      Object.keys(typed).flatMap((field) => {
        const [name, row] = field.split('.');
        return name === list ? [Number(row)] : [];
      }),
    ),
  ].sort((one, other) => one - other);

const HostedReferral = strictObject(formProperties);

type Shape = { properties?: Record<string, Shape>; required?: string[] };

/** The part of a schema that has these names, with dots. */
function partOf({ properties = {}, required = [] }: Shape, names: string[]): Shape {
  const kept = Object.entries(properties).flatMap(([key, part]): [string, Shape][] => {
    if (names.includes(key)) return [[key, part]];
    const below = names.flatMap((name) => (name.startsWith(`${key}.`) ? [name.slice(key.length + 1)] : []));
    return below.length ? [[key, partOf(part, below)]] : [];
  });
  const object = { type: 'object', additionalProperties: false };
  const parts = Object.fromEntries(kept);
  return { ...object, properties: parts, required: required.filter((key) => parts[key]) };
}

const shapes = new Map(
  questionGroups.map((group) => [
    group.slug,
    partOf(
      HostedReferral as Shape,
      questionsOf(group).map(({ name }) => name),
    ),
  ]),
);
const words = {
  ...wayWords,
  ...Object.fromEntries(
    questionGroups.flatMap(questionsOf).flatMap(({ name, missing }) => (missing ? [[name, missing]] : [])),
  ),
};

/** What one page says of a referral. */
type PageOfReferral = Partial<Omit<NewReferral, 'patient' | 'barriers'>> &
  Pick<NewReferral, 'barriers'> & {
    patient: Partial<NewReferral['patient']> & Pick<NewReferral['patient'], 'contactPoints'>;
  };

/**
 * Holds one page of the form to what the API would say of its fields.
 * @throws Problem `invalid` with every fault of the page, at the names of its fields
 */
export function checkPage(deps: Deps, group: QuestionGroup, typed: Typed): void {
  const { patient, ...rest }: PageOfReferral = referralIn(shapes.get(group.slug)!, typed, words);
  const asked = new Set(questionsOf(group).map(({ name }) => name));
  // What other pages ask stands here as anything that is right.
  const whole = {
    needs: [],
    referrer: { name: 'Anyone' },
    consent: { shareWithScheme: true as const, givenOn: today(deps.clock) },
    ...rest,
    patient: { ...(asked.has('patient.givenName') ? {} : { givenName: 'Anyone' }), ...patient },
  };
  try {
    readReferral(deps, whole);
  } catch (error) {
    throw error instanceof Problem ? atFormNames(error) : error;
  }
}

/**
 * The whole form as the referral that the API takes.
 * @throws Problem `invalid`
 */
export const wholeReferral = (typed: Typed): NewReferral => referralIn(HostedReferral, typed, words);

/** A page that was refused, its faults in the order of its questions, each of a row with which way it is. */
export function refusedPage(group: QuestionGroup, typed: Typed, error: unknown): Form {
  const questions = questionsOf(group);
  const form = refused(typed, error);
  const placeOf = (name = '') => questions.findLastIndex((question) => name.startsWith(question.name));
  const summary = form.summary
    .toSorted((one, other) => placeOf(one.name) - placeOf(other.name))
    .map((fault) => {
      const row = /^contactPoints\.(\d+)\./.exec(fault.name ?? '')?.[1];
      return row ? { ...fault, text: `Way ${Number(row) + 1}: ${fault.text}` } : fault;
    });
  return { ...form, summary };
}
