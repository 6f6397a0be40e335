import Type from 'typebox';
import { defineEvents } from '../../shared/event-definitions.ts';
import { count, day, id } from '../../shared/event-values.ts';
import { date } from '../../shared/formats.ts';
import { oneOf } from '../../shared/schemas.ts';
import { inside } from '../../shared/sentences.ts';
import { deviceStatuses } from './device.rules.ts';
import { repairResults } from './stock.rules.ts';

const status = oneOf(deviceStatuses);

/** What happens to devices that are repaired. */
export const repairEvents = defineEvents({
  'device.sent_for_repair': {
    values: {
      from: status,
      to: status,
      sentOn: day,
      dueOn: Type.Optional(day),
      locationId: Type.Optional(id),
    },
    line: (v) =>
      `Sent for repair${v.sentOn ? ` on ${date(v.sentOn)}` : ''}${v.dueOn ? `, expected back on ${date(v.dueOn)}` : ''}`,
  },
  'device.back_from_repair': {
    values: { from: status, to: status, backOn: day, result: oneOf(repairResults), cycle: count },
    line: (v) =>
      `Back from repair${v.backOn ? ` on ${date(v.backOn)}` : ''}${v.result ? `, ${inside(v.result)}` : ''}. Every check is open again`,
  },
});
