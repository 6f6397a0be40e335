import Type, { type Static } from 'typebox';
import { contactSources } from '../people/contact-state.rules.ts';
import { strictObject } from '../shared/http.ts';
import { oneOf } from '../shared/schemas.ts';

export const NewConsent = strictObject(
  {
    shareBackWithClinic: Type.Boolean({
      description: 'Whether the clinic may be told how it goes from now on',
    }),
    source: oneOf(contactSources, { description: 'Who said so' }),
    saidOn: Type.String({ format: 'date' }),
  },
  { examples: [{ shareBackWithClinic: false, source: 'patient', saidOn: '2026-11-23' }] },
);
export type NewConsent = Static<typeof NewConsent>;

export const Consent = Type.Object({
  id: Type.String(),
  ...NewConsent.properties,
  recordedAt: Type.String(),
  recordedBy: Type.String({ description: 'The name of who wrote it down' }),
});
export type Consent = Static<typeof Consent>;
export const Consents = Type.Object({ items: Type.Array(Consent) });
