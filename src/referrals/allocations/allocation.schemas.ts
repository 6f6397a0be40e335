import Type, { type Static } from 'typebox';
import { strictObject } from '../../shared/http.ts';
import { listQuery, pageOf } from '../../shared/lists.ts';
import { line, nullable, oneOf, text } from '../../shared/schemas.ts';
import { deviceKinds, deviceStatuses } from '../../stock/devices/device.rules.ts';
import { allocationStatuses } from './allocation.rules.ts';

const date = Type.String({ format: 'date' });

export const NewAllocation = strictObject(
  {
    assetTag: Type.Optional(line(20, { description: 'This or deviceId' })),
    deviceId: Type.Optional(Type.String({ format: 'uuid' })),
    expiresOn: Type.Optional(
      Type.String({
        format: 'date',
        description: 'The last day it is held; the scheme’s number of days from today when left out',
      }),
    ),
    skipReason: Type.Optional(
      text(500, {
        description:
          'Why people who have waited longer for the same are passed over; wanted only when there are any',
      }),
    ),
  },
  { examples: [{ assetTag: 'LW-7K2M9Q' }] },
);
export type NewAllocation = Static<typeof NewAllocation>;

export const Allocated = Type.Object({
  id: Type.String(),
  deviceId: Type.String(),
  assetTag: Type.String(),
  expiresOn: date,
  status: Type.Literal('held'),
  warnings: Type.Optional(
    Type.Array(Type.String(), {
      description:
        'What there is to see to before it goes out, such as data that is over; left out when there is nothing',
    }),
  ),
});
export type Allocated = Static<typeof Allocated>;

export const NewRelease = strictObject(
  { reason: text(500) },
  { examples: [{ reason: 'They would rather have a phone.' }] },
);
export type NewRelease = Static<typeof NewRelease>;

export const Released = Type.Object({
  id: Type.String(),
  status: Type.Literal('released'),
  device: Type.Object({ id: Type.String(), assetTag: Type.String(), status: oneOf(deviceStatuses) }),
});
export type Released = Static<typeof Released>;

const status = oneOf(allocationStatuses);

export const Allocation = Type.Object({
  id: Type.String(),
  referralId: Type.String(),
  referralReference: Type.String(),
  deviceId: Type.String(),
  assetTag: Type.String(),
  kind: oneOf(deviceKinds),
  make: Type.String(),
  model: Type.String(),
  status,
  expiresOn: nullable(date),
  createdAt: Type.String(),
  endedAt: nullable(Type.String()),
  endedReason: nullable(Type.String()),
});
export type Allocation = Static<typeof Allocation>;

export const AllocationList = pageOf(Allocation);
export const AllocationQuery = Type.Object(
  { ...listQuery, status: Type.Optional(status) },
  { additionalProperties: false },
);
