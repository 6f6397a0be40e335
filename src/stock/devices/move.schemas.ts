import Type, { type Static } from 'typebox';
import { strictObject } from '../../shared/http.ts';
import { BulkItems, BulkLine } from './bulk.schemas.ts';

export const NewMoves = strictObject(
  {
    items: BulkItems,
    locationId: Type.String({ format: 'uuid', description: 'Where they are kept from now on' }),
  },
  {
    examples: [{ items: [{ assetTag: 'LW-7K2M9Q' }], locationId: '0193594e-6c00-7a4b-9f0e-2f4b7a1c5d3e' }],
  },
);
export type NewMoves = Static<typeof NewMoves>;

export const MovesDone = Type.Object({
  location: Type.Object({ id: Type.String(), name: Type.String() }),
  lines: Type.Array(BulkLine),
});
export type MovesDone = Static<typeof MovesDone>;
