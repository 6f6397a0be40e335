import { sql } from 'kysely';
import type { Edition } from '../people/format.rules.ts';
import { jsonInstant, type Reader } from '../shared/database.ts';
import { etagOf } from '../shared/etag.ts';
import { Problem } from '../shared/problem.ts';
import { each, many, maybe } from '../shared/statements.ts';
import { Guide, GuideVersion } from './guide.schemas.ts';

/** What people read now of a guide `g`, as one JSON value. */
const editionsJson = sql`coalesce((
  select json_agg(json_build_object('language', v.language, 'format', v.format, 'version', v.version, 'title', v.title, 'text', v.body,
    'createdAt', ${jsonInstant('v.created_at')}, 'createdBy', v.created_by) order by v.language <> 'en', v.language, v.format)
  from (select distinct on (language, format) * from guide_version where guide_id = g.id order by language, format, version desc) v), '[]')`;

/** Guides `g` that are to be looked at again on a civil date. */
export const reviewDue = (day: string) =>
  sql<boolean>`(g.review_on <= ${day}::date and g.retired_at is null)`;

const columns = (
  day: string,
) => sql`g.id, g.number, g.name, g.topic, g.made_by as "madeBy", g.made_with as "madeWith",
  g.review_on as "reviewOn", coalesce(${reviewDue(day)}, false) as "reviewDue",
  g.retired_at is not null as retired, g.changed_at as "changedAt", ${editionsJson} as editions`;

/** Every guide by name on a civil date, what is still offered first. */
export async function listGuides(db: Reader, day: string): Promise<Guide[]> {
  return many(db, each('guide.list'), Guide.properties)`
    select ${columns(day)} from guide g order by g.retired_at is not null, lower(g.name), g.id`;
}

/** @throws Problem `not-found` */
export async function getGuide(db: Reader, id: string, day: string): Promise<Guide> {
  const row = await maybe(db, each('guide.get'), Guide.properties)`
    select ${columns(day)} from guide g where g.id = ${id}`;
  if (!row) throw new Problem('not-found');
  return row;
}

/** The version of a guide, for If-Match. */
export const guideTag = ({ id, changedAt }: Guide) => etagOf(id, changedAt);

const versionColumns = sql`v.language, v.format, v.version, v.title, v.body as text, v.created_at as "createdAt", v.created_by as "createdBy"`;

/** What a guide said before, the newest first. */
export async function earlierVersions(db: Reader, id: string): Promise<GuideVersion[]> {
  return many(db, each('guide.earlier'), GuideVersion.properties)`
    select ${versionColumns} from guide_version v where v.guide_id = ${id} and exists (
      select from guide_version n where n.guide_id = v.guide_id and n.language = v.language and n.format = v.format and n.version > v.version)
    order by v.created_at desc, v.version desc limit 100`;
}

/** What people read at an address, by its number: the newest version of an edition; undefined where there is none. */
export async function publishedGuide(
  db: Reader,
  number: number,
  { language, format }: Edition,
): Promise<GuideVersion | undefined> {
  return maybe(db, 'guide.published', GuideVersion.properties)`
    select ${versionColumns} from guide g join guide_version v on v.guide_id = g.id
    where g.number = ${number} and v.language = ${language} and v.format = ${format} order by v.version desc limit 1`;
}
