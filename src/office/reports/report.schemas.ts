import Type, { type Static } from 'typebox';
import { nullable, oneOf } from '../../shared/schemas.ts';

const day = (description: string) => Type.Optional(Type.String({ format: 'date', description }));
const narrowed = (description: string) => Type.Optional(Type.String({ format: 'uuid', description }));

export const ReportQuery = Type.Object(
  {
    from: day('The first day; the first of the month eleven months before the last day when left out'),
    to: day('The last day; today when left out'),
    clinicId: narrowed('Only what is of this clinic’s referrals, where the report may be narrowed so'),
    donorId: narrowed('Only what is of this donor’s devices, where the report may be narrowed so'),
    suppressed: Type.Optional(
      Type.Boolean({
        description:
          'The figures as they may leave the scheme, of a half-year that is over (1 April to 30 September or 1 October to 31 March, the latest when no days are given) and not narrowed: 1 to 7 people are `*`, with what they could be worked out from, and more are to the nearest 5. Always so for who may not read the persons',
      }),
    ),
  },
  { additionalProperties: false },
);
export type ReportQuery = Static<typeof ReportQuery>;

/** A half-year that figures may leave the scheme of; the latest when left out. */
export const HalfYearQuery = Type.Object(
  { from: day('Its first day'), to: day('Its last day') },
  { additionalProperties: false },
);

const Column = Type.Object({
  key: Type.String(),
  text: Type.String(),
  kind: oneOf(['label', 'month', 'count', 'number', 'share', 'each', 'typical'], {
    description:
      '`count` is of people and suppressed; `share` is a percentage, `each` pounds by people; `typical` an average or a median',
  }),
  about: Type.Optional(Type.String({ description: 'What counts' })),
  inside: Type.Optional(
    Type.Boolean({ description: 'Never leaves the scheme: how things stand now, or what tells of others' }),
  ),
  rare: Type.Optional(Type.Boolean({ description: 'Hidden in every row where one has a small number' })),
  of: Type.Optional(
    Type.Union([Type.String(), Type.Tuple([Type.String(), Type.String()])], {
      description: 'What a share, an amount for each or an average is made of',
    }),
  ),
  unit: Type.Optional(Type.String()),
});
const Row = Type.Unsafe<Record<string, string | number | null>>({
  type: 'object',
  additionalProperties: { type: ['string', 'number', 'null'] },
});

const about = { name: Type.String(), title: Type.String(), about: Type.String() };
const part = {
  key: Type.String(),
  title: Type.String(),
  about: Type.Optional(Type.String()),
  inside: Type.Optional(Type.Boolean({ description: 'Never leaves the scheme' })),
  ranked: Type.Optional(Type.Boolean({ description: 'Rows are in the order of their numbers' })),
  columns: Type.Array(Column),
};

export const ReportList = Type.Object({
  items: Type.Array(
    Type.Object({
      ...about,
      narrows: Type.Array(oneOf(['clinicId', 'donorId'])),
      finished: Type.Optional(
        Type.Boolean({ description: 'Read by half-years with small numbers hidden, whoever reads it' }),
      ),
      headline: Type.Array(Column),
      parts: Type.Array(Type.Object(part)),
    }),
  ),
});

export const ReportRead = Type.Object({
  ...about,
  from: Type.String(),
  to: Type.String(),
  clinicId: nullable(Type.String()),
  donorId: nullable(Type.String()),
  suppressed: Type.Boolean(),
  headline: Type.Object({ columns: Type.Array(Column), row: Row }),
  parts: Type.Array(
    Type.Object({
      ...part,
      rows: Type.Array(Row),
      source: Type.Optional(
        Type.String({ description: 'Where what the rows are held against comes from, and of when it is' }),
      ),
    }),
  ),
});
