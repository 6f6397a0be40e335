import Type, { type Static } from 'typebox';
import { strictObject } from '../../shared/http.ts';
import { line, nullable, oneOf } from '../../shared/schemas.ts';
import { locationKinds } from './organisation.rules.ts';

const organisation = strictObject(
  { name: line(200) },
  { description: 'Who runs it: found by its name, or added' },
);

export const NewLocation = strictObject(
  { name: line(200), kind: oneOf(locationKinds), organisation: Type.Optional(organisation) },
  {
    examples: [
      { name: 'Kentish Town library', kind: 'access_point', organisation: { name: 'Camden libraries' } },
    ],
  },
);
export type NewLocation = Static<typeof NewLocation>;

export const LocationChange = strictObject(
  {
    name: Type.Optional(line(200)),
    kind: Type.Optional(oneOf(locationKinds)),
    organisation: Type.Optional(nullable(organisation)),
  },
  { minProperties: 1, examples: [{ name: 'Kentish Town library' }] },
);
export type LocationChange = Static<typeof LocationChange>;

export const Location = Type.Object({
  id: Type.String(),
  name: Type.String(),
  kind: oneOf(locationKinds),
  organisation: nullable(Type.Object({ id: Type.String(), name: Type.String() })),
  devices: Type.Integer({ description: 'How many devices are kept there' }),
  changedAt: Type.String(),
});
export type Location = Static<typeof Location>;
