import Type, { type Static } from 'typebox';
import { incidentStatuses } from '../lending/incidents/incident.rules.ts';
import { loanStatuses } from '../lending/loans/loan.rules.ts';
import { PatientSummary } from '../people/patient.schemas.ts';
import { referralStatuses } from '../referrals/referral.rules.ts';
import { strictObject } from '../shared/http.ts';
import { line, nullable, oneOf } from '../shared/schemas.ts';
import { planStatuses } from '../stock/data-plans/data-plan.rules.ts';
import { deviceKinds, deviceStatuses } from '../stock/devices/device.rules.ts';
import { Unfit } from '../stock/devices/device.schemas.ts';
import { stocktakeStatuses } from '../stock/stocktakes/stocktake.rules.ts';
import { workKinds } from './work.rules.ts';

export const NewSearch = strictObject(
  {
    text: line(200, {
      description:
        'An asset tag, a label from before, a serial number or its beginning, an IMEI; the ICCID or number of a SIM; the reference of a loan, referral, incident, donation or stocktake; an NHS number, a phone number, or the beginning of a name. However it is spaced, and with or without the letters before its code',
    }),
  },
  { examples: [{ text: 'LW-7K2M9Q' }] },
);

export const Found = Type.Object(
  {
    devices: Type.Array(
      Type.Object({
        id: Type.String(),
        assetTag: Type.String(),
        kind: oneOf(deviceKinds),
        make: Type.String(),
        model: Type.String(),
        status: oneOf(deviceStatuses),
        unfit: Unfit,
      }),
    ),
    loans: Type.Array(
      Type.Object({
        id: Type.String(),
        reference: Type.String(),
        status: oneOf(loanStatuses),
        dueOn: nullable(Type.String()),
      }),
    ),
    referrals: Type.Array(
      Type.Object({ id: Type.String(), reference: Type.String(), status: oneOf(referralStatuses) }),
    ),
    incidents: Type.Array(
      Type.Object({ id: Type.String(), reference: Type.String(), status: oneOf(incidentStatuses) }),
    ),
    donations: Type.Array(
      Type.Object({ id: Type.String(), reference: Type.String(), receivedOn: Type.String() }),
    ),
    stocktakes: Type.Array(
      Type.Object({ id: Type.String(), reference: Type.String(), status: oneOf(stocktakeStatuses) }),
    ),
    dataPlans: Type.Array(
      Type.Object({
        id: Type.String(),
        iccid: Type.String(),
        network: Type.String(),
        status: oneOf(planStatuses),
      }),
    ),
    patients: Type.Array(PatientSummary),
    more: Type.Boolean({ description: 'True when a kind has more than the 10 that are given' }),
  },
  { description: 'What was found, by kind' },
);
export type Found = Static<typeof Found>;

export const Worklist = Type.Object({
  date: Type.String(),
  items: Type.Array(
    Type.Object({
      kind: oneOf(workKinds),
      count: Type.Integer(),
      oldest: nullable(Type.String({ description: 'The day since when the oldest of them waits' })),
    }),
  ),
});
