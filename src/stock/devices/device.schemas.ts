import Type, { type Static } from 'typebox';
import { strictObject } from '../../shared/http.ts';
import { orderedQuery, pageOf, sortQuery } from '../../shared/lists.ts';
import { line, nullable, oneOf, text, timelineEntry } from '../../shared/schemas.ts';
import {
  destinations,
  electricalLevels,
  mediaTypes,
  sanitisationMethods,
  techniques,
  verifications,
} from './check.rules.ts';
import { checkKinds, conditions, deviceKinds, deviceStatuses } from './device.rules.ts';
import { unfitReasons } from './fitness.rules.ts';
import { disposalWays } from './stock.rules.ts';
import { DeviceUpdates } from './updates.schemas.ts';

export const Condition = oneOf(conditions, {
  description: 'A: like new, B: marks of use, C: worn but working',
});

const EarlierLabels = Type.Array(line(100), {
  maxItems: 10,
  description: 'Labels it had before, such as of another register; a scan of one finds it',
});

/** A device as a donation brings it in. */
export const NewDevice = strictObject({
  kind: oneOf(deviceKinds),
  make: line(100),
  model: line(100),
  serialNumber: Type.Optional(line(100)),
  imei: Type.Optional(line(40, { description: 'Its 15 digits, with spaces or without' })),
  condition: Type.Optional(Condition),
  earlierLabels: Type.Optional(EarlierLabels),
  notes: Type.Optional(text(2000)),
});
export type NewDevice = Static<typeof NewDevice>;

const date = Type.String({ format: 'date' });
const check = {
  result: oneOf(['pass', 'fail']),
  performedOn: date,
  performedBy: Type.Optional(line(200, { description: 'Who did it; the caller when left out' })),
  notes: Type.Optional(text(2000)),
};
const Sanitisation = strictObject({
  kind: Type.Literal('sanitisation'),
  ...check,
  evidence: strictObject(
    {
      method: oneOf(sanitisationMethods, { description: 'As NIST SP 800-88 names them' }),
      technique: Type.Optional(oneOf(techniques, { description: 'By what means it was done' })),
      tool: line(200),
      toolVersion: Type.Optional(line(100)),
      verifiedBy: line(200, { description: 'Someone other than who performed it' }),
      verification: Type.Optional(oneOf(verifications, { description: 'How much of it was looked at' })),
      verifiedOn: Type.Optional(date),
      verifierTitle: Type.Optional(line(200)),
      verifierLocation: Type.Optional(line(200)),
      performerTitle: Type.Optional(line(200)),
      performerLocation: Type.Optional(line(200)),
      mediaType: Type.Optional(oneOf(mediaTypes)),
      mediaSource: Type.Optional(line(200, { description: 'Whose or which computer’s the storage was' })),
      destination: Type.Optional(oneOf(destinations, { description: 'Where the device goes next' })),
      sdCardRemoved: Type.Boolean({ description: 'True when there is no card left in it' }),
      standardVersion: Type.Optional(line(100)),
      accountLockRemoved: Type.Optional(
        Type.Boolean({ description: 'The donor’s account no longer locks the device' }),
      ),
    },
    { description: 'The fields of a NIST SP 800-88 certificate' },
  ),
});
const Electrical = strictObject({
  kind: Type.Literal('electrical'),
  ...check,
  evidence: strictObject({
    level: oneOf(electricalLevels, { description: 'The levels of the HSE' }),
    nextDue: Type.Optional(
      Type.String({ format: 'date', description: 'The day on which a pass runs out, after today' }),
    ),
  }),
});
const Setup = strictObject({ kind: Type.Literal('setup'), ...check, evidence: strictObject({}) });

const Updates = strictObject({
  kind: Type.Literal('updates'),
  ...check,
  evidence: strictObject(
    {
      systemVersion: Type.Optional(line(50, { description: 'Of its operating system, such as Android 14' })),
      updatesEndOn: Type.Optional(
        Type.String({
          format: 'date',
          description:
            'The first day without security updates, where the device or its maker says so; it goes before what is known of its model',
        }),
      ),
    },
    { description: 'Of a fail without a day they have ended when it was done' },
  ),
});

export type NewCheck =
  | Static<typeof Sanitisation>
  | Static<typeof Electrical>
  | Static<typeof Setup>
  | Static<typeof Updates>;
/** One of four forms, chosen by `kind`, so that a fault is told of the form that was meant. */
export const NewCheck = Type.Unsafe<NewCheck>({
  type: 'object',
  required: ['kind'],
  discriminator: { propertyName: 'kind' },
  oneOf: [Sanitisation, Electrical, Setup, Updates],
  examples: [
    {
      kind: 'sanitisation',
      result: 'pass',
      performedOn: '2026-11-23',
      performedBy: 'Ana Lima',
      evidence: { method: 'clear', tool: 'Factory reset', verifiedBy: 'Bo Chen', sdCardRemoved: true },
    },
  ],
});

const status = oneOf(deviceStatuses);
const openChecks = Type.Array(oneOf(checkKinds), {
  description: 'The checks still to pass before it is ready',
});

export const CheckRecorded = Type.Object({
  id: Type.String(),
  kind: oneOf(checkKinds),
  result: oneOf(['pass', 'fail']),
  device: Type.Object({ id: Type.String(), status, openChecks }),
});

export const Reopening = strictObject(
  { reason: text(500) },
  { examples: [{ reason: 'Left in the window: battery to be checked' }] },
);
export const DeviceState = Type.Object({ id: Type.String(), status, openChecks });

export const Unfit = Type.Array(
  Type.Object({
    reason: oneOf(unfitReasons),
    since: nullable(Type.String({ description: 'Civil date' })),
  }),
  { description: 'What keeps a ready or held device from being offered as it is; empty when nothing does' },
);

export const DeviceSummary = Type.Object({
  id: Type.String(),
  assetTag: Type.String(),
  kind: oneOf(deviceKinds),
  make: Type.String(),
  model: Type.String(),
  serialNumber: nullable(Type.String()),
  condition: nullable(Condition),
  status,
  openChecks,
  unfit: Unfit,
  updatesEndOn: nullable(
    Type.String({
      description:
        'The first civil day without security updates, as known of it or else of its model; null where nobody knows, or it has no operating system',
    }),
  ),
  changedAt: Type.String(),
});
export type DeviceSummary = Static<typeof DeviceSummary>;

const TakenBackCheck = Type.Object({
  id: Type.String(),
  kind: oneOf(checkKinds),
  result: oneOf(['pass', 'fail']),
  performedOn: Type.String(),
  takenBackAt: Type.String(),
  takenBackBy: Type.String({ description: 'Who of the staff' }),
  reason: Type.String(),
});

export const Device = Type.Object({
  ...DeviceSummary.properties,
  imei: nullable(Type.String()),
  earlierLabels: Type.Array(Type.String()),
  notes: nullable(Type.String()),
  cycle: Type.Integer({
    description: 'Rises with each intake, return or reopening; checks count for one cycle',
  }),
  cycleStartedOn: Type.String(),
  missedOn: nullable(
    Type.String({ description: 'The day of the stocktake that missed it, while it was not seen since' }),
  ),
  donation: Type.Object({
    id: Type.String(),
    reference: Type.String(),
    donor: Type.String(),
    receivedOn: Type.String(),
  }),
  location: nullable(Type.Object({ id: Type.String(), name: Type.String() })),
  loan: nullable(Type.Object({ id: Type.String(), reference: Type.String(), itemId: Type.String() })),
  dataPlan: nullable(
    Type.Object({
      id: Type.String(),
      network: Type.String(),
      iccid: Type.String(),
      gbPerMonth: nullable(Type.Integer()),
      expiresOn: nullable(Type.String()),
      status: Type.String(),
    }),
  ),
  updates: nullable(DeviceUpdates),
  repair: nullable(
    Type.Object(
      {
        id: Type.String(),
        fault: Type.String(),
        sentOn: Type.String(),
        expectedBackOn: nullable(Type.String()),
      },
      {
        description:
          'The one under way; of a device handed in faulty there is none until it is sent somewhere',
      },
    ),
  ),
  disposal: nullable(
    Type.Object({
      id: Type.String(),
      way: oneOf(disposalWays),
      disposedOn: Type.String(),
      organisation: nullable(Type.String()),
      transferNote: nullable(Type.String()),
      destructionCertificate: nullable(Type.String()),
      authorisedBy: nullable(Type.String()),
      notes: nullable(Type.String()),
    }),
  ),
  checks: Type.Array(
    Type.Object({
      id: Type.String(),
      kind: oneOf(checkKinds),
      result: oneOf(['pass', 'fail']),
      performedOn: Type.String(),
      performedBy: Type.String(),
      evidence: Type.Unsafe<Record<string, unknown>>({ type: 'object', additionalProperties: true }),
      notes: nullable(Type.String()),
      nextDue: nullable(Type.String({ description: 'The day on which a pass runs out' })),
      expiredAt: nullable(Type.String({ description: 'When it was found to have run out' })),
    }),
    { description: 'Of this cycle, newest first' },
  ),
  takenBackChecks: Type.Array(TakenBackCheck, {
    description: 'Recorded by mistake and taken back, of any cycle: none of them is a check of the device',
  }),
});
export type Device = Static<typeof Device>;

export const DeviceList = pageOf(DeviceSummary);
export const DeviceHistory = pageOf(timelineEntry);
export const DeviceQuery = Type.Object(
  {
    ...orderedQuery,
    ...sortQuery(['tag']),
    status: Type.Optional(status),
    kind: Type.Optional(oneOf(deviceKinds)),
    fit: Type.Optional(
      Type.Boolean({
        description:
          'true: ready ones that may be offered now; false: ready ones that something keeps from it',
      }),
    ),
    updatesEndWithin: Type.Optional(
      Type.Integer({
        minimum: 0,
        maximum: 120,
        description: 'Months within which their security updates end, or have ended',
      }),
    ),
  },
  { additionalProperties: false },
);
export type DeviceQuery = Static<typeof DeviceQuery>;
