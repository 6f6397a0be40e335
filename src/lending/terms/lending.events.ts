import Type from 'typebox';
import { defineEvents } from '../../shared/event-definitions.ts';
import { count, flag, schemeWord } from '../../shared/event-values.ts';
import { oneOf } from '../../shared/schemas.ts';
import { called } from '../../shared/sentences.ts';

/** What happens to the terms on which the scheme lends. */
export const lendingEvents = defineEvents({
  'agreement.version_added': {
    values: { agreementVersion: count },
    line: (v) =>
      `Agreement version${v.agreementVersion ? ` ${v.agreementVersion}` : ''} written, in use from then on`,
  },
  'lending_policy.changed': {
    values: {
      policy: Type.Object(
        {
          replacementLimit: count,
          replacementMonths: count,
          allocationDays: count,
          urgentDays: count,
          soonDays: count,
          routineDays: count,
          askingMost: Type.Optional(count),
          askingWeeks: Type.Optional(count),
          attachmentQuotaMb: Type.Optional(count),
          updatesWarnDays: Type.Optional(count),
          updatesMonths: Type.Optional(count),
          updatesUnknownStops: Type.Optional(flag),
        },
        { additionalProperties: false },
      ),
    },
    line: () => 'Lending policy changed',
  },
  'loan_terms.added': {
    values: { terms: schemeWord },
    line: (v) => `Loan terms added${called(v.terms)}`,
  },
  'loan_terms.changed': {
    values: { terms: schemeWord, status: Type.Optional(oneOf(['retired', 'open'])) },
    line: (v) =>
      `Loan terms changed${called(v.terms)}${v.status === 'retired' ? ', no longer offered' : v.status ? ', offered again' : ''}`,
  },
});
