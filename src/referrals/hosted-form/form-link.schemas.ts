import Type, { type Static } from 'typebox';
import { strictObject } from '../../shared/http.ts';
import { line, nullable, oneOf } from '../../shared/schemas.ts';
import { formLinkStates } from './form-link.rules.ts';

export const NewFormLink = strictObject(
  {
    label: line(100, { description: 'The team or desk that will use it' }),
    expiresOn: Type.String({ format: 'date', description: 'The last day on which it works' }),
  },
  { examples: [{ label: 'Crisis team', expiresOn: '2027-11-01' }] },
);
export type NewFormLink = Static<typeof NewFormLink>;

export const FormLinkMade = Type.Object({
  id: Type.String(),
  url: Type.Optional(
    Type.String({ description: 'Given this once: a repeat of the request is answered without it' }),
  ),
});

export const FormLinkRow = Type.Object({
  id: Type.String(),
  label: Type.String(),
  state: oneOf(formLinkStates),
  createdAt: Type.String(),
  expiresOn: Type.String(),
  usedAt: nullable(Type.String()),
  sent: Type.Integer({ description: 'How many referrals came through it' }),
});
export type FormLinkRow = Static<typeof FormLinkRow>;

export const FormLinkList = Type.Object({ items: Type.Array(FormLinkRow) });
export const FormLinkEnded = Type.Object({ id: Type.String(), state: Type.Literal('ended') });
