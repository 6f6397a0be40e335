import { sql } from 'kysely';
import type { Context } from '../../shared/actor.ts';
import { timestamp } from '../../shared/clock.ts';
import { command } from '../../shared/command.ts';
import type { Deps } from '../../shared/deps.ts';
import { recordEvent } from '../../shared/events.ts';
import { newId } from '../../shared/ids.ts';
import { Problem } from '../../shared/problem.ts';
import type { NewOffer, Offer } from './offer.schemas.ts';

/**
 * Adds what a network gives to the choices. What networks give changes by the year: an offer is
 * retired and another added, and plans keep what they were recorded with.
 * @throws Problem `conflict` when the same is offered already
 */
export async function addOffer(deps: Deps, ctx: Context, input: NewOffer): Promise<Offer> {
  return command(deps, ctx, async (trx) => {
    const id = newId();
    const { network, gbPerMonth, durationMonths } = input;
    const name = network.trim();
    const source = input.source ?? null;
    await sql`
      insert into data_offer (id, network, gb_per_month, duration_months, source, created_at)
      values (${id}, ${name}, ${gbPerMonth}, ${durationMonths}, ${source}, ${timestamp(deps.clock)})`.execute(
      trx,
    );
    await recordEvent(trx, deps, ctx, {
      type: 'data_offer.added',
      subjects: [['data_offer', id]],
      values: { network: name, gbPerMonth, durationMonths },
    });
    return { id, network: name, gbPerMonth, durationMonths, source, retiredAt: null };
  });
}

/**
 * Takes an offer out of the choices; done twice, the second answers as the first did.
 * @throws Problem `not-found`
 */
export async function retireOffer(deps: Deps, ctx: Context, id: string): Promise<Offer> {
  return command(deps, ctx, async (trx) => {
    const { rows } = await sql<Offer & { wasOffered: boolean }>`
      with found as (select id, retired_at from data_offer where id = ${id} for update)
      update data_offer o set retired_at = coalesce(o.retired_at, ${timestamp(deps.clock)}) from found where o.id = found.id
      returning o.id, o.network, o.gb_per_month as "gbPerMonth", o.duration_months as "durationMonths", o.source,
        o.retired_at as "retiredAt", found.retired_at is null as "wasOffered"`.execute(trx);
    if (!rows[0]) throw new Problem('not-found');
    const { wasOffered, ...offer } = rows[0];
    if (wasOffered)
      await recordEvent(trx, deps, ctx, {
        type: 'data_offer.retired',
        subjects: [['data_offer', id]],
        values: { network: offer.network },
      });
    return offer;
  });
}
