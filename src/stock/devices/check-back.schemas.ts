import Type, { type Static } from 'typebox';
import { CheckRecorded } from './device.schemas.ts';

export const CheckTakenBack = Type.Object({ ...CheckRecorded.properties, assetTag: Type.String() });
export type CheckTakenBack = Static<typeof CheckTakenBack>;
