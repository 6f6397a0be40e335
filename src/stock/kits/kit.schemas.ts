import Type, { type Static } from 'typebox';
import { strictObject } from '../../shared/http.ts';
import { line, nullable, oneOf } from '../../shared/schemas.ts';
import { deviceKinds } from '../devices/device.rules.ts';

const name = line(80);
const supportPlanId = nullable(
  Type.String({
    format: 'uuid',
    description: 'The support plan that begins with it; null for the one of the terms',
  }),
);
const lines = Type.Array(
  strictObject({
    deviceKind: Type.Optional(oneOf(deviceKinds)),
    withData: Type.Optional(Type.Boolean({ description: 'The device has to come with an active data plan' })),
    accessory: Type.Optional(line(60, { description: 'Its kind, such as Charger' })),
    quantity: Type.Optional(Type.Integer({ minimum: 1, maximum: 20 })),
  }),
  { minItems: 1, maxItems: 20, description: 'Each a kind of device or an accessory' },
);

export const NewKit = strictObject(
  { name, lines, supportPlanId: Type.Optional(supportPlanId) },
  {
    examples: [
      {
        name: 'Tablet with data',
        lines: [
          { deviceKind: 'tablet' },
          { deviceKind: 'dongle', withData: true },
          { accessory: 'Charger', quantity: 2 },
        ],
      },
    ],
  },
);
export type NewKit = Static<typeof NewKit>;

export const KitChange = strictObject(
  {
    name: Type.Optional(name),
    lines: Type.Optional(lines),
    supportPlanId: Type.Optional(supportPlanId),
    retired: Type.Optional(Type.Boolean({ description: 'A retired kit is no longer issued' })),
  },
  { minProperties: 1, examples: [{ name: 'Tablet and dongle' }] },
);
export type KitChange = Static<typeof KitChange>;

export const Kit = Type.Object({
  id: Type.String(),
  name: Type.String(),
  retired: Type.Boolean(),
  supportPlanId: nullable(Type.String()),
  lines: Type.Array(
    Type.Object({
      line: Type.Integer({ description: 'Its place, from 1' }),
      deviceKind: nullable(oneOf(deviceKinds)),
      withData: Type.Boolean(),
      accessory: nullable(Type.Object({ id: Type.String(), kind: Type.String() })),
      quantity: Type.Integer(),
    }),
  ),
  changedAt: Type.String(),
});
export type Kit = Static<typeof Kit>;

export const KitQuery = Type.Object(
  { retired: Type.Boolean({ default: false, description: 'With the retired kits' }) },
  { additionalProperties: false },
);
export const KitList = Type.Object({ items: Type.Array(Kit) });
