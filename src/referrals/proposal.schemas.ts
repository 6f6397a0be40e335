import Type, { type Static } from 'typebox';
import { proposalItems } from '../people/proposal.rules.ts';
import { strictObject } from '../shared/http.ts';
import { nullable, oneOf } from '../shared/schemas.ts';

export const proposalDecisions = ['accept', 'reject'] as const;

export const Proposal = Type.Object({
  id: Type.String(),
  item: oneOf(proposalItems),
  said: Type.Unknown({ description: 'What the referral says, in the shape in which a referral is sent' }),
  decision: nullable(oneOf(proposalDecisions)),
  decidedAt: nullable(Type.String()),
  decidedBy: nullable(Type.String()),
});
export type Proposal = Static<typeof Proposal>;
export const Proposals = Type.Object({ items: Type.Array(Proposal) });

export const NewProposalDecisions = strictObject(
  {
    decisions: Type.Array(
      strictObject({ proposalId: Type.String({ format: 'uuid' }), decision: oneOf(proposalDecisions) }),
      { minItems: 1, maxItems: 50, errorMessage: 'Decide at least one thing.' },
    ),
  },
  { examples: [{ decisions: [{ proposalId: '0193594e-6c00-7a4b-9f0e-2f4b7a1c5d3e', decision: 'accept' }] }] },
);
export type NewProposalDecisions = Static<typeof NewProposalDecisions>;

export const ProposalsDecided = Type.Object({
  open: Type.Integer({ description: 'How many things are still to be decided' }),
});
export type ProposalsDecided = Static<typeof ProposalsDecided>;
