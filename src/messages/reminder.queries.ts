import { sql } from 'kysely';

/** Patients `p` who may be written to on a civil date; the same as `mayContact` in contact.rules.ts. */
export const contactable = (today: string) => sql<boolean>`(p.contact_choice = 'any_safe'
  and (p.contact_state = 'open' or p.contact_state = 'paused' and p.paused_until <= ${today}::date))`;

/** When a follow-up `f` starts, as an instant. */
export const startOf = sql`((f.due_on + f.starts_at) at time zone 'Europe/London')`;
