import { defineEvents } from '../../shared/event-definitions.ts';
import { count, schemeWord } from '../../shared/event-values.ts';
import { nullable } from '../../shared/schemas.ts';
import { called } from '../../shared/sentences.ts';

/** What happens to the offers of data that the scheme can take. */
export const dataOfferEvents = defineEvents({
  'data_offer.added': {
    values: { network: schemeWord, gbPerMonth: nullable(count), durationMonths: count },
    line: (v) => `Data offer added${called(v.network)}`,
  },
  'data_offer.retired': {
    values: { network: schemeWord },
    line: (v) => `Data offer taken out of the choices${called(v.network)}`,
  },
});
