import { sql } from 'kysely';

/** What the patient `p` is called in writing; someone with one name only has the other as empty text. */
export const firstName = sql`coalesce(p.preferred_name, nullif(p.given_name, ''), p.family_name)`;

/** What the patient `p` is called in lists. */
export const calledName = sql`trim(coalesce(p.preferred_name, p.given_name) || ' ' || p.family_name)`;

/** The patient `p` as they are written, by both names or the one that they have. */
export const writtenName = sql`trim(p.given_name || ' ' || p.family_name)`;
