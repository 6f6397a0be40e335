import Type, { type Static } from 'typebox';
import { verdicts } from '../people/duplicate.rules.ts';
import { Patient, PatientSummary } from '../people/patient.schemas.ts';
import { PointWord } from '../people/stricter.rules.ts';
import { strictObject } from '../shared/http.ts';
import { col, type RowOf } from '../shared/rows.ts';
import { nullable, oneOf, text } from '../shared/schemas.ts';

const uuid = Type.String({ format: 'uuid' });
const anId = '0193594e-6c00-7a4b-9f0e-2f4b7a1c5d3e';

export const Duplicates = Type.Object({
  items: Type.Array(
    Type.Object({
      patient: Type.Object(PatientSummary.properties),
      score: Type.Integer({ description: 'How much speaks for one person' }),
      traits: Type.Array(Type.Object({ trait: Type.String(), verdict: oneOf(verdicts) })),
    }),
  ),
});

export const NewMerge = strictObject(
  { patientId: Type.String({ format: 'uuid', description: 'The record that goes into this one' }) },
  { examples: [{ patientId: anId }] },
);
export type NewMerge = Static<typeof NewMerge>;

export const NewPartition = strictObject({ mergeId: uuid }, { examples: [{ mergeId: anId }] });
export type NewPartition = Static<typeof NewPartition>;

export const KeptApart = strictObject(
  {
    patientId: uuid,
    reason: Type.Optional(text(500, { description: 'What tells them apart, for whoever looks next' })),
  },
  { examples: [{ patientId: anId, reason: 'Mother and daughter with one phone' }] },
);
export type KeptApart = Static<typeof KeptApart>;

export const AlikeAgain = strictObject({ patientId: uuid }, { examples: [{ patientId: anId }] });

export const Apart = Type.Object({
  patient: Type.Object({ id: Type.String(), name: Type.String() }),
  reason: nullable(Type.String()),
  by: Type.String(),
  at: Type.String(),
});
export type Apart = Static<typeof Apart>;

export const Merge = Type.Object({
  id: Type.String(),
  survivorId: Type.String({ description: 'The record that stayed' }),
  merged: Type.Object({ id: Type.String(), name: Type.String() }),
  by: Type.String(),
  at: Type.String(),
  partedAt: nullable(Type.String()),
  begunSince: Type.Object(
    { referrals: Type.Integer(), loans: Type.Integer(), followUps: Type.Integer() },
    { description: 'What began since then, and stays with this record when they are parted' },
  ),
});
export type Merge = Static<typeof Merge>;

/** What a merge writes to the record that stays. */
export const Merged = {
  ...col.pick(
    Patient.properties,
    'preferredName',
    'dateOfBirth',
    'nhsNumber',
    'noNhsNumberReason',
    'address',
    'noFixedAbode',
    'collectionPoint',
    'communicationNeeds',
    'language',
    'interpreter',
    'trustedPerson',
    'wording',
    'contactChoice',
    'dataReminders',
  ),
  points: col.listOf(col.object(PointWord)),
};
export type Merged = RowOf<typeof Merged>;
