import Type, { type TSchema } from 'typebox';
import { withoutBlankHours } from '../people/contact-point.schemas.ts';
import { anyName, NewPatient } from '../people/patient.schemas.ts';
import { strictObject } from '../shared/http.ts';
import { Problem } from '../shared/problem.ts';
import { fields, type Typed } from '../web/forms.ts';
import { NewReferral } from './referral.schemas.ts';

// A referral on a form, be it the office's or the one a clinic fills in.

const { contactPoints, ...person } = NewPatient.properties;
const { clinicId: _clinicId, ...referral } = NewReferral.properties;

/** The fields as the API takes them, but for lists that may be left empty and the ways to reach the person, which are rows of the form. */
export const formProperties = {
  ...referral,
  patient: strictObject(person, anyName),
  barriers: Type.Optional(referral.barriers),
  contactPoints: Type.Optional(contactPoints),
};

/** What to say of an empty field of a way to reach the person. */
export const wayWords = {
  'contactPoints.*.channel': 'Choose the way to reach them',
  'contactPoints.*.value': 'Enter the number or the address',
  'contactPoints.*.safe': 'Choose whether the patient said that this is safe',
  'contactPoints.*.hours.*.days': 'Choose the days',
  'contactPoints.*.hours.*.from': 'Enter from when, like 09:30',
  'contactPoints.*.hours.*.to': 'Enter until when, like 17:00',
};

/**
 * What a form, or a page of one, says: its ways to reach the person where the API has them.
 * @throws Problem `invalid`
 */
export function referralIn(schema: TSchema, typed: Typed, words: Record<string, string>): NewReferral {
  const { contactPoints, ...read } = fields(schema, withoutBlankHours(typed), words) as NewReferral & {
    contactPoints?: NewPatient['contactPoints'];
  };
  return {
    ...read,
    barriers: read.barriers ?? [],
    patient: { ...read.patient, contactPoints: contactPoints ?? [] },
  };
}

/** A refusal with its faults at the form's own names. */
export function atFormNames(problem: Problem): Problem {
  const errors = problem.errors?.map(({ pointer, message }) => ({
    pointer: pointer.replace(/^\/patient\/contactPoints/, '/contactPoints'),
    message,
  }));
  return errors ? new Problem(problem.type, { errors }) : problem;
}
