import Type, { type Static } from 'typebox';
import { strictObject } from '../../shared/http.ts';
import { line, nullable, text } from '../../shared/schemas.ts';
import { Condition, NewDevice } from '../devices/device.schemas.ts';

const { kind, make, model, earlierLabels } = NewDevice.properties;

/** What may be corrected of what was recorded of a device; null takes away what is there. */
export const DeviceChange = strictObject(
  {
    kind: Type.Optional(kind),
    make: Type.Optional(make),
    model: Type.Optional(model),
    serialNumber: Type.Optional(nullable(line(100))),
    imei: Type.Optional(
      nullable(line(40, { description: '15 digits; spaces and hyphens between them are left out' })),
    ),
    condition: Type.Optional(nullable(Condition)),
    earlierLabels: Type.Optional(earlierLabels),
    // Longer than a donation takes: what is noted of a device later is added to it.
    notes: Type.Optional(nullable(text(10_000))),
  },
  { minProperties: 1, examples: [{ kind: 'phone', serialNumber: 'HRD2DRCJV3K' }] },
);
export type DeviceChange = Static<typeof DeviceChange>;
