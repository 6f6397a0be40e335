import { sql } from 'kysely';
import type { Reader } from '../shared/database.ts';
import { etagOf } from '../shared/etag.ts';
import { Problem } from '../shared/problem.ts';
import { col, type RowOf } from '../shared/rows.ts';
import { many, maybe } from '../shared/statements.ts';
import { handoutCounts } from './handout.states.ts';
import { Signpost } from './signpost.schemas.ts';

const columns = sql`id, name, details, url, person_words as "personWords", topic, retired_at is not null as retired, changed_at as "changedAt"`;

/** Other help that a clinic can be told of, by name; what is still offered first. */
export async function listSignposts(db: Reader): Promise<Signpost[]> {
  return many(db, 'signpost.list', Signpost.properties)`
    select ${columns} from signpost
    order by retired_at is not null, lower(name), id`;
}

/** What is still offered, by name, as one JSON value. */
export const signpostsJson = sql`coalesce((select json_agg(json_build_object('id', id, 'name', name, 'details', details)
  order by lower(name), id) from signpost where retired_at is null), '[]')`;

/** @throws Problem `not-found` */
export async function getSignpost(db: Reader, id: string): Promise<Signpost> {
  const row = await maybe(
    db,
    'signpost.get',
    Signpost.properties,
  )`select ${columns} from signpost where id = ${id}`;
  if (!row) throw new Problem('not-found');
  return row;
}

const { name, details, url, personWords } = Signpost.properties;
const Numbered = { name, details, url, personWords, isGiven: col.boolean };
export type NumberedSignpost = RowOf<typeof Numbered>;

/** What the page about a signpost shows, by its number, and whether anybody was given it; undefined where there is none. */
export async function signpostNumbered(db: Reader, number: number): Promise<NumberedSignpost | undefined> {
  return maybe(db, 'signpost.numbered', Numbered)`
    select name, details, url, person_words as "personWords", exists (select from handout h where h.signpost_id = s.id and ${handoutCounts('h')}) as "isGiven"
    from signpost s where number = ${number}`;
}

/** The version of a signpost, for If-Match. */
export const signpostTag = ({ id, changedAt }: Signpost) => etagOf(id, changedAt);
