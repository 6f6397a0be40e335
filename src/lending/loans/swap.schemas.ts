import Type, { type Static } from 'typebox';
import { strictObject } from '../../shared/http.ts';
import { line, oneOf, text } from '../../shared/schemas.ts';
import { deviceStatuses } from '../../stock/devices/device.rules.ts';
import { itemStatuses, loanStatuses } from './loan.rules.ts';

const uuid = Type.String({ format: 'uuid' });

export const NewSwap = strictObject(
  {
    itemId: Type.String({ format: 'uuid', description: 'The item that names the wrong device' }),
    assetTag: Type.Optional(line(20, { description: 'Of the device that really went' })),
    deviceId: Type.Optional(uuid),
    reason: Type.Optional(text(500, { description: 'In words; nothing about the person' })),
  },
  { examples: [{ itemId: '0193594e-6c00-7a4b-9f0e-2f4b7a1c5d3e', assetTag: 'LW-7K2M9Q' }] },
);
export type NewSwap = Static<typeof NewSwap>;

export const Swapped = Type.Object({
  loan: Type.Object({ id: Type.String(), reference: Type.String(), status: oneOf(loanStatuses) }),
  item: Type.Object({
    id: Type.String(),
    deviceId: Type.String(),
    assetTag: Type.String(),
    status: oneOf(itemStatuses),
  }),
  swapped: Type.Object(
    {
      itemId: Type.String(),
      deviceId: Type.String(),
      assetTag: Type.String(),
      deviceStatus: oneOf(deviceStatuses),
    },
    { description: 'The device that was written down by mistake, as it stands now' },
  ),
  warnings: Type.Array(Type.String()),
});
export type Swapped = Static<typeof Swapped>;
