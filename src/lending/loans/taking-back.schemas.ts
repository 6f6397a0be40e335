import Type, { type Static } from 'typebox';
import { referralStatuses } from '../../referrals/referral.rules.ts';
import { strictObject } from '../../shared/http.ts';
import { nullable, oneOf, text } from '../../shared/schemas.ts';
import { deviceStatuses } from '../../stock/devices/device.rules.ts';
import { loanStatuses } from './loan.rules.ts';
import { mistakes } from './taking-back.rules.ts';

export const NewLoanCancellation = strictObject(
  {
    reason: oneOf(mistakes, { description: 'What was wrong with the issue' }),
    note: Type.Optional(text(500, { description: 'In words; wanted where the reason is `other`' })),
  },
  { examples: [{ reason: 'wrong_person' }] },
);
export type NewLoanCancellation = Static<typeof NewLoanCancellation>;

export const IssueTakenBack = Type.Object({
  loan: Type.Object({ id: Type.String(), reference: Type.String(), status: oneOf(loanStatuses) }),
  devices: Type.Array(
    Type.Object({ id: Type.String(), assetTag: Type.String(), status: oneOf(deviceStatuses) }),
    { description: 'As they stand now' },
  ),
  referral: nullable(Type.Object({ id: Type.String(), status: oneOf(referralStatuses) })),
});
export type IssueTakenBack = Static<typeof IssueTakenBack>;
