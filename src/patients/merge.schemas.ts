import Type, { type Static } from 'typebox';
import { strictObject } from '../shared/http.ts';
import { nullable, oneOf } from '../shared/schemas.ts';
import { verdicts } from './duplicate.rules.ts';
import { PatientSummary } from './patient.schemas.ts';

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

export const KeptApart = strictObject({ patientId: uuid }, { examples: [{ patientId: anId }] });
export type KeptApart = Static<typeof KeptApart>;

export const Merge = Type.Object({
  id: Type.String(),
  survivorId: Type.String({ description: 'The record that stayed' }),
  merged: Type.Object({ id: Type.String(), name: Type.String() }),
  by: Type.String(),
  at: Type.String(),
  partedAt: nullable(Type.String()),
});
export type Merge = Static<typeof Merge>;
