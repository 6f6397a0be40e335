import { sql } from 'kysely';
import Type from 'typebox';
import { logListAccess } from '../people/look.queries.ts';
import type { Context } from '../shared/actor.ts';
import type { Reader } from '../shared/database.ts';
import type { Deps } from '../shared/deps.ts';
import { byId, toPage } from '../shared/lists.ts';
import { col } from '../shared/rows.ts';
import { many } from '../shared/statements.ts';
import { barriers } from './referral.rules.ts';
import { replay } from './replay.rules.ts';
import type { ReplayOfTrees, ReplayQuery } from './replay.schemas.ts';
import { getTree } from './tree.queries.ts';
import { connections, deviceUses, offers, spaces } from './tree.rules.ts';

const offerList = col.listOf(col.oneOf(offers));
const pastColumns = {
  id: col.text,
  patientId: col.text,
  at: col.text,
  referral: col.object({ id: col.text, reference: col.text }),
  treeVersion: col.number,
  found: col.object({
    barriers: col.listOf(col.oneOf(barriers)),
    uses: col.listOf(col.oneOf(deviceUses)),
    internetAtHome: col.oneOf(connections),
    privateSpace: col.oneOf(spaces),
    prefersNotDigital: col.boolean,
  }),
  suggested: offerList,
  takenUp: col.orNull(offerList),
  left: col.listOf(Type.Object({ offer: col.oneOf(offers), reason: col.text })),
};

/** Past assessments with what was taken up of each, the newest first, without what anybody said beside the answers. */
async function listPast(db: Reader, query: ReplayQuery) {
  const { follows, by } = byId(sql`a.id`, query);
  const rows = await many(db, 'replay.past', pastColumns)`
    select a.id, r.patient_id as "patientId", a.at, json_build_object('id', r.id, 'reference', r.reference) as referral, a.tree_version as "treeVersion",
      json_build_object('barriers', a.said -> 'barriers', 'uses', a.said -> 'uses', 'internetAtHome', a.said -> 'internetAtHome',
        'privateSpace', a.said -> 'privateSpace', 'prefersNotDigital', a.said -> 'prefersNotDigital') as found,
      jsonb_path_query_array(a.suggestions, '$[*].offer') as suggested, u.offers as "takenUp",
      coalesce((select json_agg(json_build_object('offer', n.need, 'reason', n.reason) order by n.need) from referral_need n
        where n.referral_id = a.referral_id and n.status = 'dropped' and n.settled_at = u.at and n.reason is not null), '[]') as left
    from referral_assessment a join referral r on r.id = a.referral_id left join assessment_take_up u on u.assessment_id = a.id
    where true ${follows} order by ${by} limit ${query.limit + 1}`;
  return toPage(rows, query.limit, ({ id }) => [id]);
}

/**
 * Replays a version of what is suggested over past assessments, beside another version: the one before it when none is named.
 * Whose assessments they were is written down as looked at.
 * @throws Problem `not-found`, `bad-query`
 */
export async function replayTree(
  deps: Deps,
  ctx: Context,
  version: number,
  query: ReplayQuery,
): Promise<ReplayOfTrees> {
  const after = await getTree(deps.db, version);
  const [before, past] = await Promise.all([
    getTree(deps.db, query.against ?? after.before ?? version),
    listPast(deps.db, query),
  ]);
  await logListAccess(deps, ctx, [...new Set(past.items.map(({ patientId }) => patientId))], {
    list: '/suggestion-trees/:version/replay',
    filters: { version },
  });
  return {
    version,
    against: before.version,
    ...replay(before.rules, after.rules, past.items),
    next: past.next,
  };
}
