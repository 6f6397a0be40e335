import Type, { type Static } from 'typebox';
import { listQuery } from '../shared/lists.ts';
import { nullable, oneOf } from '../shared/schemas.ts';
import { offers } from './tree.rules.ts';

export const ReplayQuery = Type.Object({
  against: Type.Optional(
    Type.Integer({
      minimum: 1,
      maximum: 1_000_000,
      description: 'The version to hold it against; the published one before it when left out',
    }),
  ),
  limit: Type.Integer({ minimum: 1, maximum: 200, default: 200, description: 'Over how many assessments' }),
  after: listQuery.after,
});
export type ReplayQuery = Static<typeof ReplayQuery>;

const count = Type.Integer();
const offer = oneOf(offers);
const where = {
  at: Type.String(),
  referral: Type.Object({ id: Type.String(), reference: Type.String() }),
};
export const ReplayOfTrees = Type.Object({
  version: count,
  against: count,
  assessed: Type.Integer({ description: 'Over how many assessments it was replayed, the newest first' }),
  changed: Type.Integer({ description: 'For how many something else is suggested' }),
  reworded: Type.Integer({ description: 'For how many the same is suggested for other reasons' }),
  offers: Type.Array(Type.Object({ offer, before: count, after: count, more: count, fewer: count })),
  changes: Type.Array(
    Type.Object({
      ...where,
      treeVersion: Type.Integer({ description: 'By which it was suggested then' }),
      before: Type.Array(offer),
      after: Type.Array(offer),
    }),
  ),
  decided: Type.Integer({ description: 'Of how many an officer took something up' }),
  choices: Type.Array(
    Type.Object({
      offer,
      suggested: Type.Integer({ description: 'How often it was suggested, of those that were decided' }),
      notTakenUp: count,
      addedUnasked: Type.Integer({ description: 'How often it was taken up though nothing suggested it' }),
    }),
  ),
  otherwise: Type.Array(
    Type.Object({
      ...where,
      offer,
      added: Type.Boolean({ description: 'Taken up though not suggested; else suggested and not taken up' }),
      reason: nullable(Type.String({ description: 'Given where the clinic had asked for it' })),
    }),
  ),
  next: nullable(Type.String()),
});
export type ReplayOfTrees = Static<typeof ReplayOfTrees>;
