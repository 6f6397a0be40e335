import { sql } from 'kysely';
import type { Reader } from '../../shared/database.ts';
import type { Offer } from './offer.schemas.ts';

/** What networks give, by network and allowance; with those no longer offered when asked. */
export async function listOffers(db: Reader, { retired = false } = {}): Promise<Offer[]> {
  const { rows } = await sql<Offer>`
    select id, network, gb_per_month as "gbPerMonth", duration_months as "durationMonths", source, retired_at as "retiredAt"
    from data_offer where ${retired}::boolean or retired_at is null
    order by retired_at is not null, lower(network), gb_per_month desc nulls first, duration_months desc, id`.execute(
    db,
  );
  return rows;
}
