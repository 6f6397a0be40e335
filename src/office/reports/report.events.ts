import Type from 'typebox';
import { defineEvents } from '../../shared/event-definitions.ts';
import { day, flag } from '../../shared/event-values.ts';
import { date } from '../../shared/formats.ts';
import { oneOf } from '../../shared/schemas.ts';
import { inside } from '../../shared/sentences.ts';
import { reportNames } from './report.rules.ts';

const year = { from: Type.Optional(day), to: Type.Optional(day) };
const ofYear = ({ from, to }: { from?: string | undefined; to?: string | undefined }) =>
  from && to ? `, ${date(from)} to ${date(to)}` : '';

/** Who took figures out of the scheme. */
export const reportEvents = defineEvents({
  'report.exported': {
    values: { report: oneOf(reportNames), suppressed: flag },
    line: (v) =>
      `Took a file of ${v.report ? `the report “${inside(v.report)}”` : 'a report'}${v.suppressed ? ', with small numbers hidden' : ''}`,
  },
  'paper.made': {
    values: year,
    line: (v) => `Made the paper for whoever pays${ofYear(v)}`,
  },
  'paper.taken': {
    values: year,
    line: (v) => `Took a file of the paper for whoever pays${ofYear(v)}`,
  },
});
