import Type, { type Static } from 'typebox';
import { strictObject } from '../../shared/http.ts';
import { line, nullable, oneOf, text } from '../../shared/schemas.ts';
import { baselines, directions, mostItems, totals } from './instrument.rules.ts';

const name = line(120);
const direction = oneOf(directions, { description: 'Which totals are better' });
const licence = {
  licenceNeeded: Type.Boolean({ description: 'Its owner wants a licence from whoever uses it' }),
  licenceHeld: Type.Boolean({ description: 'Without one that is needed it cannot be used' }),
};
const licenceHolder = line(200, { description: 'By whom the licence is held' });
const licenceNote = text(1000, { description: 'Such as its number, until when, and how it is to be cited' });
const baseline = oneOf(baselines, {
  description: 'From when it is asked first; null: when somebody thinks it right',
});
const repeatWeeks = Type.Array(Type.Integer({ minimum: 1, maximum: 260 }), {
  maxItems: 12,
  uniqueItems: true,
  description: 'So many weeks after the handover it is asked again',
});
const total = oneOf(totals, { description: 'How the total is made of the items' });
const mayMiss = Type.Integer({
  minimum: 0,
  maximum: mostItems,
  description: 'With how many items unanswered there still is a total, by the mean of the others',
});
const answerNumber = Type.Integer({ minimum: -1000, maximum: 1000 });
const item = {
  wording: text(500, { description: 'As the scheme holds it; none is shipped' }),
  lowest: answerNumber,
  highest: answerNumber,
};
const labels = Type.Array(line(200), {
  maxItems: 101,
  description: 'One for each answer from the lowest up, or two for the ends, or none',
});
const reversed = Type.Boolean({ description: 'It counts the other way round' });
const items = Type.Array(
  strictObject({ ...item, labels: Type.Optional(labels), reversed: Type.Optional(reversed) }),
  { minItems: 1, maxItems: mostItems },
);

export const NewInstrument = strictObject(
  {
    name,
    direction,
    licenceNeeded: licence.licenceNeeded,
    licenceHeld: Type.Optional(licence.licenceHeld),
    licenceHolder: Type.Optional(licenceHolder),
    licenceNote: Type.Optional(licenceNote),
    baseline: Type.Optional(nullable(baseline)),
    repeatWeeks: Type.Optional(repeatWeeks),
    total,
    mayMiss: Type.Optional(mayMiss),
    items,
  },
  {
    examples: [
      {
        name: 'Being in touch',
        direction: 'higher',
        licenceNeeded: false,
        baseline: 'handover',
        repeatWeeks: [12],
        total: 'sum',
        items: [{ wording: 'How often were you in touch with someone?', lowest: 1, highest: 5 }],
      },
    ],
  },
);
export type NewInstrument = Static<typeof NewInstrument>;

export const InstrumentChange = strictObject(
  {
    name: Type.Optional(name),
    direction: Type.Optional(direction),
    licenceNeeded: Type.Optional(licence.licenceNeeded),
    licenceHeld: Type.Optional(licence.licenceHeld),
    licenceHolder: Type.Optional(nullable(licenceHolder)),
    licenceNote: Type.Optional(nullable(licenceNote)),
    baseline: Type.Optional(nullable(baseline)),
    repeatWeeks: Type.Optional(repeatWeeks),
    total: Type.Optional(total),
    mayMiss: Type.Optional(mayMiss),
    items: Type.Optional(
      Type.Array(items.items, {
        minItems: 1,
        maxItems: mostItems,
        description: 'Others are the next version, asked from then on; what was answered keeps its own',
      }),
    ),
    retired: Type.Optional(Type.Boolean({ description: 'It is no longer used' })),
  },
  { minProperties: 1, examples: [{ licenceHeld: true, licenceHolder: 'The trust' }] },
);
export type InstrumentChange = Static<typeof InstrumentChange>;

export const Item = Type.Object({ ...item, labels: Type.Array(Type.String()), reversed });
const version = { version: Type.Integer(), total, mayMiss, items: Type.Array(Item) };

export const Instrument = Type.Object({
  id: Type.String(),
  name: Type.String(),
  direction,
  ...licence,
  licenceHolder: nullable(Type.String()),
  licenceNote: nullable(Type.String()),
  baseline: nullable(baseline),
  repeatWeeks: Type.Array(Type.Integer()),
  retired: Type.Boolean(),
  versionId: Type.String(),
  ...version,
  asked: Type.Integer({ description: 'How often it was asked, in any version' }),
  changedAt: Type.String(),
});
export type Instrument = Static<typeof Instrument>;

export const InstrumentVersions = Type.Object({
  ...Instrument.properties,
  earlier: Type.Array(Type.Object({ ...version, createdAt: Type.String(), createdBy: Type.String() }), {
    description: 'Earlier versions, newest first',
  }),
});
export type InstrumentVersions = Static<typeof InstrumentVersions>;
export const InstrumentList = Type.Object({ items: Type.Array(Instrument) });
