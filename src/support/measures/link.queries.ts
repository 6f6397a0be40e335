import { sql } from 'kysely';
import { askedBy, isHeard, type PatientLink } from '../../messages/link.queries.ts';
import { isAnswerableByLink } from '../../messages/reminder.queries.ts';
import { today } from '../../shared/clock.ts';
import type { Reader } from '../../shared/database.ts';
import type { Deps } from '../../shared/deps.ts';
import { col, type RowOf } from '../../shared/rows.ts';
import { many } from '../../shared/statements.ts';
import type { Item } from './instrument.rules.ts';
import { measureStatuses } from './measure.schemas.ts';

const Linked = {
  id: col.text,
  status: col.oneOf(measureStatuses),
  items: col.unchecked<Item[]>(),
  isOpen: col.boolean,
};
export type Linked = RowOf<typeof Linked>;

/** What the message of a link asks, in the order in which it was asked, and what of it may still be answered. */
export async function listLinked(deps: Deps, db: Reader, { messageId }: PatientLink): Promise<Linked[]> {
  return many(db, 'measure-link.list', Linked)`
    select q.id, q.status, v.items, (${isAnswerableByLink('q')} and q.link_until >= ${today(deps.clock)}::date and ${isHeard(sql`m`)}) as "isOpen"
    from message m join measure_asking q on q.id in ${askedBy(sql`m`)} join instrument_version v on v.id = q.version_id
    where m.id = ${messageId} and q.taken_back_at is null order by q.id`;
}
