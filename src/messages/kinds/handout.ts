import { sql } from 'kysely';
import type { MessageKind } from './kind.ts';

/** What somebody was given at a contact, by its address. It is said because a person asked for it, and by no night. */
export const handout: MessageKind = {
  words: 'Guide or signpost',
  subject: 'handout',
  says: 'address',
  carries: 'pages',
  stands: sql`h.taken_back_at is null and h.id is not null`,
  endsWithSubject: false,
};
