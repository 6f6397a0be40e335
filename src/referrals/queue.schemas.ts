import Type, { type Static } from 'typebox';
import type { Context } from '../shared/actor.ts';
import { workOrderedQuery } from '../shared/lists.ts';
import { oneOf } from '../shared/schemas.ts';
import { needs, referralStatuses, urgencies } from './referral.rules.ts';

/** What the queue may be asked for in its address. */
export const QueueQuery = Type.Object(
  {
    ...workOrderedQuery('what waits for a decision by its urgency, others the oldest'),
    status: Type.Optional(oneOf([...referralStatuses, 'to_decide', 'all'])),
    urgency: Type.Optional(oneOf(urgencies)),
    clinicId: Type.Optional(Type.String({ format: 'uuid' })),
    assigned: Type.Optional(
      Type.Union([oneOf(['me', 'nobody', 'left']), Type.String({ format: 'uuid' })], {
        errorMessage: 'Choose someone from the list.',
      }),
    ),
    need: Type.Optional(oneOf(needs)),
    late: Type.Optional(Type.Literal('yes')),
  },
  { additionalProperties: false },
);

/** What the list asks for; `me` is whoever asks. */
export const filterOf = (
  { order: _order, ...filters }: Omit<Static<typeof QueueQuery>, 'limit' | 'after'>,
  { actor }: Context,
) => ({
  ...filters,
  status: filters.status ?? ('to_decide' as const),
  assigned: filters.assigned === 'me' ? (actor.id ?? 'nobody') : filters.assigned,
  late: filters.late === 'yes',
});
