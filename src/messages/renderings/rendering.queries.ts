import { sql } from 'kysely';
import { type Fit, fitOf, type Wanted } from '../../people/format.rules.ts';
import type { Reader } from '../../shared/database.ts';
import { col } from '../../shared/rows.ts';
import { many } from '../../shared/statements.ts';
import { type RenderedThing, Rendering } from './rendering.schemas.ts';
import { catalogueVersion, type Thing, thingFacts, things } from './thing.rules.ts';

/** The version of the English original of a thing that is in use; null for what is not written yet. */
export const versionInUse = (thing: unknown) => sql<number | null>`case ${thing}
  when 'agreement' then (select max(version) from agreement_version)
  when 'notice' then (select max(version) from notice_version where notice = 'patients')
  when 'notice_discreet' then (select max(version) from notice_version where notice = 'patients_discreet')
  else ${catalogueVersion}::int end`;

const originals = sql`(
  (select 'agreement' as thing, version, body from agreement_version order by version desc limit 1)
  union all (select 'notice', version, body from notice_version where notice = 'patients' order by version desc limit 1)
  union all (select 'notice_discreet', version, body from notice_version where notice = 'patients_discreet' order by version desc limit 1)
  union all select x.thing, ${catalogueVersion}::int, null from unnest(array['papers', 'answer_page']) x (thing))`;

const Original = { thing: Rendering.properties.thing, version: col.number, body: col.orNull(col.text) };

/** Every thing with its original and what there is of it. Two statements. */
export async function listRendered(db: Reader): Promise<RenderedThing[]> {
  const [originalsFound, renderings] = [
    await readOriginals(db, [...things]),
    await readRenderings(db, [...things]),
  ];
  return things.map((thing) => ({
    thing,
    title: thingFacts[thing].title,
    original: originalsFound.get(thing) ?? null,
    renderings: renderings.filter((one) => one.thing === thing),
  }));
}

/** One of them. */
export async function getRendered(db: Reader, thing: Thing): Promise<RenderedThing> {
  return {
    thing,
    title: thingFacts[thing].title,
    original: (await readOriginals(db, [thing])).get(thing) ?? null,
    renderings: await readRenderings(db, [thing]),
  };
}

async function readOriginals(db: Reader, wanted: Thing[]) {
  const rows = await many(db, 'rendering.originals', Original)`
    select o.thing, o.version, o.body from ${originals} o where o.thing = any(${wanted}::text[])`;
  return new Map(
    rows.map(({ thing, version, body }) => [
      thing,
      { version, phrases: body === null ? thingFacts[thing].phrases : { text: body } },
    ]),
  );
}

async function readRenderings(db: Reader, wanted: Thing[]): Promise<Rendering[]> {
  return many(db, 'rendering.list', Rendering.properties)`
    select distinct on (r.thing, r.language, r.format) r.thing, r.of_version as "ofVersion", r.language, r.format, r.version, r.phrases,
      r.approved_by as "approvedBy", r.approved_on as "approvedOn", r.created_at as "createdAt", r.created_by as "createdBy"
    from rendering r where r.thing = any(${wanted}::text[]) and r.of_version = ${versionInUse(sql`r.thing`)}
    order by r.thing, r.language, r.format, r.version desc`;
}

/** The rendering of a thing with one text that is in use in a language and a format, as JSON; null where there is none. */
export const renderingInUse = (
  thing: Thing,
  { language, format }: { language: string; format: string },
) => sql<{
  version: number;
  text: string;
} | null>`(
  select json_build_object('version', r.version, 'text', r.phrases ->> 'text') from rendering r
  where r.thing = ${thing} and r.language = ${language} and r.format = ${format} and r.of_version = ${versionInUse(sql`r.thing`)}
  order by r.version desc limit 1)`;

/** The words of a thing as someone is given them; `version` is null for the original. */
export type Words<Names extends string = string> = Fit<{
  language: string;
  format: Rendering['format'];
  version: number | null;
  ofVersion: number;
  phrases: Record<Names, string>;
}>;

/** Every edition of a thing, the original first; empty where that is not written. */
export function editionsOf({ original, renderings }: RenderedThing): Words['edition'][] {
  if (!original) return [];
  const { version, phrases } = original;
  return [{ language: 'en', format: 'standard', version: null, ofVersion: version, phrases }, ...renderings];
}

/** The words of a thing that fit someone best, with what is missing; undefined where the original is not written. Two statements. */
export async function wordsFor<Names extends string = string>(
  db: Reader,
  thing: Thing,
  wanted: Wanted,
): Promise<Words<Names> | undefined> {
  const editions = editionsOf(await getRendered(db, thing));
  return editions.length ? (fitOf(editions, wanted) as Words<Names>) : undefined;
}
