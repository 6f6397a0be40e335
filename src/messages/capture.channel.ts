import type { Deps } from '../shared/deps.ts';
import { col } from '../shared/rows.ts';
import { each, many, run } from '../shared/statements.ts';
import type { Channel } from './channels.ts';

/**
 * A provider that keeps messages instead of sending them. It behaves as one outside: what it accepted is
 * its own, in its own transaction, and can be asked for by reference.
 */
export function captureChannel(deps: Deps): Channel {
  return {
    perMinute: Number.POSITIVE_INFINITY,
    async send({ reference, channel, recipient, subject, body }) {
      await run(
        deps.db,
        'capture.send',
        deps.db.insertInto('captured_message').values({ reference, channel, recipient, subject, body }),
      );
      return { is: 'accepted', providerId: null };
    },
    async find(asked) {
      const references = asked.map(({ reference }) => reference);
      const rows = await many(deps.db, each('capture.channel'), { reference: col.text, id: col.text })`
        select distinct on (reference) reference, id::text from captured_message where reference = any(${references}::uuid[])
        order by reference, id desc`;
      return new Map(rows.map(({ reference, id }) => [reference, { providerId: id, state: 'accepted' }]));
    },
  };
}
