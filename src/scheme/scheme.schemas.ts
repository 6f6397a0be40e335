import Type, { type Static } from 'typebox';
import { strictObject } from '../shared/http.ts';
import { email, line, nullable, oneOf, phone } from '../shared/schemas.ts';

const name = line(100, { description: 'What the scheme is called' });
const openingHours = line(200, { description: 'When someone answers, in words' });
const website = line(200, { description: 'Web address' });

export const Scheme = Type.Object({
  name,
  phone: nullable(Type.String()),
  email: nullable(Type.String()),
  openingHours: nullable(Type.String()),
  website: nullable(Type.String()),
  logo: nullable(
    Type.Object({
      href: Type.String({ description: 'Where the picture is; another one has another address' }),
      type: oneOf(['image/png', 'image/jpeg']),
      width: Type.Integer({ description: 'Pixels' }),
      height: Type.Integer({ description: 'Pixels' }),
    }),
  ),
  isSet: Type.Boolean({ description: 'Whether the scheme said so itself; until then the settings hold' }),
  changedAt: Type.String(),
});
export type Scheme = Static<typeof Scheme>;

export const NewScheme = strictObject(
  {
    name,
    phone: Type.Optional(nullable(phone)),
    email: Type.Optional(nullable(email)),
    openingHours: Type.Optional(nullable(openingHours)),
    website: Type.Optional(nullable(website)),
  },
  {
    examples: [
      {
        name: 'Camden Road Device Lending',
        phone: '020 7946 0123',
        email: 'lending@example.org',
        openingHours: 'Monday to Friday, 9am to 5pm',
        website: 'https://lending.example.org',
      },
    ],
  },
);
export type NewScheme = Static<typeof NewScheme>;
