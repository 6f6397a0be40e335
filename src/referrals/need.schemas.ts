import Type, { type Static } from 'typebox';
import { strictObject } from '../shared/http.ts';
import { nullable, oneOf, text } from '../shared/schemas.ts';
import { needChanges, needStatuses } from './need.rules.ts';
import { needs, referralStatuses } from './referral.rules.ts';

export const NeedOfReferral = Type.Object({
  need: oneOf(needs),
  status: oneOf(needStatuses),
  reason: nullable(
    Type.String({ description: 'Why it was added, dropped, met in another way or opened again' }),
  ),
});

export const NewNeedChange = strictObject(
  {
    need: oneOf(needs),
    change: oneOf(needChanges, {
      description: '`meet` is for what was met in another way than by a loan of ours',
    }),
    reason: text(1000, { description: 'Why; the clinic sees it, if the patient agreed to sharing back' }),
  },
  { examples: [{ need: 'data', change: 'drop', reason: 'There is Wi-Fi where they live now.' }] },
);
export type NewNeedChange = Static<typeof NewNeedChange>;

export const NeedChanged = Type.Object({
  status: oneOf(referralStatuses),
  needs: Type.Array(NeedOfReferral),
});
export type NeedChanged = Static<typeof NeedChanged>;
