import Type, { type Static } from 'typebox';
import { strictObject } from '../../shared/http.ts';
import { oneOf } from '../../shared/schemas.ts';
import { checkKinds, checksFor, type DeviceKind, deviceKinds } from './device.rules.ts';
import { DeviceState, NewCheck } from './device.schemas.ts';

const checks = (kind: DeviceKind) =>
  Type.Array(oneOf(checksFor(kind)), {
    minItems: 1,
    uniqueItems: true,
    description: 'At least one, in any order',
  });
const ofEveryKind = Object.fromEntries(deviceKinds.map((kind) => [kind, checks(kind)])) as Record<
  DeviceKind,
  ReturnType<typeof checks>
>;

export const RequiredChecks = Type.Object({ checks: Type.Object(ofEveryKind) });
/** All kinds at once, as the page sends them: a kind of which nothing is ticked is a fault. */
export const RequiredChecksForm = strictObject({ checks: strictObject(ofEveryKind) });

export const RequiredChecksChange = strictObject(
  { checks: Type.Partial(Type.Object(ofEveryKind), { additionalProperties: false }) },
  { examples: [{ checks: { sim: ['setup'], router: ['electrical', 'setup'] } }] },
);
export type RequiredChecksChange = Static<typeof RequiredChecksChange>;

export const RequiredChecksChanged = Type.Object({
  ...RequiredChecks.properties,
  sentBack: Type.Integer({ description: 'Ready devices that are being prepared again' }),
  madeReady: Type.Integer({ description: 'Devices in preparation that became ready' }),
  held: Type.Integer({ description: 'Reserved devices with a check to do before they go out' }),
});
export type RequiredChecksChanged = Static<typeof RequiredChecksChanged>;

const assetTag = Type.String({ maxLength: 100 });
export const NewCheckBatch = strictObject(
  {
    devices: Type.Array(
      strictObject({
        assetTag: Type.Optional(assetTag),
        deviceId: Type.Optional(Type.String({ format: 'uuid' })),
        checks: Type.Array(NewCheck, { minItems: 1, maxItems: checkKinds.length }),
      }),
      { minItems: 1, maxItems: 200, description: 'Each by its asset tag or its id' },
    ),
  },
  {
    examples: [
      {
        devices: [
          {
            assetTag: 'LW-7K2M9Q',
            checks: [
              {
                kind: 'electrical',
                result: 'pass',
                performedOn: '2026-11-23',
                evidence: { level: 'visual', nextDue: '2027-11-23' },
              },
              { kind: 'setup', result: 'pass', performedOn: '2026-11-23', evidence: {} },
            ],
          },
        ],
      },
    ],
  },
);
export type NewCheckBatch = Static<typeof NewCheckBatch>;

export const CheckBatchRecorded = Type.Object({
  devices: Type.Array(
    Type.Object({
      ...DeviceState.properties,
      assetTag: Type.String(),
      checks: Type.Array(
        Type.Object({ id: Type.String(), kind: oneOf(checkKinds), result: oneOf(['pass', 'fail']) }),
      ),
    }),
    { description: 'In the order they were sent, each as it stands after its checks' },
  ),
});
