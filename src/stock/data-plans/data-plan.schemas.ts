import Type, { type Static } from 'typebox';
import { strictObject } from '../../shared/http.ts';
import { orderedQuery, pageOf, sortQuery } from '../../shared/lists.ts';
import { invalid } from '../../shared/problem.ts';
import { faultOf } from '../../shared/reading.ts';
import { line, nullable, oneOf, text, timelineEntry } from '../../shared/schemas.ts';
import { deviceKinds, deviceStatuses } from '../devices/device.rules.ts';
import { planStatuses, readIccidOf } from './data-plan.rules.ts';

const date = (description: string) => Type.String({ format: 'date', description });
const months = Type.Integer({ minimum: 1, maximum: 60 });

export const NewDataPlan = strictObject(
  {
    offerId: Type.Optional(
      Type.String({
        format: 'uuid',
        description:
          'What the network gives, of GET /data-offers; instead of network, gbPerMonth and durationMonths',
      }),
    ),
    network: Type.Optional(line(100, { description: 'Needed without an offer' })),
    iccid: line(40, { description: 'The 18 to 20 digits printed on the SIM, with spaces or without' }),
    msisdn: Type.Optional(line(50, { description: 'The number of the SIM' })),
    gbPerMonth: Type.Optional(
      nullable(
        Type.Integer({ minimum: 1, maximum: 1000, description: 'Null for no cap. Needed without an offer' }),
      ),
    ),
    durationMonths: Type.Optional(
      Type.Integer({ minimum: 1, maximum: 60, description: 'Needed without an offer' }),
    ),
    activatedOn: Type.Optional(date('Starts the clock; left out while the SIM is unused')),
  },
  {
    examples: [
      {
        network: 'O2',
        iccid: '8944116059799981699',
        gbPerMonth: 25,
        durationMonths: 12,
        activatedOn: '2026-11-23',
      },
    ],
  },
);
export type NewDataPlan = Static<typeof NewDataPlan>;

/** As the pages send it: an offer or `other`, and an empty allowance means no cap. */
export const DataPlanForm = strictObject({
  ...NewDataPlan.properties,
  offerId: Type.Optional(
    Type.String({ pattern: '^(other|[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12})$' }),
  ),
  gbPerMonth: nullable(Type.Integer({ minimum: 1, maximum: 1000 })),
});

/**
 * What a form asks to be recorded: the offer chosen, or else what was typed of network, allowance and months.
 * @throws Problem `invalid`
 */
export function planOfForm(form: Static<typeof DataPlanForm>): NewDataPlan {
  const { offerId, network, gbPerMonth, durationMonths, ...sim } = form;
  const wrong = faultOf(readIccidOf(sim.iccid));
  if (!offerId && !network)
    throw invalid(
      { pointer: '/offerId', message: 'Choose what the SIM gives.' },
      ...(wrong ? [{ pointer: '/iccid', message: wrong }] : []),
    );
  return offerId && offerId !== 'other'
    ? { ...sim, offerId }
    : {
        ...sim,
        gbPerMonth,
        ...(network !== undefined && { network }),
        ...(durationMonths !== undefined && { durationMonths }),
      };
}

const warnings = Type.Array(Type.String(), {
  description: 'What to check; the plan is recorded all the same',
});
export const DataPlanFitted = Type.Object({
  id: Type.String(),
  expiresOn: nullable(Type.String()),
  warnings,
});
export type DataPlanFitted = Static<typeof DataPlanFitted>;

export const NewFitting = strictObject(
  {
    assetTag: Type.Optional(line(20)),
    deviceId: Type.Optional(Type.String({ format: 'uuid' })),
  },
  { examples: [{ assetTag: 'LW-7K2M9Q' }] },
);
export type NewFitting = Static<typeof NewFitting>;

export const NewRemoval = strictObject(
  { reason: Type.Optional(text(500)) },
  { examples: [{ reason: 'The dongle has a broken tray' }] },
);
export type NewRemoval = Static<typeof NewRemoval>;

export const NewActivation = strictObject(
  { activatedOn: date('The day on which the SIM was activated; the months count from it') },
  { examples: [{ activatedOn: '2026-11-23' }] },
);
export type NewActivation = Static<typeof NewActivation>;

export const NewRenewal = strictObject(
  {
    months,
    from: Type.Optional(
      date('The day it counts from; when left out, the day the plan ends, or today when it ran out'),
    ),
  },
  { examples: [{ months: 6 }] },
);
export type NewRenewal = Static<typeof NewRenewal>;

export const NewSuspension = strictObject(
  { reason: text(500) },
  { examples: [{ reason: 'The dongle was left on a bus' }] },
);
export type NewSuspension = Static<typeof NewSuspension>;

export const NewEnding = strictObject(
  { endedOn: Type.Optional(date('Today when left out')), reason: text(500) },
  { examples: [{ reason: 'The network closed the account' }] },
);
export type NewEnding = Static<typeof NewEnding>;

const status = oneOf(planStatuses, { description: 'not_started until the SIM is activated' });
const device = nullable(
  Type.Object(
    {
      id: Type.String(),
      assetTag: Type.String(),
      kind: oneOf(deviceKinds),
      status: oneOf(deviceStatuses),
    },
    { description: 'What it is fitted to, or was in when it ended; null while the SIM lies in the drawer' },
  ),
);

/** How a plan stands after something was done with it. */
export const DataPlanState = Type.Object({
  id: Type.String(),
  status,
  device: nullable(Type.Object({ id: Type.String(), assetTag: Type.String() })),
  activatedOn: nullable(Type.String()),
  expiresOn: nullable(Type.String({ description: 'The first day without data' })),
  endedOn: nullable(Type.String()),
  numberStopped: Type.Boolean({
    description:
      'True when the SIM’s number reached a patient and does so no longer; a task asks for another way',
  }),
  warnings,
});
export type DataPlanState = Static<typeof DataPlanState>;

export const DataPlanSummary = Type.Object({
  id: Type.String(),
  status,
  network: Type.String(),
  iccid: Type.String(),
  gbPerMonth: nullable(Type.Integer()),
  durationMonths: Type.Integer(),
  activatedOn: nullable(Type.String()),
  expiresOn: nullable(Type.String({ description: 'The first day without data' })),
  ranOut: Type.Boolean({ description: 'True from the day it expires, until it is renewed or ended' }),
  device,
  loan: nullable(
    Type.Object(
      { id: Type.String(), reference: Type.String(), dueOn: nullable(Type.String()) },
      { description: 'The open loan that the device is on' },
    ),
  ),
});
export type DataPlanSummary = Static<typeof DataPlanSummary>;

export const DataPlan = Type.Object({
  ...DataPlanSummary.properties,
  msisdn: nullable(Type.String()),
  offer: nullable(Type.Object({ id: Type.String(), source: nullable(Type.String()) })),
  suspendedAt: nullable(Type.String()),
  suspendedReason: nullable(Type.String()),
  removedReason: nullable(Type.String({ description: 'Why it was last taken out of a device' })),
  endedOn: nullable(Type.String()),
  endedReason: nullable(Type.String()),
  createdAt: Type.String(),
  changedAt: Type.String(),
});
export type DataPlan = Static<typeof DataPlan>;

export const DataPlanList = pageOf(DataPlanSummary);
export const DataPlanHistory = pageOf(timelineEntry);
export const DataPlanQuery = Type.Object(
  {
    ...orderedQuery,
    ...sortQuery(['ends']),
    status: Type.Optional(oneOf(planStatuses)),
    network: Type.Optional(line(100)),
    ending: Type.Optional(
      oneOf(['soon'], {
        description: 'On a device on loan, and over within 14 days or already: the earliest first',
      }),
    ),
    unfitted: Type.Optional(
      Type.Boolean({ description: 'True for SIMs in the drawer, false for those in a device' }),
    ),
  },
  { additionalProperties: false },
);
export type DataPlanQuery = Static<typeof DataPlanQuery>;
