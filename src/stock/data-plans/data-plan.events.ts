import Type from 'typebox';
import { defineEvents } from '../../shared/event-definitions.ts';
import { assetTag, assetTags, count, day, schemeWord } from '../../shared/event-values.ts';
import { count as counted, date } from '../../shared/formats.ts';
import { nullable, oneOf } from '../../shared/schemas.ts';
import { called, nowIs, several } from '../../shared/sentences.ts';
import { planStatuses } from './data-plan.rules.ts';

const status = oneOf(planStatuses);

const partWords = {
  iccid: 'SIM number',
  msisdn: 'phone number',
  network: 'network',
  gbPerMonth: 'allowance',
  durationMonths: 'months',
  activatedOn: 'day of activation',
  expiresOn: 'day on which its data ends',
  endedOn: 'day on which it ended',
};
const part = Type.Object(
  {
    network: Type.Optional(schemeWord),
    gbPerMonth: Type.Optional(nullable(count)),
    durationMonths: Type.Optional(count),
    activatedOn: Type.Optional(nullable(day)),
    expiresOn: Type.Optional(nullable(day)),
    endedOn: Type.Optional(nullable(day)),
  },
  { additionalProperties: false },
);

/** What happens to SIMs and the data on them. */
export const dataPlanEvents = defineEvents({
  'data_plan.recorded': {
    values: { network: schemeWord, expiresOn: nullable(day) },
    line: (v) => `SIM recorded${called(v.network)}. It lies in the drawer`,
  },
  'data_plan.fitted': {
    values: { network: schemeWord, expiresOn: nullable(day), assetTag: Type.Optional(assetTag) },
    line: (v) =>
      `SIM fitted${v.assetTag ? ` to ${v.assetTag}` : ''}${called(v.network)}${v.expiresOn ? `, its data ends on ${date(v.expiresOn)}` : ''}`,
  },
  'data_plan.moved': {
    values: { network: schemeWord, expiresOn: nullable(day), assetTags },
    line: ({ assetTags: tags }) => `SIM moved${tags?.length === 2 ? ` from ${tags[0]} to ${tags[1]}` : ''}`,
  },
  'data_plan.removed': {
    values: { assetTag },
    line: (v) => `SIM taken out${v.assetTag ? ` of ${v.assetTag}` : ''}. It lies in the drawer`,
  },
  'data_plan.activated': {
    values: { from: status, to: status, activatedOn: day, expiresOn: nullable(day) },
    line: (v) =>
      `SIM activated${v.activatedOn ? ` on ${date(v.activatedOn)}` : ''}${v.expiresOn ? `: its data ends on ${date(v.expiresOn)}` : ''}`,
  },
  'data_plan.renewed': {
    values: { durationMonths: count, expiresOn: nullable(day) },
    line: (v) =>
      `Data plan renewed${v.durationMonths ? ` for ${counted(v.durationMonths, 'month')}` : ''}${v.expiresOn ? `: it ends on ${date(v.expiresOn)}` : ''}`,
  },
  'data_plan.corrected': {
    values: {
      changed: Type.Array(oneOf(Object.keys(partWords) as (keyof typeof partWords)[])),
      before: part,
      after: part,
      from: Type.Optional(status),
      to: Type.Optional(status),
    },
    line: (v) =>
      `Details corrected${v.changed?.length ? `: ${several(v.changed.map((name) => partWords[name]))}` : ''}${v.after?.expiresOn ? `. Its data ends on ${date(v.after.expiresOn)}` : ''}${nowIs('It', v.to)}`,
  },
  'data_plan.suspended': { values: { from: status, to: status }, line: () => 'SIM suspended' },
  'data_plan.resumed': { values: { from: status, to: status }, line: () => 'SIM in use again' },
  'data_plan.ended': { values: { from: status, to: status }, line: () => 'Data plan ended' },
});
