import Type, { type Static } from 'typebox';
import { PatientSummary } from '../../people/patient.schemas.ts';
import { strictObject } from '../../shared/http.ts';
import { orderedQuery, pageOf, sortQuery } from '../../shared/lists.ts';
import { line, nullable, oneOf, text, timelineEntry } from '../../shared/schemas.ts';
import { deviceKinds, deviceStatuses } from '../../stock/devices/device.rules.ts';
import { itemStatuses, loanStatuses } from '../loans/loan.rules.ts';
import {
  actionKinds,
  actionStatuses,
  incidentKinds,
  incidentStatuses,
  thingKinds,
} from './incident.rules.ts';

const id = Type.String({ format: 'uuid' });
const date = Type.String({ format: 'date' });

export const NewIncident = strictObject(
  {
    itemId: id,
    kind: oneOf(incidentKinds),
    reportedOn: date,
    happenedOn: Type.Optional(
      Type.String({ format: 'date', description: 'The day it happened; the day it was told when left out' }),
    ),
    account: Type.Optional(text(4000, { description: 'What was said, in the person’s own words' })),
    crimeReference: Type.Optional(line(100, { description: 'Always optional' })),
    handedIn: Type.Optional(Type.Boolean({ description: 'A damaged or faulty device that is in our hands' })),
  },
  {
    examples: [
      {
        itemId: '0193594e-6c00-7a4b-9f0e-2f4b7a1c5d3e',
        kind: 'stolen',
        reportedOn: '2026-11-23',
        happenedOn: '2026-11-21',
        account: 'It was taken from a bag on the bus.',
      },
    ],
  },
);
export type NewIncident = Static<typeof NewIncident>;

const Suggestion = Type.Object({ kind: oneOf(actionKinds), why: Type.String() });
const suggestedActions = Type.Array(Suggestion, {
  description: 'What to think of next, in order, without what was done; none of it happens by itself',
});

export const IncidentReported = Type.Object({
  id: Type.String(),
  reference: Type.String(),
  status: oneOf(incidentStatuses),
  item: Type.Object({ id: Type.String(), status: oneOf(itemStatuses) }),
  device: Type.Object({ id: Type.String(), assetTag: Type.String(), status: oneOf(deviceStatuses) }),
  loan: Type.Object({ id: Type.String(), status: oneOf(loanStatuses) }),
  suggestedActions,
});
export type IncidentReported = Static<typeof IncidentReported>;

export const NewAction = strictObject(
  {
    kind: oneOf(actionKinds),
    note: Type.Optional(text(2000)),
    patientData: Type.Optional(
      Type.Boolean({ description: 'Whether there was patient data on it; information governance asks' }),
    ),
    authorisedBy: Type.Optional(
      line(200, { description: 'Who authorised a write-off; the caller when left out' }),
    ),
    bookValue: Type.Optional(
      Type.Number({ minimum: 0, maximum: 99_999_999, description: 'Pounds, for the losses register only' }),
    ),
    crimeReference: Type.Optional(
      line(100, { description: 'Where the police gave one; only with told_police' }),
    ),
    confirmed: Type.Optional(Type.Boolean({ description: 'Done already, and not only asked for' })),
  },
  { examples: [{ kind: 'lost_mode', confirmed: true }] },
);
export type NewAction = Static<typeof NewAction>;

export const Action = Type.Object({
  id: Type.String(),
  kind: oneOf([...actionKinds, 'replaced', 'approved']),
  note: nullable(Type.String()),
  patientData: nullable(Type.Boolean()),
  authorisedBy: nullable(Type.String()),
  requestedAt: Type.String(),
  requestedBy: Type.String(),
  confirmedAt: nullable(Type.String({ description: 'Null while it is only asked for' })),
  confirmedBy: nullable(Type.String()),
  status: oneOf(actionStatuses, {
    description: 'What stands of it: a line that was taken back stays in the story, and counts for nothing',
  }),
  takenBackBy: nullable(Type.String()),
});
export type Action = Static<typeof Action>;

export const ActionRecorded = Type.Object({
  ...Action.properties,
  incident: Type.Object({ id: Type.String(), status: oneOf(incidentStatuses) }),
});
export type ActionRecorded = Static<typeof ActionRecorded>;

export const NotNeeded = strictObject(
  { kind: oneOf(thingKinds), note: Type.Optional(text(2000)) },
  { examples: [{ kind: 'told_police', note: 'They do not wish it.' }] },
);
export type NotNeeded = Static<typeof NotNeeded>;

export const NewApproval = strictObject(
  { reason: text(1000) },
  { examples: [{ reason: 'The hostel was burgled; none of it is in their hands.' }] },
);
export const IncidentState = Type.Object({ id: Type.String(), status: oneOf(incidentStatuses) });

export const NewReplacement = strictObject(
  {
    itemId: Type.String({ format: 'uuid', description: 'The item whose place is taken' }),
    assetTag: Type.Optional(line(20)),
    deviceId: Type.Optional(id),
    incidentId: Type.Optional(id),
    handedIn: Type.Optional(
      Type.Boolean({ description: 'The old device is in our hands; otherwise it is due back' }),
    ),
    approval: Type.Optional(
      strictObject({ reason: text(1000) }, { description: 'A manager’s own, above the scheme’s limit' }),
    ),
  },
  {
    examples: [
      {
        itemId: '0193594e-6c00-7a4b-9f0e-2f4b7a1c5d3e',
        assetTag: 'LW-7K2M9Q',
        incidentId: '0193594e-6c00-7a4b-9f0e-2f4b7a1c5d3f',
      },
    ],
  },
);
export type NewReplacement = Static<typeof NewReplacement>;

export const Earlier = Type.Object({
  id: Type.String(),
  reference: Type.String(),
  kind: oneOf(incidentKinds),
  reportedOn: Type.String(),
  status: oneOf(incidentStatuses),
});
export type EarlierIncident = Static<typeof Earlier>;

export const Replaced = Type.Object({
  loan: Type.Object({ id: Type.String(), status: oneOf(loanStatuses), dueOn: nullable(Type.String()) }),
  item: Type.Object({
    id: Type.String(),
    deviceId: Type.String(),
    assetTag: Type.String(),
    status: oneOf(itemStatuses),
    replacesItemId: Type.String(),
  }),
  replaced: Type.Object({
    itemId: Type.String(),
    deviceId: Type.String(),
    assetTag: Type.String(),
    status: oneOf(itemStatuses),
    deviceStatus: oneOf(deviceStatuses),
  }),
  dataPlan: oneOf(['moved', 'own', 'none'], {
    description: 'The plan went over to the new device, the new device has its own, or there is none on it',
  }),
  earlierIncidents: Type.Array(Earlier, {
    description: 'Of this person, the newest first, without this one',
  }),
  warnings: Type.Array(Type.String()),
});
export type Replaced = Static<typeof Replaced>;

export const IncidentSummary = Type.Object({
  id: Type.String(),
  reference: Type.String(),
  kind: oneOf(incidentKinds),
  status: oneOf(incidentStatuses),
  reportedOn: Type.String({ description: 'The day it was told' }),
  happenedOn: Type.String({ description: 'The day it happened, by which it counts' }),
  reportedAt: Type.String(),
  device: Type.Object({
    id: Type.String(),
    assetTag: Type.String(),
    kind: oneOf(deviceKinds),
    make: Type.String(),
    model: Type.String(),
    status: oneOf(deviceStatuses),
  }),
  loan: Type.Object({ id: Type.String(), reference: Type.String(), itemId: Type.String() }),
  patient: nullable(PatientSummary),
  location: nullable(Type.Object({ id: Type.String(), name: Type.String() })),
});
export type IncidentSummary = Static<typeof IncidentSummary>;

export const Incident = Type.Object({
  ...IncidentSummary.properties,
  account: nullable(Type.String()),
  crimeReference: nullable(Type.String()),
  handedIn: Type.Boolean(),
  closedAt: nullable(Type.String()),
  changedAt: Type.String(),
  item: Type.Object({ status: oneOf(itemStatuses) }),
  approval: nullable(Type.Object({ by: Type.String(), reason: Type.String() })),
  approvalAskedAt: nullable(Type.String()),
  takenBack: nullable(
    Type.Object(
      { at: Type.String(), by: Type.String(), reason: Type.String() },
      { description: 'Where it was recorded by mistake' },
    ),
  ),
  replacement: nullable(
    Type.Object({ itemId: Type.String(), deviceId: Type.String(), assetTag: Type.String() }),
  ),
  hasDataPlan: Type.Boolean({ description: 'A plan on the device that has not ended' }),
  actions: Type.Array(Action, { description: 'The story, in its order' }),
  suggestedActions,
  earlierIncidents: Type.Array(Earlier),
});
export type Incident = Static<typeof Incident>;

export const IncidentList = pageOf(IncidentSummary);
export const IncidentHistory = pageOf(timelineEntry);
export const IncidentQuery = Type.Object(
  {
    ...orderedQuery,
    ...sortQuery(['happened']),
    status: Type.Optional(oneOf(incidentStatuses)),
    kind: Type.Optional(oneOf(incidentKinds)),
  },
  { additionalProperties: false },
);
export type IncidentQuery = Static<typeof IncidentQuery>;
