import Type, { type Static } from 'typebox';
import { strictObject } from '../../shared/http.ts';
import { nullable, oneOf, text } from '../../shared/schemas.ts';
import { type DeviceKind, deviceKinds } from '../../stock/devices/device-kinds.rules.ts';
import { costKinds, mostPence } from './cost.rules.ts';

const from = Type.String({
  format: 'date',
  description: 'The first day of the half-year that it is of: 1 April or 1 October',
});
const kind = oneOf(costKinds, { description: 'What it was spent on' });
const pence = Type.Integer({ minimum: 0, maximum: mostPence, description: 'How much, in pence' });
const hours = Type.Integer({
  minimum: 0,
  maximum: 100_000,
  description: 'How many hours of work were paid for with it; of staff alone',
});
const note = text(500, { description: 'For the office alone; it never leaves the scheme' });

export const Cost = Type.Object({
  id: Type.String(),
  from: Type.String(),
  kind,
  pence: Type.Integer(),
  hours: nullable(Type.Integer()),
  note: nullable(Type.String()),
  takenOut: Type.Boolean({ description: 'Written down by mistake: it counts nowhere' }),
  changedAt: Type.String(),
});
export type Cost = Static<typeof Cost>;
export const CostList = Type.Object({ items: Type.Array(Cost) });

export const NewCost = strictObject(
  { from, kind, pence, hours: Type.Optional(hours), note: Type.Optional(note) },
  { examples: [{ from: '2026-04-01', kind: 'staff', pence: 1_240_000, hours: 620 }] },
);
export type NewCost = Static<typeof NewCost>;

export const CostChange = strictObject(
  {
    from: Type.Optional(from),
    kind: Type.Optional(kind),
    pence: Type.Optional(pence),
    hours: Type.Optional(nullable(hours)),
    note: Type.Optional(nullable(note)),
    takenOut: Type.Optional(Type.Boolean()),
  },
  { minProperties: 1, examples: [{ pence: 1_250_000 }] },
);
export type CostChange = Static<typeof CostChange>;

const prices = <T>(of: T) => Object.fromEntries(deviceKinds.map((one) => [one, of])) as Record<DeviceKind, T>;

export const BoughtNew = Type.Object({
  ...prices(nullable(Type.Integer({ description: 'In pence; null where nobody said it' }))),
  changedAt: Type.String(),
});
export type BoughtNew = Static<typeof BoughtNew>;

export const BoughtNewChange = strictObject(prices(Type.Optional(nullable(pence))), {
  minProperties: 1,
  examples: [{ tablet: 14_900 }],
});
export type BoughtNewChange = Static<typeof BoughtNewChange>;
