import { sql } from 'kysely';
import type { Reader } from '../shared/database.ts';
import { etagOf } from '../shared/etag.ts';
import { Problem } from '../shared/problem.ts';
import type { Signpost } from './signpost.schemas.ts';

const columns = sql`id, name, details, retired_at is not null as retired, changed_at as "changedAt"`;

/** Other help that a clinic can be told of, by name; what is still offered first. */
export async function listSignposts(db: Reader): Promise<Signpost[]> {
  const { rows } = await sql<Signpost>`/* signpost.list */
    select ${columns} from signpost
    order by retired_at is not null, lower(name), id`.execute(db);
  return rows;
}

/** What is still offered, by name, as one JSON value. */
export const signpostsJson = sql`coalesce((select json_agg(json_build_object('id', id, 'name', name, 'details', details)
  order by lower(name), id) from signpost where retired_at is null), '[]')`;

/** @throws Problem `not-found` */
export async function getSignpost(db: Reader, id: string): Promise<Signpost> {
  const { rows } =
    await sql<Signpost>`/* signpost.get */ select ${columns} from signpost where id = ${id}`.execute(db);
  if (!rows[0]) throw new Problem('not-found');
  return rows[0];
}

/** The version of a signpost, for If-Match. */
export const signpostTag = ({ id, changedAt }: Signpost) => etagOf(id, changedAt);
