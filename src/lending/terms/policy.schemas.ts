import Type, { type Static } from 'typebox';
import { strictObject } from '../../shared/http.ts';

const replacementLimit = Type.Integer({
  minimum: 0,
  maximum: 100,
  description: 'How many replacements a patient gets without a manager’s approval',
});
const replacementMonths = Type.Integer({
  minimum: 1,
  maximum: 120,
  description: 'Within how many months they count',
});
const allocationDays = Type.Integer({
  minimum: 1,
  maximum: 365,
  description: 'For how many days a device is held for a referral',
});
const decideWithin = (urgency: string) =>
  Type.Integer({
    minimum: 0,
    maximum: 365,
    description: `Within how many days a referral that is ${urgency} should be decided`,
  });
const urgentDays = decideWithin('urgent');
const soonDays = decideWithin('soon');
const routineDays = decideWithin('routine');
const attachmentQuotaMb = Type.Integer({
  minimum: 0,
  maximum: 1_000_000,
  description: 'How many MB (of 1,048,576 bytes) all photos and papers may take',
});

const askingMost = Type.Integer({
  minimum: 0,
  maximum: 50,
  description: 'How often a person is asked at most how they are: questions, questionnaires and invitations',
});
const askingWeeks = Type.Integer({
  minimum: 1,
  maximum: 104,
  description: 'Within how many weeks that counts',
});
const updatesWarnDays = Type.Integer({
  minimum: 0,
  maximum: 730,
  description: 'How many days before the security updates of a device on loan end staff are asked',
});
const updatesMonths = Type.Integer({
  minimum: 1,
  maximum: 120,
  description: 'For how many months a device of a loan without a day has to get security updates',
});
const updatesUnknownStops = Type.Boolean({
  description: 'Whether a device of which nobody knows until when it gets them waits for a manager’s reason',
});

export const LendingPolicy = Type.Object({
  replacementLimit,
  replacementMonths,
  allocationDays,
  urgentDays,
  soonDays,
  routineDays,
  attachmentQuotaMb,
  askingMost,
  askingWeeks,
  updatesWarnDays,
  updatesMonths,
  updatesUnknownStops,
  changedAt: Type.String(),
});
export type LendingPolicy = Static<typeof LendingPolicy>;

export const PolicyChange = strictObject(
  {
    replacementLimit: Type.Optional(replacementLimit),
    replacementMonths: Type.Optional(replacementMonths),
    allocationDays: Type.Optional(allocationDays),
    urgentDays: Type.Optional(urgentDays),
    soonDays: Type.Optional(soonDays),
    routineDays: Type.Optional(routineDays),
    attachmentQuotaMb: Type.Optional(attachmentQuotaMb),
    askingMost: Type.Optional(askingMost),
    askingWeeks: Type.Optional(askingWeeks),
    updatesWarnDays: Type.Optional(updatesWarnDays),
    updatesMonths: Type.Optional(updatesMonths),
    updatesUnknownStops: Type.Optional(updatesUnknownStops),
  },
  { minProperties: 1, examples: [{ allocationDays: 21 }] },
);
export type PolicyChange = Static<typeof PolicyChange>;
