import Type, { type Static } from 'typebox';
import { strictObject } from '../../shared/http.ts';
import { line, nullable, text } from '../../shared/schemas.ts';
import { NewDonation } from './donation.schemas.ts';

const { donor, donorId, devices } = NewDonation.properties;

/** What may be corrected of a donation; null takes away what is there. */
export const DonationChange = strictObject(
  {
    donor,
    donorId,
    receivedOn: Type.Optional(
      Type.String({
        format: 'date',
        description: 'The day it arrived: none after anything that happened to its devices',
      }),
    ),
    reference: Type.Optional(nullable(line(100, { description: 'The donor’s own reference' }))),
    locationId: Type.Optional(
      nullable(
        Type.String({
          format: 'uuid',
          description: 'Where it was brought; its devices stay where they are kept',
        }),
      ),
    ),
    notes: Type.Optional(nullable(text(2000))),
  },
  { minProperties: 1, examples: [{ receivedOn: '2026-11-20', donor: { name: 'Asda Camden' } }] },
);
export type DonationChange = Static<typeof DonationChange>;

/** Devices of a donation that were forgotten when it was recorded. */
export const ForgottenDevices = strictObject(
  { devices },
  { examples: [{ devices: [{ kind: 'tablet', make: 'Samsung', model: 'Galaxy Tab A8 SM-X200' }] }] },
);
export type ForgottenDevices = Static<typeof ForgottenDevices>;

/** A device that was recorded and was never there. */
export const NewTakingOut = strictObject(
  {
    assetTag: Type.Optional(line(20)),
    deviceId: Type.Optional(Type.String({ format: 'uuid' })),
  },
  { examples: [{ assetTag: 'LW-7K2M9Q' }] },
);
export type NewTakingOut = Static<typeof NewTakingOut>;
