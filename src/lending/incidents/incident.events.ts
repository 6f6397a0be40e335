import Type from 'typebox';
import { defineEvents } from '../../shared/event-definitions.ts';
import { assetTag, day, flag, id, reference } from '../../shared/event-values.ts';
import { date } from '../../shared/formats.ts';
import { oneOf } from '../../shared/schemas.ts';
import { nowIs } from '../../shared/sentences.ts';
import { deviceStatuses } from '../../stock/devices/device.rules.ts';
import { actionKinds, actionWords, incidentKinds, incidentWords, lineWords } from './incident.rules.ts';
import type { Action } from './incident.schemas.ts';

const status = oneOf(deviceStatuses);

/** What happens to devices that people have, and what is done about it. */
export const incidentEvents = defineEvents({
  'incident.reported': {
    values: {
      reference,
      incidentKind: oneOf(incidentKinds),
      reportedOn: day,
      happenedOn: Type.Optional(day),
      handedIn: flag,
      assetTag,
      status,
    },
    line: (v) => {
      const what = (v.incidentKind && incidentWords[v.incidentKind]) ?? 'Incident';
      const told = v.reportedOn ? `, told on ${date(v.reportedOn)}` : '';
      const when = v.happenedOn && v.happenedOn !== v.reportedOn ? ` on ${date(v.happenedOn)}` : '';
      return `${what}: ${v.assetTag ?? 'a device'}${when}${told}${v.handedIn ? ', and handed in' : ''}${nowIs('The device', v.status)}`;
    },
  },
  'incident.corrected': {
    values: {
      from: Type.Optional(oneOf(incidentKinds)),
      to: Type.Optional(oneOf(incidentKinds)),
      reportedOn: Type.Optional(day),
      happenedOn: Type.Optional(day),
      handedIn: Type.Optional(flag),
    },
    line: (v) =>
      [
        'What was written down of the incident was put right',
        ...(v.from && v.to ? [`${incidentWords[v.to]}, and not ${incidentWords[v.from].toLowerCase()}`] : []),
        ...(v.reportedOn ? [`told on ${date(v.reportedOn)}`] : []),
        ...(v.happenedOn ? [`it happened on ${date(v.happenedOn)}`] : []),
        ...(v.handedIn === undefined ? [] : [v.handedIn ? 'handed in' : 'not handed in']),
      ].join('; '),
  },
  'incident.taken_back': {
    values: { reference, incidentKind: oneOf(incidentKinds), assetTag, status },
    line: (v) =>
      `${(v.incidentKind && incidentWords[v.incidentKind]) ?? 'The report'} was a mistake: ${v.assetTag ?? 'the device'}${nowIs('The device', v.status)}`,
  },
  'incident.action': {
    values: {
      kind: oneOf([...actionKinds, 'replaced', 'approved']),
      status: oneOf(['requested', 'done', 'not_needed', 'taken_back']),
      patientData: Type.Optional(flag),
    },
    line: (v) => {
      const what = (v.kind && said(v.kind, v.status)) ?? 'Something was done';
      if (v.patientData === undefined) return what;
      return `${what}. There was ${v.patientData ? '' : 'no '}patient data on it`;
    },
  },
  'incident.replacement_approved': {
    values: {},
    line: () => 'A manager approved a replacement above the scheme’s limit',
  },
  'loan.item_replaced': {
    values: {
      replaces: assetTag,
      assetTag,
      itemIds: Type.Array(id),
      from: status,
      to: status,
      incidentKind: Type.Optional(oneOf(incidentKinds)),
    },
    line: (v) =>
      `${v.replaces ?? 'A device'} was replaced by ${v.assetTag ?? 'another'}${nowIs('The old one', v.to)}`,
  },
});

/** What was asked for, done, not needed or a slip; nothing for a kind that there is no more. */
function said(kind: Action['kind'], status: Exclude<Action['status'], 'asked'> | 'requested' = 'done') {
  return actionWords[kind] && lineWords(kind, status === 'requested' ? 'asked' : status);
}
