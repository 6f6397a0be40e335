import Type, { type Static } from 'typebox';
import { strictObject } from '../shared/http.ts';
import { line, nullable, oneOf, text, time } from '../shared/schemas.ts';
import { minutes } from './follow-up.schemas.ts';
import { countedFrom, mostSteps } from './plan.rules.ts';
import { ways } from './support.rules.ts';

const id = Type.String({ format: 'uuid' });
const name = line(80);
const days = Type.Integer({
  minimum: 0,
  maximum: 1000,
  description: 'Days after the start, or before the loan is due back; shifted to a working day',
});
const leadDays = Type.Integer({
  minimum: 1,
  maximum: 10,
  description: 'Working days from the reminder to the follow-up',
});
const isDefault = {
  forLoans: Type.Boolean({ description: 'Of loans whose kit and terms name no other' }),
  forSupport: Type.Boolean({ description: 'Of referrals that are accepted for support alone' }),
};

const NewStep = strictObject({
  step: line(100, { description: 'What it is called' }),
  countedFrom: Type.Optional(oneOf(countedFrom)),
  days,
  way: oneOf(ways),
  minutes,
  startsAt: Type.Optional(time),
  leadDays: Type.Optional(leadDays),
});
const steps = Type.Array(NewStep, { minItems: 1, maxItems: mostSteps });

export const NewPlan = strictObject(
  {
    name,
    steps,
    forLoans: Type.Optional(isDefault.forLoans),
    forSupport: Type.Optional(isDefault.forSupport),
  },
  {
    examples: [
      {
        name: 'Light touch',
        steps: [
          { step: 'Set-up call', days: 2, way: 'phone', minutes: 30 },
          { step: 'Coming back', countedFrom: 'due', days: 14, way: 'phone', minutes: 15, leadDays: 2 },
        ],
      },
    ],
  },
);
export type NewPlan = Static<typeof NewPlan>;

export const PlanChange = strictObject(
  {
    name: Type.Optional(name),
    steps: Type.Optional(
      Type.Array(NewStep, {
        minItems: 1,
        maxItems: mostSteps,
        description: 'Other steps are a new version; plans that run keep theirs',
      }),
    ),
    forLoans: Type.Optional(isDefault.forLoans),
    forSupport: Type.Optional(isDefault.forSupport),
    retired: Type.Optional(Type.Boolean({ description: 'A retired plan is no longer begun' })),
  },
  { minProperties: 1, examples: [{ forSupport: true }] },
);
export type PlanChange = Static<typeof PlanChange>;

const Step = Type.Object({
  step: Type.String(),
  countedFrom: oneOf(countedFrom),
  days: Type.Integer(),
  way: oneOf(ways),
  minutes: Type.Integer(),
  startsAt: Type.String({ description: 'HH:MM in London' }),
  leadDays: Type.Integer(),
});

export const SupportPlan = Type.Object({
  id: Type.String(),
  name: Type.String(),
  version: Type.Integer({ description: 'The one that begins now' }),
  steps: Type.Array(Step),
  ...isDefault,
  retired: Type.Boolean(),
  running: Type.Integer({ description: 'How many people have it, in any version' }),
  changedAt: Type.String(),
});
export type SupportPlan = Static<typeof SupportPlan>;

export const SupportPlanVersions = Type.Object({
  ...SupportPlan.properties,
  earlier: Type.Array(
    Type.Object({
      version: Type.Integer(),
      createdAt: Type.String(),
      createdBy: nullable(Type.String()),
      running: Type.Integer(),
      steps: Type.Array(Step),
    }),
    { description: 'Earlier versions, newest first' },
  ),
});
export type SupportPlanVersions = Static<typeof SupportPlanVersions>;

export const SupportPlanList = Type.Object({ items: Type.Array(SupportPlan) });
export const SupportPlanQuery = Type.Object(
  { retired: Type.Boolean({ default: false, description: 'With those that are no longer begun' }) },
  { additionalProperties: false },
);

export const NewPatientPlan = strictObject(
  {
    planId: Type.String({ format: 'uuid', description: 'Begun in its newest version' }),
    startsOn: Type.Optional(
      Type.String({ format: 'date', description: 'From when it counts; today when left out' }),
    ),
    inPlaceOf: Type.Optional(
      Type.String({
        format: 'uuid',
        description: 'The person’s plan that it takes the place of, counted from the same day',
      }),
    ),
  },
  { examples: [{ planId: '01900000-0000-7000-8000-000000000001' }] },
);
export type NewPatientPlan = Static<typeof NewPatientPlan>;

export const NewSupportStop = strictObject(
  { reason: text(1000, { description: 'What the person said' }) },
  { examples: [{ reason: 'Gets on well and does not want calls' }] },
);
export type NewSupportStop = Static<typeof NewSupportStop>;

export const planEndings = ['return', 'referral', 'contact', 'wish', 'plan', 'mistake'] as const;

export const PatientPlan = Type.Object({
  id: Type.String(),
  plan: Type.Object({ id, name: Type.String(), version: Type.Integer(), newest: Type.Integer() }),
  startsOn: Type.String(),
  referral: nullable(Type.Object({ id: Type.String(), reference: Type.String() })),
  loan: nullable(Type.Object({ id: Type.String(), reference: Type.String() })),
  endedAt: nullable(Type.String()),
  endedBy: nullable(oneOf(planEndings)),
  reason: nullable(Type.String()),
  ahead: Type.Integer({ description: 'Follow-ups of it that are ahead' }),
});
export type PatientPlan = Static<typeof PatientPlan>;
export const PatientPlanList = Type.Object({ items: Type.Array(PatientPlan) });

export const PatientPlanGiven = Type.Object({
  id: Type.String(),
  planned: Type.Integer({ description: 'Follow-ups it made' }),
  cancelled: Type.Integer({ description: 'Follow-ups of the plan before that were cancelled' }),
  kept: Type.Integer({
    description: 'Follow-ups ahead that stay, since the person was told of them or confirmed them',
  }),
});
export type PatientPlanGiven = Static<typeof PatientPlanGiven>;
export const SupportStopped = Type.Object({
  cancelledFollowUps: Type.Integer(),
  endedPlans: Type.Integer(),
});
export type SupportStopped = Static<typeof SupportStopped>;
