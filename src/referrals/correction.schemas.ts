import Type, { type Static } from 'typebox';
import { strictObject } from '../shared/http.ts';
import { nullable } from '../shared/schemas.ts';
import { NewReferral } from './referral.schemas.ts';

const { needs, barriers, urgency, urgencyReason, clinicReference, notes, visitRisks, referrer } =
  NewReferral.properties;

export const ReferralCorrection = strictObject(
  {
    needs: Type.Optional({
      ...needs,
      description:
        'All that the clinic asked for. What is missing here was never asked for; what is no longer needed is a change of a need',
    }),
    barriers: Type.Optional(barriers),
    referrer: Type.Optional(
      strictObject(
        {
          name: Type.Optional(referrer.properties.name),
          email: Type.Optional(nullable(referrer.properties.email)),
          phone: Type.Optional(nullable(referrer.properties.phone)),
        },
        { minProperties: 1 },
      ),
    ),
    urgency,
    urgencyReason: Type.Optional(nullable(urgencyReason)),
    clinicReference: Type.Optional(nullable(clinicReference)),
    notes: Type.Optional(nullable(notes)),
    visitRisks: Type.Optional(nullable(visitRisks)),
    releaseHeld: Type.Optional(
      Type.Literal(true, { description: 'Let go what is held for a need that is taken out' }),
    ),
  },
  {
    minProperties: 1,
    examples: [{ needs: ['device', 'support'], clinicReference: 'TSC-1001', urgency: 'soon' }],
  },
);
export type ReferralCorrection = Static<typeof ReferralCorrection>;
