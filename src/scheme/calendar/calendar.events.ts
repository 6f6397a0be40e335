import { defineEvents } from '../../shared/event-definitions.ts';
import { count, day } from '../../shared/event-values.ts';
import { date } from '../../shared/formats.ts';

/** What happens to the days on which the scheme is closed. */
export const calendarEvents = defineEvents({
  'calendar.closed': {
    values: { from: day, to: day, count },
    line: (v) => `Closed days were added${v.from ? `, from ${date(v.from)} to ${date(v.to)}` : ''}`,
  },
  'calendar.opened': {
    values: { from: day, to: day, count },
    line: (v) => `A closed day${v.from ? `, ${date(v.from)},` : ''} is open again`,
  },
});
