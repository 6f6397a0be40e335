import Type, { type Static } from 'typebox';
import { strictObject } from '../../shared/http.ts';
import { oneOf, text } from '../../shared/schemas.ts';
import { DeviceQuery } from '../devices/device.schemas.ts';
import { labelsPerSheet, layouts } from './label.rules.ts';

/** At most so many labels on one page: ten whole sheets, so that the next page goes on where this one stops. */
export const labelsAPage = 10 * labelsPerSheet;

const layout = oneOf(layouts, { default: 'sheet' });
const help = Type.Boolean({
  default: false,
  description: 'With a second code, by which whoever finds the device, or has it, reaches the scheme',
});
const first = Type.Integer({ minimum: 1, maximum: labelsPerSheet, default: 1 });
const { limit: _limit, ...filters } = DeviceQuery.properties;

/** Which labels to print, and how: those of the list of devices with its filters, of a donation, or chosen tags. */
export const LabelQuery = Type.Object(
  {
    ...filters,
    donationId: Type.Optional(Type.String({ format: 'uuid' })),
    tags: Type.Optional(Type.String({ pattern: '^LW-\\w{6}(,LW-\\w{6})*$', maxLength: 10 * labelsAPage })),
    layout,
    first,
    help,
  },
  { additionalProperties: false },
);
export type LabelQuery = Static<typeof LabelQuery>;

/** What is scanned or typed into the box, one label a line. */
export const ChosenLabels = strictObject({
  codes: text(20_000),
  layout,
  first,
  help: Type.Optional(help),
});

export const LabelSize = Type.Object(
  {
    size: oneOf(layouts, {
      default: 'single',
      description: 'single: 62 × 29 mm, for a label printer; sheet: 63.5 × 33.9 mm',
    }),
    help,
  },
  { additionalProperties: false },
);
