import { sql } from 'kysely';
import type { Deps } from '../shared/deps.ts';
import type { Channel } from './channels.ts';

/**
 * A provider that keeps messages instead of sending them. It behaves as one outside: what it accepted is
 * its own, in its own transaction, and can be asked for by reference.
 */
export function captureChannel(deps: Deps): Channel {
  return {
    async send({ reference, channel, recipient, subject, body }) {
      await sql`/* capture.send */
        insert into captured_message (reference, channel, recipient, subject, body)
        values (${reference}, ${channel}, ${recipient}, ${subject}, ${body})`.execute(deps.db);
    },
    async accepted(references) {
      const { rows } = await sql<{ reference: string }>`
        select distinct reference from captured_message where reference = any(${references}::uuid[])`.execute(
        deps.db,
      );
      return new Set(rows.map(({ reference }) => reference));
    },
  };
}
