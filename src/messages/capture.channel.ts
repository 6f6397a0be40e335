import { sql } from 'kysely';
import type { Deps } from '../shared/deps.ts';
import type { Channel } from './channels.ts';

/**
 * A provider that keeps messages instead of sending them. It behaves as one outside: what it accepted is
 * its own, in its own transaction, and can be asked for by reference.
 */
export function captureChannel(deps: Deps): Channel {
  return {
    perMinute: Number.POSITIVE_INFINITY,
    async send({ reference, channel, recipient, subject, body }) {
      await sql`/* capture.send */
        insert into captured_message (reference, channel, recipient, subject, body)
        values (${reference}, ${channel}, ${recipient}, ${subject}, ${body})`.execute(deps.db);
      return { is: 'accepted', providerId: null };
    },
    async find(asked) {
      const references = asked.map(({ reference }) => reference);
      const { rows } = await sql<{ reference: string; id: string }>`
        select distinct on (reference) reference, id::text from captured_message where reference = any(${references}::uuid[])
        order by reference, id desc`.execute(deps.db);
      return new Map(rows.map(({ reference, id }) => [reference, { providerId: id, state: 'accepted' }]));
    },
  };
}
