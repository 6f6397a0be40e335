import Type, { type Static } from 'typebox';
import { listQuery, pageOf } from '../../shared/lists.ts';
import { nullable, oneOf } from '../../shared/schemas.ts';
import { deviceKinds } from '../../stock/devices/device.rules.ts';
import { ReferralSummary } from '../referral.schemas.ts';
import { stockNeeds } from './allocation.rules.ts';
import { waitingReasons } from './waiting-list.rules.ts';

const need = oneOf(stockNeeds);

export const WaitingPlace = Type.Object({
  ...ReferralSummary.properties,
  place: Type.Integer({ description: 'From 1: the more urgent first, then who has waited longest' }),
  waitingSince: Type.String(),
  waitsFor: Type.String({ description: 'What is still needed, in words' }),
  toFind: Type.Array(need, { description: 'Open needs of stock for which nothing is held' }),
  held: Type.Array(
    Type.Object({
      id: Type.String({ description: 'Id of the allocation' }),
      deviceId: Type.String(),
      assetTag: Type.String(),
      kind: oneOf(deviceKinds),
      expiresOn: nullable(Type.String()),
    }),
  ),
  passedOver: nullable(
    Type.Object(
      { on: Type.String(), reason: Type.String(), by: Type.String() },
      { description: 'The last time' },
    ),
  ),
  reasons: Type.Array(Type.Object({ reason: oneOf(waitingReasons), text: Type.String() }), {
    description: 'Why it waits',
  }),
  stock: Type.Array(
    Type.Object({ need, kind: oneOf(deviceKinds), hasDataPlan: Type.Boolean(), count: Type.Integer() }),
    { description: 'Ready devices that could meet it now' },
  ),
});
export type WaitingPlace = Static<typeof WaitingPlace>;

export const WaitingList = pageOf(WaitingPlace);
export const WaitingQuery = Type.Object(
  {
    ...listQuery,
    inStock: Type.Optional(Type.Boolean({ description: 'Only those that ready stock could help now' })),
  },
  { additionalProperties: false },
);
export type WaitingQuery = Static<typeof WaitingQuery>;
