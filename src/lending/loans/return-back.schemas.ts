import Type, { type Static } from 'typebox';
import { referralStatuses } from '../../referrals/referral.rules.ts';
import { nullable, oneOf } from '../../shared/schemas.ts';
import { deviceStatuses } from '../../stock/devices/device.rules.ts';
import { itemStatuses, loanStatuses } from './loan.rules.ts';

export const ReturnTakenBack = Type.Object({
  loan: Type.Object({ id: Type.String(), reference: Type.String(), status: oneOf(loanStatuses) }),
  item: Type.Object({ id: Type.String(), status: oneOf(itemStatuses) }),
  device: Type.Object(
    { id: Type.String(), assetTag: Type.String(), status: oneOf(deviceStatuses) },
    { description: 'As it stands now' },
  ),
  referral: nullable(Type.Object({ id: Type.String(), status: oneOf(referralStatuses) })),
  warnings: Type.Array(Type.String(), {
    description: 'What could not be as before; none where it was taken back already',
  }),
});
export type ReturnTakenBack = Static<typeof ReturnTakenBack>;
