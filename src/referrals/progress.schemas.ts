import Type, { type Static } from 'typebox';
import { contactSources } from '../people/contact-state.rules.ts';
import { strictObject } from '../shared/http.ts';
import { nullable, oneOf, text } from '../shared/schemas.ts';
import { clinicNoteKinds, withdrawalVoices } from './progress.rules.ts';
import { referralStatuses } from './referral.rules.ts';

const Withdrawal = Type.Object({
  reason: Type.String(),
  saidBy: oneOf(contactSources, { description: 'Who told us; where contact ended, whoever told us of that' }),
});
export type Withdrawal = Static<typeof Withdrawal>;

/** What a clinic follows of a referral, beside the referral itself. */
export const progressProperties = {
  nextStep: Type.String({ description: 'What happens next, in words for the clinic' }),
  statusHistory: Type.Array(Type.Object({ status: oneOf(referralStatuses), at: Type.String() }), {
    description: 'Every status it came to, the first one first',
  }),
  questions: Type.Array(
    Type.Object({
      id: Type.String(),
      question: Type.String(),
      askedAt: Type.String(),
      answer: nullable(Type.String({ description: 'Null while the question is open' })),
      answeredAt: nullable(Type.String()),
    }),
    { description: 'What the scheme asked the clinic' },
  ),
  toldClinic: Type.Array(
    Type.Object({ kind: oneOf(clinicNoteKinds), note: Type.String(), at: Type.String() }),
    {
      description:
        'What the clinic is told beside that, where the patient agreed to sharing back; the latest first',
    },
  ),
  withdrawal: nullable(Withdrawal),
};

export const NewAnswer = strictObject(
  {
    questionId: Type.Optional(
      Type.String({ format: 'uuid', description: 'May be left out when one question is open' }),
    ),
    answer: text(4000),
  },
  { examples: [{ answer: 'There is Wi-Fi at home, so data is not needed.' }] },
);
export type NewAnswer = Static<typeof NewAnswer>;

export const Answered = Type.Object({
  questionId: Type.String(),
  status: oneOf(['asked', 'received']),
  openQuestions: Type.Integer({ description: 'How many are still to be answered' }),
});
export type Answered = Static<typeof Answered>;

export const NewWithdrawal = strictObject(
  {
    reason: text(1000, { description: 'Why, as far as the scheme should know' }),
    saidBy: oneOf(withdrawalVoices, { description: 'Who no longer wants it' }),
  },
  { examples: [{ reason: 'The patient has bought a tablet.', saidBy: 'patient' }] },
);
export type NewWithdrawal = Static<typeof NewWithdrawal>;

export const Withdrawn = Type.Object({
  status: Type.Literal('withdrawn'),
  openLoans: Type.Array(Type.Object({ id: Type.String(), reference: Type.String() }), {
    description:
      'What is still with the patient; the scheme asks for it. None for a clinic without the patient’s agreement',
  }),
});
export type Withdrawn = Static<typeof Withdrawn>;
