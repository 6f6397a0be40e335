import Type, { type Static } from 'typebox';
import { strictObject } from '../../shared/http.ts';
import { line, nullable, text } from '../../shared/schemas.ts';

const name = line(100, { description: 'What a band is called, such as “Deprivation, in tenths”' });
const source = line(300, { description: 'Who published it, and where' });
const dated = Type.String({ format: 'date', description: 'As of when it is' });

export const NewAreaLookup = strictObject(
  {
    name,
    source,
    dated,
    lines: text(400_000, {
      description:
        'An area in each line, a postcode district or sector, then its band from 1 to 10, parted by a comma, a semicolon or a tab. All of them, in the place of those before',
    }),
  },
  {
    examples: [
      {
        name: 'Deprivation, in tenths',
        source: 'Made by our analysts',
        dated: '2026-10-01',
        lines: 'N1, 3\nN1 9, 2',
      },
    ],
  },
);
export type NewAreaLookup = Static<typeof NewAreaLookup>;

export const AreaLookup = Type.Object({
  brought: nullable(
    Type.Object(
      { name: Type.String(), source: Type.String(), dated: Type.String(), changedAt: Type.String() },
      { description: 'Null: the scheme has brought none, and nobody is asked for a postcode' },
    ),
  ),
  areas: Type.Integer({ description: 'How many areas it has' }),
});
export type AreaLookup = Static<typeof AreaLookup>;
