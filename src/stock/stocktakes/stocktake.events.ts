import { defineEvents } from '../../shared/event-definitions.ts';
import { count, id, reference } from '../../shared/event-values.ts';
import { count as counted } from '../../shared/formats.ts';
import { oneOf } from '../../shared/schemas.ts';

/** What is counted, and what of it is missing or was not expected. */
export const stocktakeEvents = defineEvents({
  'stocktake.started': {
    values: { reference, locationId: id, devices: count },
    line: (v) =>
      `Stocktake${named(v)} started${typeof v.devices === 'number' ? `, with ${counted(v.devices, 'device')} expected` : ''}`,
  },
  'stocktake.scanned': {
    values: { reference, verdict: oneOf(['found', 'unexpected']), count },
    line: (v) => `Seen at stocktake${named(v)}${v.verdict === 'unexpected' ? ', where it is not kept' : ''}`,
  },
  'stocktake.missed': {
    values: { reference, locationId: id },
    line: (v) => `Not seen at stocktake${named(v)}`,
  },
  'stocktake.closed': {
    values: { reference, locationId: id, found: count, missing: count, unexpected: count },
    line: (v) =>
      `Stocktake${named(v)} closed: ${v.found ?? 0} found, ${v.missing ?? 0} missing, ${v.unexpected ?? 0} unexpected`,
  },
});

function named({ reference }: { reference?: string }): string {
  return reference ? ` ${reference}` : '';
}
