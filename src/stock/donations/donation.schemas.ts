import Type, { type Static } from 'typebox';
import { strictObject } from '../../shared/http.ts';
import { orderedQuery, pageOf, sortQuery } from '../../shared/lists.ts';
import { line, nullable } from '../../shared/schemas.ts';
import { DeviceState, DeviceSummary, NewDevice } from '../devices/device.schemas.ts';
import { another } from './taken-list.schemas.ts';

export const NewDonation = strictObject(
  {
    donor: Type.Optional(
      strictObject({ name: line(200, { description: 'Finds a donor of this name or adds one' }) }),
    ),
    donorId: Type.Optional(Type.String({ format: 'uuid' })),
    receivedOn: Type.String({ format: 'date' }),
    reference: Type.Optional(line(100, { description: 'The donor’s own reference' })),
    locationId: Type.Optional(Type.String({ format: 'uuid', description: 'Where the devices are kept' })),
    another: Type.Optional(another),
    devices: Type.Array(NewDevice, { minItems: 1, maxItems: 500 }),
  },
  {
    examples: [
      {
        donor: { name: 'Asda Camden' },
        receivedOn: '2026-11-23',
        devices: [
          {
            kind: 'tablet',
            make: 'Samsung',
            model: 'Galaxy Tab A8 SM-X200',
            serialNumber: 'HRD2DRCJV3K',
            condition: 'B',
          },
        ],
      },
    ],
  },
);
export type NewDonation = Static<typeof NewDonation>;

export const DonatedDevice = Type.Object({ ...DeviceState.properties, assetTag: Type.String() });

export const DonationRecorded = Type.Object({
  id: Type.String(),
  reference: Type.String(),
  devices: Type.Array(DonatedDevice),
});
export type DonationRecorded = Static<typeof DonationRecorded>;

export const DonationSummary = Type.Object({
  id: Type.String(),
  reference: Type.String(),
  donorReference: nullable(Type.String()),
  donor: Type.Object({ id: Type.String(), name: Type.String() }),
  receivedOn: Type.String(),
  location: nullable(Type.Object({ id: Type.String(), name: Type.String() })),
  deviceCount: Type.Integer(),
});
export type DonationSummary = Static<typeof DonationSummary>;

export const Donation = Type.Object({
  ...DonationSummary.properties,
  notes: nullable(Type.String()),
  changedAt: Type.String(),
  devices: Type.Array(DeviceSummary),
});
export type Donation = Static<typeof Donation>;
export const DonationList = pageOf(DonationSummary);
export const DonationQuery = Type.Object(
  { ...orderedQuery, ...sortQuery(['arrived']) },
  { additionalProperties: false },
);
export type DonationQuery = Static<typeof DonationQuery>;
