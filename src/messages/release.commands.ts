import { sql } from 'kysely';
import { pointJson, withDoubts } from '../people/doubt.queries.ts';
import { type ContactPoint, chooseContact, type Wording } from '../people/reach.rules.ts';
import { timestamp, today } from '../shared/clock.ts';
import type { Reader, Trx } from '../shared/database.ts';
import type { Deps } from '../shared/deps.ts';
import { type Follower, idsOf } from '../shared/follow-on.ts';
import { reachOf } from './deliverability.ts';

const batchSize = 1_000;

/** What of a person decides whether and how a message goes. */
const deciding = ['contactPoints', 'wording', 'contactChoice'];

/** Lets what is held be gathered again for the people of whom something changed that decides about it. */
export const gatherAgain: Follower = async (trx, deps, _ctx, events) => {
  const people = idsOf(
    events.filter(({ fields }) => fields.some((name) => deciding.includes(name))),
    'patient',
  );
  if (people.length) await release(trx, deps, people);
};

/**
 * Lets what is held for a person be gathered again, since a way to reach them has changed: the held
 * messages are over, and what they were to say stands alone for the next gathering.
 */
export async function releaseHeld(trx: Trx, deps: Deps, patientId: string): Promise<void> {
  await release(trx, deps, [patientId]);
}

type Held = { patientId: string; wording: Wording; needs: string[]; points: ContactPoint[] };

/**
 * Lets what was held for doubt (rule 25) be gathered again where nothing is in doubt any more: the word of the
 * other record has changed, or it is gone. Looks at people, in batches.
 */
export async function releaseUndoubted(deps: Deps): Promise<void> {
  for (let after: string | undefined = '00000000-0000-0000-0000-000000000000'; after; ) {
    const { rows } = await sql<Held>`/* message.held-for-doubt */
      select p.id as "patientId", p.wording, p.communication_needs as needs,
        coalesce((select json_agg(${pointJson} order by c.position) from contact_point c where c.patient_id = p.id), '[]') as points
      from patient p where p.id > ${after} and p.id in (select m.patient_id from message m where m.status = 'held' and m.why = 'in_doubt')
      order by p.id limit ${batchSize}`.execute(deps.db);
    const points = rows.flatMap((person) => person.points);
    const known = new Map(
      (await withDoubts(deps.db, points, today(deps.clock))).map((point) => [point.id, point]),
    );
    const free = rows.filter((person) => {
      const chosen = chooseContact(
        person.points.map(({ id }) => known.get(id)!),
        reachOf(deps, person),
      );
      return chosen.point !== null || chosen.why !== 'in_doubt';
    });
    if (free.length)
      await release(
        deps.db,
        deps,
        free.map(({ patientId }) => patientId),
      );
    after = rows.length === batchSize ? rows.at(-1)!.patientId : undefined;
  }
}

async function release(db: Reader, deps: Deps, patientIds: string[]): Promise<void> {
  await sql`/* message.release-held */
    with m as (
      update message set status = 'cancelled', why = 'contact_changed', changed_at = ${timestamp(deps.clock)}
      where patient_id = any(${patientIds}::uuid[]) and status = 'held' returning id
    )
    update reminder set message_id = null where message_id in (select id from m) and status = 'standing'`.execute(
    db,
  );
}
