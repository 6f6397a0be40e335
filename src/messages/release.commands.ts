import { pointJson, withDoubts } from '../people/doubt.queries.ts';
import { ContactPoint, chooseContact, wordings } from '../people/reach.rules.ts';
import { timestamp, today } from '../shared/clock.ts';
import type { Reader } from '../shared/database.ts';
import type { Deps } from '../shared/deps.ts';
import { type Follower, idsOf } from '../shared/follow-on.ts';
import { col, type RowOf } from '../shared/rows.ts';
import { many, run } from '../shared/statements.ts';
import type { Work } from '../shared/work.ts';
import { reachOf } from './deliverability.ts';

const batchSize = 1_000;

/** What of a person decides whether and how a message goes. */
const deciding = ['contactPoints', 'wording', 'contactChoice', 'trustedPerson'];

/** Lets what is held be gathered again for the people of whom something changed that decides about it. */
export const gatherAgain: Follower = async (work, events) => {
  const people = idsOf(
    events.filter(({ fields }) => fields.some((name) => deciding.includes(name))),
    'patient',
  );
  if (people.length) await release(work.trx, work.deps, people);
};

/**
 * Lets what is held for a person be gathered again, since a way to reach them has changed: the held
 * messages are over, and what they were to say stands alone for the next gathering.
 */
export async function releaseHeld(work: Work, patientId: string): Promise<void> {
  await release(work.trx, work.deps, [patientId]);
}

const Held = {
  patientId: col.text,
  wording: col.oneOf(wordings),
  needs: col.listOf(col.text),
  points: col.listOf(col.object(ContactPoint)),
};
type Held = RowOf<typeof Held>;

/**
 * Lets what was held for doubt (rule 25) be gathered again where nothing is in doubt any more: the word of the
 * other record has changed, or it is gone. Looks at people, in batches.
 */
export async function releaseUndoubted(deps: Deps): Promise<void> {
  for (let after: string | undefined = '00000000-0000-0000-0000-000000000000'; after; ) {
    const rows: Held[] = await many(deps.db, 'message.held-for-doubt', Held)`
      select p.id as "patientId", p.wording, p.communication_needs as needs,
        coalesce((select json_agg(${pointJson} order by c.position) from contact_point c where c.patient_id = p.id), '[]') as points
      from patient p where p.id > ${after} and p.id in (select m.patient_id from message m where m.status = 'held' and m.why = 'in_doubt')
      order by p.id limit ${batchSize}`;
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
  await run(db, 'message.release-held')`
    with m as (
      update message set status = 'cancelled', why = 'contact_changed', changed_at = ${timestamp(deps.clock)}
      where patient_id = any(${patientIds}::uuid[]) and status = 'held' returning id
    )
    update reminder set message_id = null where message_id in (select id from m) and status = 'standing'`;
}
