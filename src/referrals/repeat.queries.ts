import { sql } from 'kysely';
import { col, type RowOf } from '../shared/rows.ts';
import type { Typed } from '../web/forms.ts';

/** What a clinic’s hosted form took about the person of an open referral. */
export const Repeat = {
  reference: col.text,
  receivedAt: col.text,
  through: col.text,
  said: col.unchecked<Typed>(),
};
export type Repeat = RowOf<typeof Repeat>;

/** What the clinic of the referral `r` sent again about it, the newest first, as one JSON value. */
export const repeatsJson = sql`coalesce((
  select json_agg(json_build_object('reference', x.reference, 'receivedAt', x.received_at, 'through', l.label, 'said', x.said) order by x.id desc)
  from referral_repeat x join form_link l on l.id = x.link_id where x.referral_id = r.id), '[]')`;
