import Type from 'typebox';
import { type Form, fields, refused, type Typed } from '../admin/forms.ts';
import { NewPatient } from '../patients/patient.schemas.ts';
import { readReferral } from '../referrals/referral.commands.ts';
import { NewReferral } from '../referrals/referral.schemas.ts';
import { today } from '../shared/clock.ts';
import type { Deps } from '../shared/deps.ts';
import { strictObject } from '../shared/http.ts';
import { Problem } from '../shared/problem.ts';
import { type QuestionGroup, questionGroups } from './question-groups.schemas.ts';

const { contactPoints, ...person } = NewPatient.properties;
const { clinicId: _clinicId, ...referral } = NewReferral.properties;
/** As the API takes it, but for lists that may be left empty and the ways to reach the person, which are rows of the form. */
const HostedReferral = strictObject({
  ...referral,
  patient: strictObject(person),
  barriers: Type.Optional(referral.barriers),
  contactPoints: Type.Optional(contactPoints),
});

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
  questionGroups.map(({ slug, questions }) => [
    slug,
    partOf(
      HostedReferral as Shape,
      questions.map(({ name }) => name),
    ),
  ]),
);
const words = {
  ...Object.fromEntries(
    questionGroups.flatMap(({ questions }) =>
      questions.flatMap(({ name, missing }) => (missing ? [[name, missing]] : [])),
    ),
  ),
  'contactPoints.*.channel': 'Choose the way to reach them',
  'contactPoints.*.value': 'Enter the number or the address',
  'contactPoints.*.safe': 'Choose whether the patient said that this is safe',
  'contactPoints.*.hours.*.days': 'Choose the days',
  'contactPoints.*.hours.*.from': 'Enter from when, like 09:30',
  'contactPoints.*.hours.*.to': 'Enter until when, like 17:00',
};

/**
 * Holds one page of the form to what the API would say of its fields.
 * @throws Problem `invalid` with every fault of the page, at the names of its fields
 */
export function checkPage(deps: Deps, { slug }: QuestionGroup, typed: Typed): void {
  const { patient, contactPoints, ...rest } = fields(
    shapes.get(slug) as object,
    withoutBlankHours(typed),
    words,
  ) as Partial<NewReferral> & Pick<NewPatient, 'contactPoints'>;
  // What other pages ask stands here as anything that is right.
  const whole = {
    needs: [],
    barriers: [],
    referrer: { name: '-' },
    consent: { shareWithScheme: true as const, givenOn: today(deps.clock) },
    ...rest,
    patient: { givenName: '-', familyName: '-', ...patient, contactPoints: contactPoints ?? [] },
  };
  atFormNames(() => readReferral(deps, whole));
}

/**
 * The whole form as the referral that the API takes.
 * @throws Problem `invalid`
 */
export function referralIn(typed: Typed): NewReferral {
  const { contactPoints, ...read } = fields(HostedReferral, withoutBlankHours(typed), words);
  return {
    ...read,
    barriers: read.barriers ?? [],
    patient: { ...read.patient, contactPoints: contactPoints ?? [] },
  };
}

function atFormNames(check: () => unknown): void {
  try {
    check();
  } catch (error) {
    if (!(error instanceof Problem) || !error.errors) throw error;
    const errors = error.errors.map(({ pointer, message }) => ({
      pointer: pointer.replace(/^\/patient\/contactPoints/, '/contactPoints'),
      message,
    }));
    throw new Problem(error.type, { errors });
  }
}

/** Hours of which nothing is filled in are no hours. */
function withoutBlankHours(typed: Typed): Typed {
  const isHours = /^(contactPoints\.\d+\.hours\.\d+)\./;
  const filled = new Set(
    Object.entries(typed).flatMap(([name, value]) =>
      [value].flat().some((part) => part.trim()) ? (isHours.exec(name)?.[1] ?? []) : [],
    ),
  );
  return Object.fromEntries(
    Object.entries(typed).filter(
      ([name]) => filled.has(isHours.exec(name)?.[1] ?? '') || !isHours.test(name),
    ),
  );
}

/** A page that was refused, its faults in the order of its questions, each of a row with which way it is. */
export function refusedPage({ questions }: QuestionGroup, typed: Typed, error: unknown): Form {
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
