import type { Context } from '../../shared/actor.ts';
import { command } from '../../shared/command.ts';
import type { Deps } from '../../shared/deps.ts';
import { recordEvent } from '../../shared/events.ts';
import { newId } from '../../shared/ids.ts';
import { Problem } from '../../shared/problem.ts';
import { col } from '../../shared/rows.ts';
import { maybe, run } from '../../shared/statements.ts';
import { type NewOffer, Offer } from './offer.schemas.ts';

/**
 * Adds what a network gives to the choices. What networks give changes by the year: an offer is
 * retired and another added, and plans keep what they were recorded with.
 * @throws Problem `conflict` when the same is offered already
 */
export async function addOffer(deps: Deps, ctx: Context, input: NewOffer): Promise<Offer> {
  return command(deps, ctx, async (work) => {
    const id = newId();
    const { network, gbPerMonth, durationMonths } = input;
    const name = network.trim();
    const source = input.source ?? null;
    await run(
      work.trx,
      'offer.add',
      work.trx.insertInto('data_offer').values({
        id,
        network: name,
        gb_per_month: gbPerMonth,
        duration_months: durationMonths,
        source,
        created_at: work.at,
      }),
    );
    await recordEvent(work, {
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
  return command(deps, ctx, async (work) => {
    const row = await maybe(work.trx, 'offer.retire', { ...Offer.properties, wasOffered: col.boolean })`
      with found as (select id, retired_at from data_offer where id = ${id} for update)
      update data_offer o set retired_at = coalesce(o.retired_at, ${work.at}) from found where o.id = found.id
      returning o.id, o.network, o.gb_per_month as "gbPerMonth", o.duration_months as "durationMonths", o.source,
        o.retired_at as "retiredAt", found.retired_at is null as "wasOffered"`;
    if (!row) throw new Problem('not-found');
    const { wasOffered, ...offer } = row;
    if (wasOffered)
      await recordEvent(work, {
        type: 'data_offer.retired',
        subjects: [['data_offer', id]],
        values: { network: offer.network },
      });
    return offer;
  });
}
