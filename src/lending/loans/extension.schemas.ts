import Type, { type Static } from 'typebox';
import { tellableWhys } from '../../messages/why.rules.ts';
import { needs } from '../../referrals/referral.rules.ts';
import { strictObject } from '../../shared/http.ts';
import { nullable, oneOf, text } from '../../shared/schemas.ts';
import { reviewOutcomes } from './extension.rules.ts';
import { itemStatuses, loanStatuses } from './loan.rules.ts';

const date = Type.String({ format: 'date' });
const day = nullable(Type.String({ description: 'Civil date, YYYY-MM-DD' }));

export const ExtensionRules = Type.Object({
  allowed: Type.Boolean({ description: 'Whether who asks may put the date off now' }),
  why: Type.Array(Type.String(), { description: 'What speaks for and against it, in sentences' }),
  used: Type.Integer(),
  most: Type.Integer({ description: 'How often its terms allow it' }),
  suggestedDueOn: day,
  latestDueOn: nullable(
    Type.String({
      description: 'Until when it goes without a manager; null for a manager, and without a date',
    }),
  ),
  mayStayOpen: Type.Boolean({ description: 'Whether who asks may leave it without a date' }),
  waiting: Type.Array(Type.Object({ need: oneOf(needs), people: Type.Integer() }), {
    description: 'Other people who wait for what this loan has out',
  }),
  reasonWanted: Type.Boolean(),
});

export const NewExtension = strictObject(
  {
    dueOn: Type.Optional(date),
    openEnded: Type.Optional(Type.Boolean({ description: 'Instead of a date: the loan stays open' })),
    reason: Type.Optional(text(2000)),
    why: Type.Optional(
      oneOf(tellableWhys, {
        description:
          'Why, for whoever was told of the day before: said to them, in words that tell nobody what it is about',
      }),
    ),
    from: Type.Optional(
      Type.Union([date, Type.Null()], {
        description:
          'The date that it has now, as you saw it; when it has another one, the change is refused',
      }),
    ),
  },
  { examples: [{ dueOn: '2027-08-23', reason: 'Still on a course' }] },
);
export type NewExtension = Static<typeof NewExtension>;

const warnings = Type.Array(Type.String(), {
  description: 'That the desk is closed on the new day, and when it is open again',
});

export const Extended = Type.Object({
  id: Type.String(),
  dueOn: day,
  reviewOn: day,
  extensions: Type.Integer({ description: 'How many times its date was put off' }),
  warnings,
});
export type Extended = Static<typeof Extended>;

export const NewReview = strictObject(
  {
    outcome: oneOf(reviewOutcomes, {
      description: 'Still needed, nobody was reached, or it comes back by a date',
    }),
    dueOn: Type.Optional(Type.String({ format: 'date', description: 'With `comes_back`' })),
    note: Type.Optional(text(2000)),
  },
  { examples: [{ outcome: 'goes_on', note: 'Uses it every day' }] },
);
export type NewReview = Static<typeof NewReview>;

export const Reviewed = Type.Object({
  id: Type.String(),
  outcome: oneOf(reviewOutcomes),
  dueOn: day,
  reviewOn: day,
  warnings,
});
export type Reviewed = Static<typeof Reviewed>;

export const NewGift = strictObject({ reason: text(2000) }, { examples: [{ reason: 'Long in use' }] });
export type NewGift = Static<typeof NewGift>;

export const Gifted = Type.Object({
  loan: Type.Object({ id: Type.String(), status: oneOf(loanStatuses) }),
  items: Type.Array(
    Type.Object({
      id: Type.String(),
      deviceId: Type.String(),
      assetTag: Type.String(),
      status: oneOf(itemStatuses),
    }),
  ),
});
export type Gifted = Static<typeof Gifted>;
