import type { Reader } from '../../shared/database.ts';
import { each, many } from '../../shared/statements.ts';
import { Offer } from './offer.schemas.ts';

/** What networks give, by network and allowance; with those no longer offered when asked. */
export async function listOffers(db: Reader, { retired = false } = {}): Promise<Offer[]> {
  return many(db, each('offer.list'), Offer.properties)`
    select id, network, gb_per_month as "gbPerMonth", duration_months as "durationMonths", source, retired_at as "retiredAt"
    from data_offer where ${retired}::boolean or retired_at is null
    order by retired_at is not null, lower(network), gb_per_month desc nulls first, duration_months desc, id`;
}
