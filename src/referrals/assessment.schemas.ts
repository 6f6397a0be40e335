import Type, { type Static } from 'typebox';
import { strictObject } from '../shared/http.ts';
import { nullable, oneOf, text } from '../shared/schemas.ts';
import { barriers, referralStatuses } from './referral.rules.ts';
import { connections, deviceUses, offers, spaces } from './tree.rules.ts';

const findings = {
  barriers: Type.Array(oneOf(barriers), {
    maxItems: barriers.length,
    uniqueItems: true,
    description: 'What gets in the way',
  }),
  uses: Type.Array(oneOf(deviceUses), {
    minItems: 1,
    maxItems: deviceUses.length,
    uniqueItems: true,
    description: 'What they use today',
  }),
  internetAtHome: oneOf(connections),
  privateSpace: oneOf(spaces, { description: 'Whether they have a place where nobody listens' }),
  prefersNotDigital: Type.Boolean({ description: 'Their own choice' }),
  nonDigitalRoute: Type.Optional(
    text(1000, { description: 'How they would like it instead, as agreed with them' }),
  ),
  wouldHelp: Type.Optional(text(2000, { description: 'What would help, in their words' })),
  trusts: Type.Optional(text(500, { description: 'Whom they trust to help them' })),
};
export const NewAssessment = strictObject(
  {
    ...findings,
    insteadOf: Type.Optional(
      nullable(
        Type.String({
          format: 'uuid',
          description:
            'The newest one that was seen; null for none. When there is another by now, nothing is written',
        }),
      ),
    ),
  },
  {
    examples: [
      {
        barriers: ['skills'],
        uses: ['shared_phone'],
        internetAtHome: 'no',
        privateSpace: 'sometimes',
        prefersNotDigital: false,
      },
    ],
  },
);
export type NewAssessment = Static<typeof NewAssessment>;

export const Assessment = Type.Object({
  id: Type.String(),
  said: Type.Object(findings),
  suggestions: Type.Array(Type.Object({ offer: oneOf(offers), why: Type.String() })),
  treeVersion: Type.Integer({ description: 'The version of what is suggested that it was suggested by' }),
  takenUp: nullable(
    Type.Array(oneOf(offers), { description: 'What an officer took up; null while none did' }),
  ),
  takenUpBy: nullable(Type.String()),
  by: Type.String(),
  at: Type.String(),
});
export type Assessment = Static<typeof Assessment>;
export const Assessments = Type.Object({ items: Type.Array(Assessment) });

const reason = Type.Optional(text(1000));
export const NewTakeUp = strictObject(
  {
    offers: Type.Array(oneOf(offers), { minItems: 1, maxItems: offers.length, uniqueItems: true }),
    dropped: Type.Optional(
      strictObject(
        { device: reason, data: reason, support: reason },
        {
          description:
            'Why each need that is open and not taken up is left out: who said so, and what. Wanted for each when the referral is accepted; the clinic sees it',
        },
      ),
    ),
  },
  {
    examples: [
      { offers: ['device', 'support'], dropped: { data: 'They told us that there is Wi-Fi at home.' } },
    ],
  },
);
export type NewTakeUp = Static<typeof NewTakeUp>;
export const TakenUp = Type.Object({ status: oneOf(referralStatuses), accepted: Type.Boolean() });
export type TakenUp = Static<typeof TakenUp>;
