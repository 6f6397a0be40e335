import Type, { type Static } from 'typebox';
import { NewPatient, NumberedPatient, PatientSummary } from '../people/patient.schemas.ts';
import { strictObject } from '../shared/http.ts';
import { listQuery, pageOf } from '../shared/lists.ts';
import { email, line, nullable, oneOf, phone, text } from '../shared/schemas.ts';
import { SignpostSaid } from '../support/signpost.schemas.ts';
import { NeedOfReferral } from './need.schemas.ts';
import { progressProperties } from './progress.schemas.ts';
import { barriers, decisions, needs, referralStatuses, urgencies } from './referral.rules.ts';
import { Assignee } from './triage.schemas.ts';

export const NewReferral = strictObject(
  {
    clinicId: Type.Optional(
      Type.String({
        format: 'uuid',
        description:
          'For an officer who records a referral that came another way; a clinic’s key says it already',
      }),
    ),
    patient: NewPatient,
    needs: Type.Array(oneOf(needs), { minItems: 1, maxItems: 3, uniqueItems: true }),
    barriers: Type.Array(oneOf(barriers), { maxItems: barriers.length, uniqueItems: true }),
    referrer: strictObject({ name: line(200), email: Type.Optional(email), phone: Type.Optional(phone) }),
    consent: strictObject({
      shareWithScheme: Type.Literal(true, {
        errorMessage: 'Without the patient’s consent to share with the scheme there can be no referral.',
      }),
      shareBackWithClinic: Type.Optional(
        Type.Boolean({
          description:
            'Whether the patient agreed that the clinic is told how it goes; left out is no. Without it the clinic sees what it wrote itself, what it is asked, and `received` or `closed`',
        }),
      ),
      givenOn: Type.String({ format: 'date' }),
      givenBy: Type.Optional(line(200)),
    }),
    urgency: Type.Optional(oneOf(urgencies)),
    urgencyReason: Type.Optional(text(1000, { description: 'Why it cannot wait; needed when it is urgent' })),
    clinicReference: Type.Optional(line(100)),
    notes: Type.Optional(text(4000)),
    visitRisks: Type.Optional(
      text(2000, {
        description: 'What a visiting supporter must know to be safe; shown only to those who need it',
      }),
    ),
  },
  {
    examples: [
      {
        patient: {
          givenName: 'Amal',
          familyName: 'Example',
          dateOfBirth: '1980-02-29',
          nhsNumber: '999 000 0018',
          contactPoints: [{ channel: 'sms', value: '07700 900123', safe: true, voicemailOk: false }],
          wording: 'discreet',
        },
        needs: ['device', 'data', 'support'],
        barriers: ['skills', 'money'],
        referrer: { name: 'Dr Young', email: 'referrer@clinic.example' },
        consent: { shareWithScheme: true, givenOn: '2026-11-20' },
        clinicReference: 'TSC-1000',
      },
    ],
  },
);
export type NewReferral = Static<typeof NewReferral>;

const status = oneOf(referralStatuses);

export const ReferralReceived = Type.Object({ id: Type.String(), reference: Type.String(), status });
export type ReferralReceived = Static<typeof ReferralReceived>;

export const NewDecision = strictObject(
  {
    decision: oneOf(decisions),
    reason: Type.Optional(text(1000)),
    question: Type.Optional(text(1000)),
    signpostIds: Type.Optional(
      Type.Array(Type.String({ format: 'uuid' }), {
        maxItems: 20,
        uniqueItems: true,
        description: 'With `decline`: other help that the clinic is told of, from /signposts',
      }),
    ),
  },
  {
    examples: [
      { decision: 'accept' },
      { decision: 'decline', reason: 'The person would rather ring than use a tablet.' },
    ],
  },
);
export type NewDecision = Static<typeof NewDecision>;

export const Decided = Type.Object({
  status,
  waitingPosition: Type.Optional(Type.Integer({ description: 'Place on the waiting list, from 1' })),
});
export type Decided = Static<typeof Decided>;

export const ReferralSummary = Type.Object({
  id: Type.String(),
  reference: Type.String(),
  status,
  urgency: oneOf(urgencies),
  clinic: Type.Object({ id: Type.String(), name: Type.String() }),
  clinicReference: nullable(Type.String()),
  patient: Type.Object({
    ...PatientSummary.properties,
    nhsNumber: Type.Optional(nullable(Type.String({ description: 'For a clinic, as it wrote it' }))),
  }),
  assignedTo: Assignee,
  needs: Type.Array(NeedOfReferral),
  receivedAt: Type.String(),
  changedAt: Type.String(),
});
export type ReferralSummary = Static<typeof ReferralSummary>;

export const Referral = Type.Object({
  ...ReferralSummary.properties,
  patient: NumberedPatient,
  barriers: Type.Array(oneOf(barriers)),
  referrer: Type.Object({
    name: Type.String(),
    email: nullable(Type.String()),
    phone: nullable(Type.String()),
  }),
  consent: Type.Object({
    shareWithScheme: Type.Boolean(),
    shareBackWithClinic: Type.Boolean({ description: 'As it stands now: the patient may take it back' }),
    givenOn: Type.String(),
    givenBy: nullable(Type.String()),
  }),
  notes: nullable(Type.String()),
  urgencyReason: nullable(Type.String()),
  visitRisks: nullable(Type.String({ description: 'For the office, and the clinic that wrote it' })),
  decisionReason: nullable(Type.String()),
  signposts: Type.Array(SignpostSaid, { description: 'Other help that was named when it was declined' }),
  ...progressProperties,
  waitingSince: nullable(Type.String()),
  waitingPosition: nullable(Type.Integer()),
  loans: Type.Array(Type.Object({ id: Type.String(), reference: Type.String(), status: Type.String() })),
});
export type Referral = Static<typeof Referral>;

export const ReferralList = pageOf(ReferralSummary);
export const ReferralQuery = Type.Object(
  {
    ...listQuery,
    status: Type.Optional(status),
    changedAfter: Type.Optional(
      Type.String({
        format: 'date-time',
        description:
          'Only what changed after this instant, in the order of the changes. Begin again a minute before the newest `changedAt` you have: what is still being written then comes late.',
      }),
    ),
  },
  { additionalProperties: false },
);
export type ReferralQuery = Static<typeof ReferralQuery>;
