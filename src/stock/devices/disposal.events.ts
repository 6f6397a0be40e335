import { defineEvents } from '../../shared/event-definitions.ts';
import { assetTag, count, day } from '../../shared/event-values.ts';
import { count as counted, date } from '../../shared/formats.ts';
import { oneOf } from '../../shared/schemas.ts';
import { inside } from '../../shared/sentences.ts';
import { deviceStatuses } from './device.rules.ts';
import { disposalWays } from './stock.rules.ts';

const status = oneOf(deviceStatuses);

/** How devices leave the scheme, and who took the register of those that did. */
export const disposalEvents = defineEvents({
  'device.retired': {
    values: { from: status, to: status, way: oneOf(disposalWays), disposedOn: day, assetTag },
    line: (v) =>
      `Retired${v.way ? `: ${inside(v.way)}` : ''}${v.disposedOn ? ` on ${date(v.disposedOn)}` : ''}`,
  },
  'losses.exported': {
    values: { count },
    line: (v) => `Took a file of the losses register with ${counted(v.count ?? 0, 'line')}`,
  },
});
