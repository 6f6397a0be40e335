import { sql } from 'kysely';
import { jsonInstant, type Reader } from '../shared/database.ts';
import { col } from '../shared/rows.ts';
import { maybe } from '../shared/statements.ts';
import { Consent } from './consent.schemas.ts';

/** What was said of telling the clinic since the referral `r` came, the newest first, as one JSON value. */
export const consentsJson = sql`coalesce((
  select json_agg(json_build_object('id', c.id, 'shareBackWithClinic', c.share_back_with_clinic, 'source', c.source, 'saidOn', c.said_on,
    'recordedAt', ${jsonInstant('c.recorded_at')}, 'recordedBy', c.recorded_by) order by c.id desc)
  from referral_consent c where c.referral_id = r.id), '[]')`;

/** What was said of telling the clinic since the referral came, the newest first. */
export async function listConsents(db: Reader, referralId: string): Promise<Consent[]> {
  const row = await maybe(db, 'consent.list', { consents: col.listOf(Consent) })`
    select ${consentsJson} as consents from referral r where r.id = ${referralId}`;
  return row?.consents ?? [];
}
