import { defineEvents } from '../../shared/event-definitions.ts';
import { count, day } from '../../shared/event-values.ts';
import { date } from '../../shared/formats.ts';
import { nullable, oneOf } from '../../shared/schemas.ts';
import { reviewOutcomes } from './extension.rules.ts';

const reviewed: Record<string, string> = {
  goes_on: 'Loan reviewed: it is still needed',
  not_reached: 'Loan reviewed: nobody was reached',
  comes_back: 'Loan reviewed: it comes back',
};

/** How long loans go on. */
export const extensionEvents = defineEvents({
  'loan.extended': {
    values: { from: nullable(day), dueOn: nullable(day), reviewOn: nullable(day), extensions: count },
    line: (v) =>
      v.dueOn
        ? `${v.from ? 'Loan extended: now' : 'Loan given a date:'} due back on ${date(v.dueOn)}`
        : `Loan has no date to come back any more${lookedAtAgain(v.reviewOn)}`,
  },
  'loan.reviewed': {
    values: { result: oneOf(reviewOutcomes), dueOn: nullable(day), reviewOn: nullable(day) },
    line: (v) =>
      `${(v.result && reviewed[v.result]) ?? 'Loan reviewed'}${v.dueOn ? ` by ${date(v.dueOn)}` : lookedAtAgain(v.reviewOn)}`,
  },
});

function lookedAtAgain(reviewOn: string | null | undefined): string {
  return reviewOn ? `. It is looked at again on ${date(reviewOn)}` : '';
}
