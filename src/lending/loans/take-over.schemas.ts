import Type, { type Static } from 'typebox';
import { line, nullable, oneOf } from '../../shared/schemas.ts';
import { another, TakenBefore } from '../../stock/donations/taken-list.schemas.ts';
import { writtenDates } from './take-over-columns.rules.ts';

/** What someone has by a list that was taken over before. */
export const TakenItem = Type.Object({
  assetTag: Type.String(),
  loan: Type.String(),
  issuedOn: Type.String(),
  kind: Type.String(),
  make: Type.String(),
  model: Type.String(),
  serialNumber: nullable(Type.String()),
  imei: nullable(Type.String()),
});
export type TakenItem = Static<typeof TakenItem>;

export const TakeOverQuery = Type.Object(
  {
    donor: line(200, { description: 'Where the devices came from; finds a donor of this name or adds one' }),
    receivedOn: Type.String({
      format: 'date',
      description: 'The day of the list: what it says is safe counts as safe from then',
    }),
    dates: Type.Optional(
      oneOf(writtenDates, {
        description:
          'How its dates in numbers are written. Left out, they have the day first, unless one can only have the month first: then it has to be said',
      }),
    ),
    preview: Type.Boolean({ default: false, description: 'Judge each line and save nothing' }),
    another,
    partial: Type.Boolean({
      default: false,
      description: 'Take over the lines that are ready and leave out the faulty ones',
    }),
  },
  { additionalProperties: false },
);

const judged = {
  row: Type.Integer({ description: 'As the spreadsheet numbers it; the heading is 1' }),
  verdict: oneOf(['ready', 'faulty']),
  faults: Type.Array(Type.Object({ column: Type.String(), message: Type.String() })),
  remarks: Type.Array(Type.String()),
};

const sheetsNotRead = Type.Array(Type.String(), {
  description: 'The other sheets of a workbook that have something in them: only the first is read',
});

export const TakeOverPreview = Type.Object({
  ready: Type.Integer(),
  faulty: Type.Integer(),
  loans: Type.Integer({ description: 'How many loans the ready lines make' }),
  unusedColumns: Type.Array(Type.String(), { description: 'What is not read' }),
  sheetsNotRead,
  takenBefore: TakenBefore,
  asksDates: Type.Boolean({ description: 'Whether `dates` has to be said' }),
  lines: Type.Array(Type.Object(judged)),
});

export const TakenOver = Type.Object({
  donation: Type.Object({ id: Type.String(), reference: Type.String() }),
  devices: Type.Integer(),
  loans: Type.Integer(),
  newPatients: Type.Integer(),
  lines: Type.Array(
    Type.Object({
      ...judged,
      assetTag: nullable(
        Type.String({ description: 'The label to put on the device; null of a faulty line' }),
      ),
      loan: nullable(Type.Object({ id: Type.String(), reference: Type.String() })),
    }),
  ),
});
export type TakenOver = Static<typeof TakenOver>;
export const ListTakenOver = Type.Object({ ...TakenOver.properties, sheetsNotRead });
