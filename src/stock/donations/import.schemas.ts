import Type, { type Static } from 'typebox';
import { line, oneOf } from '../../shared/schemas.ts';
import { DonationRecorded } from './donation.schemas.ts';
import { another, TakenBefore } from './taken-list.schemas.ts';

export const ImportQuery = Type.Object(
  {
    donor: line(200, { description: 'The donor’s name' }),
    receivedOn: Type.String({ format: 'date' }),
    reference: Type.Optional(line(100, { description: 'The donor’s own reference' })),
    locationId: Type.Optional(Type.String({ format: 'uuid' })),
    preview: Type.Boolean({ default: false, description: 'Judge each line and save nothing' }),
    another,
    partial: Type.Boolean({
      default: false,
      description: 'Save the lines that are ready and leave out the faulty ones',
    }),
  },
  { additionalProperties: false },
);
export type ImportQuery = Static<typeof ImportQuery>;

const lines = Type.Array(
  Type.Object({
    row: Type.Integer({ description: 'As the spreadsheet numbers it; the heading is 1' }),
    verdict: oneOf(['ready', 'faulty']),
    faults: Type.Array(Type.Object({ column: Type.String(), message: Type.String() })),
    remarks: Type.Array(Type.String()),
  }),
);

const sheetsNotRead = Type.Array(Type.String(), {
  description: 'The other sheets of a workbook that have something in them: only the first is read',
});

export const ImportPreview = Type.Object({
  ready: Type.Integer(),
  faulty: Type.Integer(),
  unusedColumns: Type.Array(Type.String()),
  sheetsNotRead,
  takenBefore: TakenBefore,
  lines,
});
export const ImportDone = Type.Object({ donation: DonationRecorded, sheetsNotRead, lines });
