import Type, { type Static } from 'typebox';
import { strictObject } from '../../shared/http.ts';
import { listQuery, orderedQuery, pageOf } from '../../shared/lists.ts';
import { line, nullable, oneOf } from '../../shared/schemas.ts';
import { deviceKinds, deviceStatuses } from '../devices/device.rules.ts';
import { lineVerdicts, nextSteps, scanVerdicts, stocktakeStatuses } from './stocktake.rules.ts';

const id = Type.String({ format: 'uuid' });
const Named = Type.Object({ id: Type.String(), name: Type.String() });

export const NewStocktake = strictObject(
  { locationId: Type.String({ format: 'uuid', description: 'Where the devices are counted' }) },
  { examples: [{ locationId: '0193594e-6c00-7a4b-9f0e-2f4b7a1c5d3e' }] },
);
export type NewStocktake = Static<typeof NewStocktake>;

export const StocktakeStarted = Type.Object({
  id: Type.String(),
  reference: Type.String(),
  status: Type.Literal('open'),
  expected: Type.Integer({
    description: 'How many devices are kept there in preparation, ready or reserved',
  }),
});
export type StocktakeStarted = Static<typeof StocktakeStarted>;

const count = (description: string) => Type.Integer({ description });
export const Counts = Type.Object({
  expected: count('Still to be scanned; none once it is closed'),
  found: count('Scanned, and kept here'),
  missing: count('Not scanned by the end, though still kept here in stock'),
  left: count('Not scanned, but issued, moved or sent away meanwhile'),
  unexpected: count('Scanned, though it should not be here'),
});
export type Counts = Static<typeof Counts>;

const Head = {
  id: Type.String(),
  reference: Type.String(),
  location: Named,
  status: oneOf(stocktakeStatuses),
  startedAt: Type.String(),
  startedBy: Type.String(),
  closedAt: nullable(Type.String()),
  closedBy: nullable(Type.String()),
};
export const StocktakeSummary = Type.Object({
  ...Head,
  counts: nullable(Type.Object({ ...Counts.properties }, { description: 'Once it is closed' })),
});
export type StocktakeSummary = Static<typeof StocktakeSummary>;
export const Stocktake = Type.Object({ ...Head, counts: Counts });
export type Stocktake = Static<typeof Stocktake>;
export const StocktakeList = pageOf(StocktakeSummary);
export const StocktakeQuery = Type.Object(
  { ...orderedQuery, status: Type.Optional(oneOf(stocktakeStatuses)) },
  { additionalProperties: false },
);
export type StocktakeQuery = Static<typeof StocktakeQuery>;

const Device = Type.Object({
  id: Type.String(),
  assetTag: Type.String(),
  kind: oneOf(deviceKinds),
  make: Type.String(),
  model: Type.String(),
  status: oneOf(deviceStatuses, { description: 'As it is now' }),
  location: nullable(Named),
  loan: nullable(Type.Object({ id: Type.String(), reference: Type.String(), itemId: Type.String() })),
});
const next = nullable(oneOf(nextSteps, { description: 'What may be done about it from the stocktake' }));
const why = Type.String({
  description: 'Why, and what to do, as the device stands now; empty when all is well',
});

export const StocktakeLine = Type.Object({
  device: Device,
  verdict: oneOf(lineVerdicts),
  why,
  next,
  scannedAt: nullable(Type.String()),
  scannedBy: nullable(Type.String()),
});
export type StocktakeLine = Static<typeof StocktakeLine>;
export const StocktakeLines = pageOf(StocktakeLine);
export const LineQuery = Type.Object(
  { ...listQuery, verdict: Type.Optional(oneOf(lineVerdicts)) },
  { additionalProperties: false },
);
export type LineQuery = Static<typeof LineQuery>;

export const NewScans = strictObject(
  {
    codes: Type.Array(line(200), {
      minItems: 1,
      maxItems: 500,
      description: 'Asset tags, serial numbers or IMEIs, as scanned or typed',
    }),
  },
  { examples: [{ codes: ['LW-7K2M9Q'] }] },
);
export type NewScans = Static<typeof NewScans>;
export const ScanLine = Type.Object({
  line: Type.Integer({ description: 'Its place in the request, from 1' }),
  code: Type.String(),
  verdict: oneOf(scanVerdicts),
  text: Type.String({ description: 'The verdict in words, with what to do' }),
  device: nullable(Device),
  next,
});
export type ScanLine = Static<typeof ScanLine>;
export const ScansDone = Type.Object({ lines: Type.Array(ScanLine), counts: Counts });
export type ScansDone = Static<typeof ScansDone>;

export const StocktakeClosed = Type.Object({
  id: Type.String(),
  reference: Type.String(),
  status: Type.Literal('closed'),
  closedAt: Type.String(),
  counts: Counts,
});
export type StocktakeClosed = Static<typeof StocktakeClosed>;

export const ChosenDevices = strictObject(
  {
    deviceIds: Type.Array(id, { minItems: 1, maxItems: 200, uniqueItems: true }),
  },
  { examples: [{ deviceIds: ['0193594e-6c00-7a4b-9f0e-2f4b7a1c5d3e'] }] },
);
export type ChosenDevices = Static<typeof ChosenDevices>;

export const LossesDone = Type.Object({
  devices: Type.Array(
    Type.Object({
      id: Type.String(),
      assetTag: Type.String(),
      status: Type.Literal('lost'),
      releasedFrom: nullable(Type.String({ description: 'The referral that it was held for' })),
      suspendSim: Type.Boolean({ description: 'A task asks to suspend its SIM' }),
    }),
  ),
});
export type LossesDone = Static<typeof LossesDone>;

export const KeptHere = Type.Object({
  devices: Type.Array(Type.Object({ id: Type.String(), assetTag: Type.String() })),
});
export type KeptHere = Static<typeof KeptHere>;
