import Type, { type Static } from 'typebox';
import { strictObject } from '../../shared/http.ts';
import { listQuery, pageOf } from '../../shared/lists.ts';
import { line, nullable, oneOf, text } from '../../shared/schemas.ts';
import { loggedKinds, mostOfOne, movementKinds } from './accessory.rules.ts';

const id = Type.String({ format: 'uuid' });
const kind = line(60, { description: 'What it is called, such as Charger' });
const lowStockLevel = Type.Integer({
  minimum: 0,
  maximum: mostOfOne,
  description: 'With fewer than this in all places it is on the day’s list; 0 for never',
});

export const NewAccessory = strictObject(
  { kind, lowStockLevel: Type.Optional(lowStockLevel) },
  { examples: [{ kind: 'Screen protector', lowStockLevel: 10 }] },
);
export type NewAccessory = Static<typeof NewAccessory>;

export const AccessoryChange = strictObject(
  {
    kind: Type.Optional(kind),
    lowStockLevel: Type.Optional(lowStockLevel),
    retired: Type.Optional(Type.Boolean({ description: 'A retired kind is no longer lent' })),
  },
  { minProperties: 1, examples: [{ lowStockLevel: 20 }] },
);
export type AccessoryChange = Static<typeof AccessoryChange>;

export const NewMovement = strictObject(
  {
    kind: oneOf(movementKinds, { description: '`counted` sets the quantity and logs the difference' }),
    quantity: Type.Integer({ minimum: 0, maximum: mostOfOne }),
    locationId: id,
    toLocationId: Type.Optional(Type.String({ format: 'uuid', description: 'Where a move goes' })),
    note: Type.Optional(text(500)),
  },
  { examples: [{ kind: 'received', quantity: 25, locationId: '0193594e-6c00-7a4b-9f0e-2f4b7a1c5d3e' }] },
);
export type NewMovement = Static<typeof NewMovement>;

const Place = Type.Object({ id: Type.String(), name: Type.String() });

export const Accessory = Type.Object({
  id: Type.String(),
  kind: Type.String(),
  lowStockLevel: Type.Integer(),
  retired: Type.Boolean(),
  total: Type.Integer(),
  low: Type.Boolean({ description: 'Fewer in all places than its level; never of a kind not yet held' }),
  stock: Type.Array(Type.Object({ location: Place, quantity: Type.Integer() })),
  changedAt: Type.String(),
});
export type Accessory = Static<typeof Accessory>;

export const AccessoryQuery = Type.Object(
  { retired: Type.Boolean({ default: false, description: 'With the retired kinds' }) },
  { additionalProperties: false },
);
export const AccessoryList = Type.Object({ items: Type.Array(Accessory) });

export const MovementRecorded = Type.Object({
  change: Type.Integer({ description: 'By how much the stock of `locationId` changed' }),
  accessory: Accessory,
});
export type MovementRecorded = Static<typeof MovementRecorded>;

export const AccessoryMovement = Type.Object({
  id: Type.String(),
  at: Type.String({ description: 'Instant, ISO 8601' }),
  kind: oneOf(loggedKinds),
  change: Type.Integer(),
  quantity: nullable(Type.Integer({ description: 'How many were counted, or do not come back' })),
  location: nullable(Place),
  loan: nullable(Type.Object({ id: Type.String(), reference: Type.String() })),
  note: nullable(Type.String()),
  actor: Type.String(),
  takesBack: nullable(
    Type.String({ description: 'The movement that was a mistake, and that this one undoes' }),
  ),
  takenBack: Type.Boolean({ description: 'It was a mistake: another movement undoes it' }),
});
export type AccessoryMovement = Static<typeof AccessoryMovement>;
export const AccessoryMovements = pageOf(AccessoryMovement);
export const MovementQuery = Type.Object(listQuery, { additionalProperties: false });
export type MovementQuery = Static<typeof MovementQuery>;
