import Type, { type Static } from 'typebox';
import { strictObject } from '../../shared/http.ts';
import { listQuery, pageOf } from '../../shared/lists.ts';
import { line, nullable, oneOf, text } from '../../shared/schemas.ts';
import { BulkItems, BulkLine } from './bulk.schemas.ts';
import { deviceKinds } from './device.rules.ts';
import { disposalWays } from './stock.rules.ts';

const date = Type.String({ format: 'date' });

/** How devices leave, without which. */
export const disposalTerms = {
  way: oneOf(disposalWays, {
    description:
      'written_off: what is lost or never arrived, by a manager. What can hold data goes any other way erased in its current cycle; recycled and destroyed also with a destruction certificate',
  }),
  disposedOn: date,
  organisation: Type.Optional(line(200, { description: 'Who took it' })),
  transferNote: Type.Optional(
    line(200, { description: 'The number of the waste transfer note, which is kept for two years' }),
  ),
  destructionCertificate: Type.Optional(line(200)),
  bookValue: Type.Optional(
    Type.Number({ minimum: 0, maximum: 99_999_999, description: 'Of each device, in pounds' }),
  ),
  authorisedBy: Type.Optional(
    line(200, { description: 'Who authorised a write-off; the caller when left out' }),
  ),
  notes: Type.Optional(text(2000)),
};

export const NewDisposals = strictObject(
  { items: BulkItems, ...disposalTerms },
  {
    examples: [
      {
        items: [{ assetTag: 'LW-7K2M9Q' }],
        way: 'recycled',
        disposedOn: '2026-11-23',
        organisation: 'Green Circuits',
        transferNote: 'WTN-2041',
      },
    ],
  },
);
export type NewDisposals = Static<typeof NewDisposals>;

export const DisposalsDone = Type.Object({
  lines: Type.Array(BulkLine),
  disposals: Type.Array(Type.Object({ id: Type.String(), deviceId: Type.String(), assetTag: Type.String() })),
});
export type DisposalsDone = Static<typeof DisposalsDone>;

/** A line of the losses register. */
export const Loss = Type.Object({
  id: Type.String(),
  reference: Type.String({ description: 'The asset tag' }),
  deviceId: Type.String(),
  kind: oneOf(deviceKinds),
  make: Type.String(),
  model: Type.String(),
  writtenOffOn: Type.String(),
  bookValue: nullable(Type.Number({ description: 'In pounds' })),
  authorisedBy: Type.String(),
  incident: nullable(
    Type.Object(
      { id: Type.String(), reference: Type.String(), kind: Type.String() },
      { description: 'The last incident of the device' },
    ),
  ),
});
export type Loss = Static<typeof Loss>;
export const LossList = pageOf(Loss);

const period = { from: Type.Optional(date), to: Type.Optional(date) };
export const LossPeriod = Type.Object(period, { additionalProperties: false });
export type LossPeriod = Static<typeof LossPeriod>;
export const LossQuery = Type.Object({ ...listQuery, ...period }, { additionalProperties: false });
export type LossQuery = Static<typeof LossQuery>;
