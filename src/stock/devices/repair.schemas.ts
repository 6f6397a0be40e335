import Type, { type Static } from 'typebox';
import { strictObject } from '../../shared/http.ts';
import { listQuery, pageOf } from '../../shared/lists.ts';
import { nullable, oneOf, text } from '../../shared/schemas.ts';
import { deviceKinds } from './device.rules.ts';
import { Condition, DeviceState } from './device.schemas.ts';
import { repairResults } from './stock.rules.ts';

const date = Type.String({ format: 'date' });
const location = { format: 'uuid' };

export const NewRepair = strictObject(
  {
    fault: text(1000, { description: 'What is wrong with it' }),
    sentOn: Type.Optional(date),
    locationId: Type.Optional(
      Type.String({
        ...location,
        description: 'A location of kind repairer; left out while it is mended where it is',
      }),
    ),
    expectedBackOn: Type.Optional(date),
  },
  { examples: [{ fault: 'The screen is cracked', sentOn: '2026-11-23', expectedBackOn: '2026-12-07' }] },
);
export type NewRepair = Static<typeof NewRepair>;

export const RepairReturn = strictObject(
  {
    result: oneOf(repairResults),
    backOn: Type.Optional(date),
    locationId: Type.Optional(
      Type.String({ ...location, description: 'Where it is kept now; where it was before when left out' }),
    ),
    notes: Type.Optional(text(2000)),
  },
  { examples: [{ result: 'repaired', backOn: '2026-11-23' }] },
);
export type RepairReturn = Static<typeof RepairReturn>;

export const RepairState = Type.Object({ id: Type.String(), device: DeviceState });
export type RepairState = Static<typeof RepairState>;

/** A device in repair. One that was handed in faulty has no repair until it is sent somewhere. */
export const InRepair = Type.Object({
  deviceId: Type.String(),
  assetTag: Type.String(),
  kind: oneOf(deviceKinds),
  make: Type.String(),
  model: Type.String(),
  repairId: nullable(Type.String()),
  fault: nullable(Type.String()),
  location: nullable(Type.Object({ id: Type.String(), name: Type.String() })),
  sentOn: nullable(Type.String()),
  expectedBackOn: nullable(Type.String()),
  late: Type.Boolean({ description: 'It was expected back before today' }),
});
export type InRepair = Static<typeof InRepair>;
export const InRepairList = pageOf(InRepair);
export const RepairQuery = Type.Object(
  {
    ...listQuery,
    late: Type.Optional(
      Type.Boolean({ description: 'Only what was expected back before today, the longest first' }),
    ),
  },
  { additionalProperties: false },
);
export type RepairQuery = Static<typeof RepairQuery>;

export const NewArrival = strictObject(
  {
    condition: Condition,
    faulty: Type.Optional(
      Type.Boolean({ description: 'True puts what was due back in repair; otherwise it is prepared again' }),
    ),
    notes: Type.Optional(text(2000)),
    locationId: Type.Optional(Type.String({ ...location, description: 'Where it is kept from now on' })),
  },
  { examples: [{ condition: 'B' }] },
);
export type NewArrival = Static<typeof NewArrival>;

export const GivingUp = strictObject(
  { reason: text(1000) },
  { examples: [{ reason: 'The parcel was traced and is not to be found' }] },
);
export type GivingUp = Static<typeof GivingUp>;
