import Type, { type Static } from 'typebox';
import { strictObject } from '../shared/http.ts';
import { listQuery, pageOf } from '../shared/lists.ts';
import { line, nullable, oneOf, phone, text, timelineEntry } from '../shared/schemas.ts';
import { channels } from './contact.rules.ts';
import { contactStates } from './contact-state.rules.ts';
import { noName } from './name.rules.ts';
import { trustedTopics } from './trusted.rules.ts';

export const wordings = ['discreet', 'identified'] as const;
export const contactChoices = ['any_safe', 'patient_contacts_us'] as const;
export const communicationNeeds = ['easy_read', 'large_print', 'audio', 'braille', 'bsl'] as const;
export const noNhsNumberReasons = ['not_known', 'overseas', 'devolved_nation'] as const;

const time = Type.String({
  pattern: '^([01][0-9]|2[0-3]):[0-5][0-9]$',
  errorMessage: 'Give a time as 09:30.',
});

export const Hours = strictObject({
  days: Type.Array(Type.Integer({ minimum: 1, maximum: 7 }), {
    minItems: 1,
    maxItems: 7,
    uniqueItems: true,
    description: '1 is Monday',
  }),
  from: time,
  to: time,
});

export const NewContactPoint = strictObject({
  channel: oneOf(channels),
  value: text(500, { description: 'Number, email address, or the lines of an address joined by \\n' }),
  safe: Type.Boolean({ description: 'True only when the patient said that this way is safe' }),
  voicemailOk: Type.Optional(Type.Boolean()),
  hours: Type.Optional(
    Type.Array(Hours, {
      maxItems: 14,
      description: 'When the patient may be contacted; any time when left out',
    }),
  ),
});
export type NewContactPoint = Static<typeof NewContactPoint>;

const language = Type.String({ format: 'language', maxLength: 35, description: 'BCP 47 tag such as `bn`' });

const oneOfTheirNames = Type.Optional(
  Type.String({
    maxLength: 100,
    'x-lines': 'one',
    description: 'This or the other name is needed; empty where they have one name only',
  }),
);

/** For a body with the names of a person, and what to say where it has neither. */
export const anyName = {
  'x-any-of': ['givenName', 'familyName'],
  errorMessage: noName,
};

export const NewPatient = strictObject(
  {
    givenName: oneOfTheirNames,
    familyName: oneOfTheirNames,
    preferredName: Type.Optional(line(100)),
    dateOfBirth: Type.Optional(
      Type.String({
        format: 'date',
        errorMessage: 'Give a real date as YYYY-MM-DD, or leave the date of birth out when it is not known.',
      }),
    ),
    nhsNumber: Type.Optional(
      Type.String({ maxLength: 40, description: 'Ten digits, with or without spaces' }),
    ),
    noNhsNumberReason: Type.Optional(oneOf(noNhsNumberReasons)),
    address: Type.Optional(text(500, { description: 'Lines joined by \\n' })),
    noFixedAbode: Type.Optional(Type.Boolean()),
    collectionPoint: Type.Optional(
      text(500, {
        description: 'Care of whom, or where kit and letters can be collected; lines joined by \\n',
      }),
    ),
    contactPoints: Type.Array(NewContactPoint, { maxItems: 10, description: 'In order of preference' }),
    contactChoice: Type.Optional(oneOf(contactChoices)),
    wording: Type.Optional(
      oneOf(wordings, { description: 'How messages are worded; discreet when left out' }),
    ),
    communicationNeeds: Type.Optional(
      Type.Array(oneOf(communicationNeeds), { maxItems: 5, uniqueItems: true }),
    ),
    language: Type.Optional(language),
    interpreter: Type.Optional(Type.Boolean({ description: 'An interpreter is needed' })),
    trustedPerson: Type.Optional(
      strictObject({
        name: line(200),
        relationship: Type.Optional(line(100)),
        phone: Type.Optional(phone),
        mayBeContacted: Type.Boolean(),
        contactFor: Type.Optional(
          Type.Array(oneOf(trustedTopics), {
            minItems: 1,
            maxItems: 3,
            uniqueItems: true,
            description: 'For what they may be contacted; left out where it was not said',
          }),
        ),
        first: Type.Optional(
          Type.Boolean({
            description: 'Calls and messages about these go through them; a message names nothing to them',
          }),
        ),
      }),
    ),
  },
  anyName,
);
export type PatientSaid = Static<typeof NewPatient>;
/** The same with the name that they have none of as empty text. */
export type NewPatient = PatientSaid & { givenName: string; familyName: string };

/** What lists and other records show of a patient. Their NHS number is on their record and their referrals alone. */
export const PatientSummary = Type.Object({
  id: Type.String(),
  givenName: Type.String(),
  familyName: Type.String(),
  preferredName: nullable(Type.String()),
  dateOfBirth: nullable(Type.String()),
});
export type PatientSummary = Static<typeof PatientSummary>;

export const NumberedPatient = Type.Object({
  ...PatientSummary.properties,
  nhsNumber: nullable(Type.String()),
});

export const Patient = Type.Object({
  ...NumberedPatient.properties,
  noNhsNumberReason: nullable(oneOf(noNhsNumberReasons)),
  address: nullable(Type.String()),
  noFixedAbode: Type.Boolean(),
  collectionPoint: nullable(Type.String()),
  wording: oneOf(wordings),
  contactChoice: oneOf(contactChoices),
  dataReminders: Type.Boolean({ description: 'They agreed to be told before their mobile data ends' }),
  contactState: oneOf(contactStates),
  pausedUntil: nullable(Type.String()),
  communicationNeeds: Type.Array(oneOf(communicationNeeds)),
  language: nullable(Type.String()),
  interpreter: Type.Boolean(),
  communicationReviewedOn: nullable(
    Type.String({ description: 'When they last confirmed how to communicate' }),
  ),
  trustedPerson: nullable(
    Type.Unsafe<Record<string, unknown>>({ type: 'object', additionalProperties: true }),
  ),
  contactPoints: Type.Array(
    Type.Object({
      id: Type.String(),
      channel: oneOf(channels),
      value: Type.String(),
      safe: Type.Boolean(),
      safeFrom: nullable(Type.String()),
      recheckDue: nullable(Type.String()),
      voicemailOk: Type.Boolean(),
      hours: nullable(
        Type.Array(Type.Object({ days: Type.Array(Type.Integer()), from: Type.String(), to: Type.String() })),
      ),
      stoppedAt: nullable(Type.String()),
      failedAt: nullable(Type.String()),
    }),
    { description: 'In order of preference' },
  ),
  referrals: Type.Array(
    Type.Object({
      id: Type.String(),
      reference: Type.String(),
      status: Type.String(),
      clinic: Type.String(),
    }),
  ),
  loans: Type.Array(
    Type.Object({
      id: Type.String(),
      reference: Type.String(),
      status: Type.String(),
      dueOn: nullable(Type.String()),
    }),
  ),
  nonDigitalRoute: nullable(
    Type.String({ description: 'How they would like it, where they chose not to be digital' }),
  ),
  erasedAt: nullable(Type.String({ description: 'When the person was erased: only counts are left' })),
  legalHold: Type.Boolean({ description: 'While it stands, nothing about them is erased' }),
  mergedInto: nullable(Type.String({ description: 'The record into which this one was merged; look there' })),
  changedAt: Type.String(),
});
export type Patient = Static<typeof Patient>;

export const NewCommunicationReview = strictObject(
  {
    communicationNeeds: Type.Array(oneOf(communicationNeeds), { maxItems: 5, uniqueItems: true }),
    language: Type.Optional(language),
    interpreter: Type.Boolean(),
  },
  { examples: [{ communicationNeeds: ['easy_read'], language: 'bn', interpreter: true }] },
);
export type NewCommunicationReview = Static<typeof NewCommunicationReview>;

export const PatientList = pageOf(PatientSummary);
export const PatientQuery = Type.Object(listQuery, { additionalProperties: false });
export const PatientHistory = pageOf(timelineEntry);
