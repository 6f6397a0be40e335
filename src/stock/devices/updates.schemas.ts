import Type, { type Static } from 'typebox';
import { strictObject } from '../../shared/http.ts';
import { nullable, text } from '../../shared/schemas.ts';

export const NewAcceptance = strictObject(
  { reason: text(500, { description: 'In words, why it may be lent all the same; nothing about a person' }) },
  { examples: [{ reason: 'It stays in the clinic and is used for video calls alone' }] },
);
export type NewAcceptance = Static<typeof NewAcceptance>;

/** What is known of the security updates of a device with an operating system. */
export const DeviceUpdates = Type.Object(
  {
    systemVersion: nullable(Type.String({ description: 'As it was last read at the bench' })),
    ownEndOn: nullable(
      Type.String({ description: 'As read on the device itself; it goes before its model' }),
    ),
    source: nullable(Type.String({ description: 'Where it stands for its model' })),
    sourceUrl: nullable(Type.String()),
    isShort: Type.Boolean({
      description:
        'They end before a usual loan that begins today is due back, or nobody knows and the policy stops that, and no manager let it',
    }),
    acceptance: nullable(
      Type.Object(
        { reason: Type.String(), by: Type.String(), at: Type.String() },
        { description: 'Why a manager lets it be lent all the same, in this preparation' },
      ),
    ),
  },
  { description: 'Of its security updates; null of what has no operating system' },
);
