import Type, { type Static } from 'typebox';
import { strictObject } from '../shared/http.ts';
import { text } from '../shared/schemas.ts';

/** A link to the hosted form, as the page that makes one asks for it. */
export const NewFormLink = strictObject({
  label: text(100),
  expiresOn: Type.String({ format: 'date' }),
});
export type NewFormLink = Static<typeof NewFormLink>;
