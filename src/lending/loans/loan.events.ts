import Type from 'typebox';
import { defineEvents } from '../../shared/event-definitions.ts';
import { assetTag, assetTags, count, day, id, reference, schemeWord } from '../../shared/event-values.ts';
import { date } from '../../shared/formats.ts';
import { nullable, oneOf } from '../../shared/schemas.ts';
import { inside, several } from '../../shared/sentences.ts';
import { acceptances, handoverWays, loanStatuses, recordedAcceptances } from './loan.rules.ts';
import { mistakes, mistakeWords } from './taking-back.rules.ts';

const accessories = Type.Array(schemeWord);
const ids = Type.Array(id);
const status = oneOf(loanStatuses);

const lent: Record<string, string> = {
  in_person: 'handed over in person',
  posted: 'posted',
  collected: 'collected',
};
const accepted: Record<string, string> = {
  signature: 'with a signature',
  witnessed: 'before a witness',
  verbal: 'verbally',
};

/** How loans begin, and how what is lent comes back or does not. */
export const loanEvents = defineEvents({
  'loan.issued': {
    values: {
      reference,
      assetTags,
      dueOn: nullable(day),
      reviewOn: Type.Optional(day),
      handoverWay: oneOf(handoverWays),
      handoverOn: day,
      acceptedBy: oneOf(acceptances),
      agreementVersion: count,
      accessory: Type.Optional(accessories),
      kit: Type.Optional(schemeWord),
    },
    line: (v) => {
      const things = [...(v.assetTags ?? []), ...(v.accessory ?? [])];
      const what = things.length ? ` with ${several(things)}` : '';
      const handover = v.handoverWay
        ? `, ${lent[v.handoverWay] ?? inside(v.handoverWay)} on ${date(v.handoverOn)}`
        : '';
      const agreed = v.acceptedBy
        ? `. Agreement${v.agreementVersion ? ` version ${v.agreementVersion}` : ''} accepted ${accepted[v.acceptedBy] ?? inside(v.acceptedBy)}`
        : '';
      return `Loan issued${what}${handover}${due(v.dueOn)}${agreed}`;
    },
  },
  'loan.taken_over': {
    values: { reference, assetTags, handoverOn: day, dueOn: nullable(day) },
    line: (v) =>
      `Taken over from before${v.assetTags ? ` with ${several(v.assetTags)}` : ''}, out since ${date(v.handoverOn)}${due(v.dueOn)}`,
  },
  'loan.returned': {
    values: {
      status,
      assetTags: Type.Optional(assetTags),
      itemIds: Type.Optional(ids),
      accessory: Type.Optional(accessories),
      on: Type.Optional(day),
    },
    line: (v) => {
      const left =
        v.status === 'closed' ? '. Everything is back and the loan is closed' : '. The rest is still out';
      return `${several([...(v.assetTags ?? []), ...(v.accessory ?? [])]) || 'Items'} came back${onDay(v.on)}${left}`;
    },
  },
  'loan.return_taken_back': {
    values: { status, assetTags, itemIds: ids, on: day, accessory: Type.Optional(accessories) },
    line: (v) =>
      `${several([...(v.assetTags ?? []), ...(v.accessory ?? [])]) || 'An item'} did not come back${onDay(v.on)}: that return was a mistake. It is out as before`,
  },
  'loan.reason_given': {
    values: { assetTags },
    line: (v) => `It was said why ${several(v.assetTags) || 'it'} came back`,
  },
  'loan.reason_corrected': {
    values: { assetTag },
    line: (v) => `Why ${v.assetTag ?? 'it'} came back was put right`,
  },
  'loan.gifted': {
    values: { status, assetTags, itemIds: ids },
    line: (v) => `${several(v.assetTags) || 'The items'} given to keep, as a gift. The loan is closed`,
  },
  'loan.issue_taken_back': {
    values: {
      reference,
      mistake: oneOf(mistakes),
      assetTags,
      accessory: Type.Optional(accessories),
    },
    line: (v) =>
      `Taken back as recorded by mistake${v.assetTags ? ` with ${several([...v.assetTags, ...(v.accessory ?? [])])}` : ''}${v.mistake ? `: ${mistakeWords[v.mistake].toLowerCase()}` : ''}`,
  },
  'loan.corrected': {
    values: {
      handoverWay: Type.Optional(oneOf(handoverWays)),
      handoverWas: Type.Optional(day),
      handoverOn: Type.Optional(day),
      dueWas: Type.Optional(nullable(day)),
      dueOn: Type.Optional(nullable(day)),
      terms: Type.Optional(schemeWord),
      acceptedBy: Type.Optional(oneOf(recordedAcceptances)),
    },
    line: (v) =>
      [
        'What was written down of the loan was put right',
        ...(v.handoverWay ? [lent[v.handoverWay] ?? inside(v.handoverWay)] : []),
        ...(v.handoverOn ? [`it went out on ${date(v.handoverOn)}, and not on ${date(v.handoverWas)}`] : []),
        ...(v.dueOn === undefined
          ? []
          : [`${dueWords(v.dueOn)}, and not ${v.dueWas ? date(v.dueWas) : 'without a date'}`]),
        ...(v.terms ? [`terms ${v.terms}`] : []),
        ...(v.acceptedBy ? [`agreement accepted ${accepted[v.acceptedBy] ?? inside(v.acceptedBy)}`] : []),
      ].join('; '),
  },
  'loan.device_swapped': {
    values: { reference, replaces: assetTag, assetTag },
    line: (v) =>
      `Put right: ${v.assetTag ?? 'another device'} went out, and not ${v.replaces ?? 'the one that was written down'}`,
  },
  'loan.accessories_written_off': {
    values: { status, accessory: accessories, on: Type.Optional(day) },
    line: (v) =>
      `${several(v.accessory) || 'Accessories'} will not come back${v.status === 'closed' ? '. The loan is closed' : ''}`,
  },
});

/** The day it happened, where that is not the day of the line. */
const onDay = (on: string | undefined) => (on ? ` on ${date(on)}` : '');

const dueWords = (dueOn: string | null) => (dueOn ? `due back on ${date(dueOn)}` : 'it stays open');

function due(dueOn: string | null | undefined): string {
  return dueOn ? `, due back on ${date(dueOn)}` : ', with no date to come back';
}
