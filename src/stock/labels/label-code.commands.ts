import type { FastifyRequest } from 'fastify';
import { sql } from 'kysely';
import { newShortToken } from '../../access/tokens.ts';
import { systemContext } from '../../shared/actor.ts';
import { command } from '../../shared/command.ts';
import type { Deps } from '../../shared/deps.ts';
import { linkAddress } from '../../shared/link-address.ts';
import { col } from '../../shared/rows.ts';
import { seal } from '../../shared/seal.ts';
import { many, run } from '../../shared/statements.ts';
import type { Work } from '../../shared/work.ts';
import { labelCodeHash, labelCodeKey, slugIn } from './label-code.queries.ts';

/**
 * Where the second code of each device leads that may have one, by asset tag: below an address that reveals nothing
 * where there is one (`LINK_URL`). Nothing where labels have no second code.
 */
export async function labelAddresses(
  deps: Deps,
  request: FastifyRequest,
  { help, assetTags }: { help: boolean; assetTags: string[] },
): Promise<Map<string, string>> {
  if (!help) return new Map();
  const codes = await labelCodes(deps, request.id, assetTags);
  const { LINK_URL } = deps.config;
  return new Map(
    [...codes].map(([tag, slug]) => {
      const path = `/f/${slug}`;
      return [tag, LINK_URL ? LINK_URL + path : linkAddress(deps, request, path)];
    }),
  );
}

/**
 * The secret of the second code of each device that may have one, by asset tag: the one in use, else a new one.
 * A device that is lost or retired gets none.
 */
async function labelCodes(deps: Deps, requestId: string, assetTags: string[]): Promise<Map<string, string>> {
  if (!assetTags.length) return new Map();
  return command(deps, systemContext(requestId), async (work) => {
    const rows = await many(work.trx, 'label-code.of', {
      id: col.text,
      assetTag: col.text,
      sealed: col.orNull(col.bytes),
    })`
      select d.id, d.asset_tag as "assetTag", c.slug_sealed as sealed
      from device d left join device_code c on c.device_id = d.id and c.ended_at is null
      where d.asset_tag = any(${assetTags}::text[]) and d.status not in ('lost', 'retired')
      order by d.id for update of d`;
    const known = rows.map(({ sealed, ...device }) => ({ ...device, slug: sealed && slugIn(deps, sealed) }));
    const lacking = known.filter(({ slug }) => !slug).map((device) => ({ ...device, slug: newShortToken() }));
    if (lacking.length) await keep(work, lacking);
    return new Map([...known, ...lacking].flatMap(({ assetTag, slug }) => (slug ? [[assetTag, slug]] : [])));
  });
}

async function keep({ trx, deps, at }: Work, codes: { id: string; slug: string }[]): Promise<void> {
  const ids = codes.map(({ id }) => id);
  await run(trx, 'label-code.end')`
    update device_code set ended_at = ${at} where device_id = any(${ids}::uuid[]) and ended_at is null`;
  const key = labelCodeKey(deps);
  const made = codes.map(
    ({ id, slug }) => sql`(${labelCodeHash(deps, slug)}, ${seal(key, slug)}, ${id}, ${at})`,
  );
  await run(trx, 'label-code.make')`
    insert into device_code (slug_hash, slug_sealed, device_id, made_at) values ${sql.join(made)}`;
}
