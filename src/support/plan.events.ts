import Type from 'typebox';
import { defineEvents } from '../shared/event-definitions.ts';
import { count, schemeWord } from '../shared/event-values.ts';
import { count as counted } from '../shared/formats.ts';
import { oneOf } from '../shared/schemas.ts';
import { called } from '../shared/sentences.ts';

/** What happens to plans of support, and to the support that people get by them. */
export const supportPlanEvents = defineEvents({
  'support_plan.added': {
    values: { plan: schemeWord, lines: count },
    line: (v) => `Support plan added${called(v.plan)}`,
  },
  'support_plan.changed': {
    values: {
      plan: schemeWord,
      planVersion: Type.Optional(count),
      lines: Type.Optional(count),
      status: Type.Optional(oneOf(['retired', 'open'])),
    },
    line: (v) =>
      `Support plan changed${called(v.plan)}${v.planVersion ? `, version ${v.planVersion} from then on` : ''}${v.status === 'retired' ? ', no longer begun' : v.status ? ', offered again' : ''}`,
  },
  'patient.support_plan_given': {
    values: { plan: schemeWord, planVersion: count, count },
    line: (v) =>
      `Support plan given${called(v.plan)}${v.planVersion ? `, version ${v.planVersion}` : ''}. ${counted(v.count ?? 0, 'follow-up')} planned`,
  },
  'patient.support_stopped': {
    values: { count },
    line: (v) =>
      `Support ended as they wished, with the reason. ${counted(v.count ?? 0, 'follow-up')} cancelled`,
  },
});
