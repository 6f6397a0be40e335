import Type, { type Static } from 'typebox';
import { PatientSummary } from '../../people/patient.schemas.ts';
import { listQuery, pageOf } from '../../shared/lists.ts';
import { nullable, oneOf } from '../../shared/schemas.ts';
import { itemStatuses } from './loan.rules.ts';

/** One time that a device was with someone. */
export const Holder = Type.Object({
  itemId: Type.String(),
  loan: Type.Object({ id: Type.String(), reference: Type.String() }),
  patient: nullable(PatientSummary),
  location: nullable(Type.Object({ id: Type.String(), name: Type.String() })),
  from: Type.String({ description: 'The civil date on which it went out' }),
  until: nullable(Type.String({ description: 'The civil date on which that ended; null while it is there' })),
  status: oneOf(itemStatuses, { description: 'How it ended' }),
  incident: nullable(Type.Object({ id: Type.String(), reference: Type.String(), kind: Type.String() })),
  conditionOut: nullable(Type.String()),
  conditionIn: nullable(Type.String()),
});
export type Holder = Static<typeof Holder>;
export const HolderList = pageOf(Holder);
export const HolderQuery = Type.Object(listQuery, { additionalProperties: false });
export type HolderQuery = Static<typeof HolderQuery>;
