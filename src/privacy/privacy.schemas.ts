import Type, { type Static } from 'typebox';
import { strictObject } from '../shared/http.ts';
import { nullable, oneOf, text } from '../shared/schemas.ts';

const askers = ['patient', 'representative', 'retention'] as const;
const askedOn = Type.String({ format: 'date', description: 'The day on which it was asked for' });
const identityCheck = text(500, {
  description: 'How it was checked that they are who they say, such as the documents seen',
});
const reason = text(500, { description: 'Why; name nobody here' });

export const NewExport = strictObject(
  { askedBy: oneOf(['patient', 'representative']), askedOn, identityCheck },
  { examples: [{ askedBy: 'patient', askedOn: '2026-11-20', identityCheck: 'Saw a bank card at the hub' }] },
);
export type NewExport = Static<typeof NewExport>;

export const NewErasure = strictObject(
  {
    askedBy: oneOf(askers, { description: 'retention: nobody asked, their time is over' }),
    askedOn,
    identityCheck: Type.Optional(identityCheck),
    reason,
  },
  {
    examples: [
      {
        askedBy: 'patient',
        askedOn: '2026-11-20',
        identityCheck: 'Rang back on the number on record',
        reason: 'Help ended in spring',
      },
    ],
  },
);
export type NewErasure = Static<typeof NewErasure>;

export const NewHold = strictObject({ reason }, { examples: [{ reason: 'A complaint is being looked at' }] });
export type NewHold = Static<typeof NewHold>;

const hindrances = ['loan', 'referral', 'follow_up', 'message', 'incident', 'legal_hold'] as const;
export const PrivacyState = Type.Object({
  erasedAt: nullable(Type.String()),
  hold: nullable(Type.Object({ reason: nullable(Type.String()), byName: Type.String(), at: Type.String() })),
  hindrances: Type.Array(
    Type.Object({
      kind: oneOf(hindrances),
      id: Type.String(),
      reference: nullable(Type.String()),
    }),
    { description: 'What has to end before the person can be erased' },
  ),
  decisions: Type.Array(
    Type.Object({
      id: Type.String(),
      kind: oneOf(['export', 'erasure']),
      askedBy: oneOf(askers),
      askedOn: Type.String(),
      identityCheck: nullable(Type.String()),
      reason: nullable(Type.String()),
      byName: Type.String(),
      at: Type.String(),
    }),
  ),
});
export type PrivacyState = Static<typeof PrivacyState>;

export const DecisionKept = Type.Object({ id: Type.String() });
export const exportParams = Type.Object({
  id: Type.String({ format: 'uuid' }),
  exportId: Type.String({ format: 'uuid' }),
});
export const PatientExport = Type.Unsafe<Record<string, unknown>>({
  type: 'object',
  additionalProperties: true,
  description:
    'All that is held about the person, by table, in words; the bytes of photos and papers are in base64 under `attachmentContent`',
});
