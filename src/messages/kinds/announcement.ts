import { sql } from 'kysely';
import type { MessageKind } from './kind.ts';

/** What a manager has told to everyone concerned; it stands until there is no use in it any more. */
export const announcement: MessageKind = {
  words: 'News for many',
  subject: 'announcement',
  says: 'day',
  carries: 'text',
  stands: sql`a.id is not null`,
  endsWithSubject: false,
};
