import { sql } from 'kysely';
import { keyedHash, newToken } from '../../access/tokens.ts';
import { timestamp } from '../../shared/clock.ts';
import type { Deps } from '../../shared/deps.ts';
import { newId } from '../../shared/ids.ts';
import { col, type RowOf } from '../../shared/rows.ts';
import { each, many, maybe, one, run } from '../../shared/statements.ts';
import type { Typed } from '../../web/forms.ts';
import { type Answers, regrouped } from './answers.schemas.ts';
import { questionGroups } from './question-groups.schemas.ts';

// A draft is nobody's record yet: it is for its browser alone, it ends by itself, and the event log has nothing of it.

/** How long what was typed is kept after it was last saved, and how long what was sent can be printed. */
const keptFor = '24 hours';
const printableFor = '15 minutes';
/** How many forms the start page offers to go on with. */
const mostOffered = 20;

export const Draft = {
  id: col.text,
  answers: col.unchecked<Answers>(),
  /** The pages that were not right, as they were typed, until they are. */
  tried: col.unchecked<Answers>(),
  savedAt: col.text,
  /** The reference, once it was sent. */
  reference: col.orNull(col.text),
  /** What was sent, sealed, while it may still be printed. */
  summary: col.orNull(col.bytes),
};
export type Draft = RowOf<typeof Draft>;

const hashOf = (deps: Deps, token: string) => keyedHash(deps.key, 'referral-draft', token);

/** The drafts of a browser's token in a link whose time is not over. */
function draftsOf(deps: Deps, linkId: string, token: string) {
  const now = timestamp(deps.clock);
  return sql`
    select id, answers, tried, saved_at as "savedAt", reference,
      case when sent_at > ${now}::timestamptz - ${printableFor}::interval then summary end as summary
    from referral_draft where token_hash = ${hashOf(deps, token)} and link_id = ${linkId}
      and saved_at > ${now}::timestamptz - ${keptFor}::interval`;
}

/** A draft of a browser; without an id the one that it began last. Another browser's is as unknown as one that is over. */
export async function findDraft(
  deps: Deps,
  linkId: string,
  token: string,
  id: string | undefined,
): Promise<Draft | undefined> {
  const draft = await maybe(deps.db, 'draft.find', Draft)`${draftsOf(deps, linkId, token)}
    and ${id === undefined ? sql`true` : sql`id = ${id}`} order by id desc limit 1`;
  return draft && regrouped(draft);
}

/** What a browser has begun to fill in and not sent, the newest first. */
export async function begunDrafts(deps: Deps, linkId: string, token: string): Promise<Draft[]> {
  const drafts = await many(deps.db, 'draft.begun', Draft)`${draftsOf(deps, linkId, token)}
    and sent_at is null and (answers <> '{}' or tried <> '{}') order by id desc limit ${mostOffered}`;
  return drafts.map(regrouped);
}

/** Begins a referral in a browser, beside what it has begun before. @param token what the browser has already */
export async function beginDraft(
  deps: Deps,
  linkId: string,
  token = newToken(),
): Promise<{ id: string; token: string }> {
  const at = timestamp(deps.clock);
  const id = newId();
  await run(deps.db, 'draft.begin')`
    with used as (update form_link set used_at = ${at} where id = ${linkId})
    insert into referral_draft (id, link_id, token_hash, saved_at) values (${id}, ${linkId}, ${hashOf(deps, token)}, ${at})`;
  return { id, token };
}

/** The pages that stood before where this one is now: with it, they are answered anew. */
const before = (slug: string): string[] => questionGroups.find((group) => group.slug === slug)?.was ?? [];

/** Keeps a page of the form that is right. False when the draft was sent or deleted meanwhile. */
export async function savePage(deps: Deps, draftId: string, slug: string, typed: Typed): Promise<boolean> {
  const rows = await many(deps.db, 'draft.save', {})`
    update referral_draft set answers = answers - ${before(slug)}::text[] || jsonb_build_object(${slug}::text, ${JSON.stringify(typed)}::jsonb),
      tried = tried - ${[slug, ...before(slug)]}::text[], saved_at = ${timestamp(deps.clock)}
    where id = ${draftId} and sent_at is null returning id`;
  return rows.length > 0;
}

/** Keeps a page that is not right yet, or not whole, beside what was right before. False as above. */
export async function keepTry(deps: Deps, draftId: string, slug: string, typed: Typed): Promise<boolean> {
  const rows = await many(deps.db, 'draft.try', {})`
    update referral_draft set tried = tried || jsonb_build_object(${slug}::text, ${JSON.stringify(typed)}::jsonb),
      saved_at = ${timestamp(deps.clock)} where id = ${draftId} and sent_at is null returning id`;
  return rows.length > 0;
}

/** Deletes a draft that was not sent. */
export async function discardDraft(deps: Deps, draftId: string): Promise<void> {
  await run(
    deps.db,
    'draft.discard',
    deps.db.deleteFrom('referral_draft').where('id', '=', draftId).where('sent_at', 'is', null),
  );
}

/** Empties a draft that was sent and keeps its reference, so that a second click, tab or step back finds it; counted once. */
export async function closeDraft(
  deps: Deps,
  draftId: string,
  { reference, summary }: { reference: string; summary: Buffer },
): Promise<void> {
  const at = timestamp(deps.clock);
  await run(deps.db, 'draft.close')`
    with closed as (
      update referral_draft set answers = '{}', tried = '{}', sent_at = ${at}, saved_at = ${at}, reference = ${reference},
        summary = ${summary}
      where id = ${draftId} and sent_at is null returning link_id
    )
    update form_link l set sent = sent + 1, used_at = ${at} from closed where l.id = closed.link_id`;
}

/** Deletes the drafts whose time is over, and what was sent and may no longer be printed. How many of each. */
export async function purgeDrafts(deps: Deps): Promise<{ drafts: number; summaries: number }> {
  const now = timestamp(deps.clock);
  return one(deps.db, each('draft.purge'), { drafts: col.number, summaries: col.number })`
    with old as (
      delete from referral_draft where saved_at <= ${now}::timestamptz - ${keptFor}::interval returning id
    ), unprintable as (
      update referral_draft set summary = null
      where summary is not null and sent_at <= ${now}::timestamptz - ${printableFor}::interval
        and saved_at > ${now}::timestamptz - ${keptFor}::interval returning id
    )
    select (select count(*) from old)::int as drafts, (select count(*) from unprintable)::int as summaries`;
}
