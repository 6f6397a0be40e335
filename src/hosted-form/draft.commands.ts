import { sql } from 'kysely';
import { keyedHash, newToken } from '../access/tokens.ts';
import type { Typed } from '../admin/forms.ts';
import { timestamp } from '../shared/clock.ts';
import type { Deps } from '../shared/deps.ts';
import { newId } from '../shared/ids.ts';
import type { Answers } from './answers.ts';

// A draft is nobody's record yet: it is for its browser alone, it ends by itself, and the event log has nothing of it.

/** How long what was typed is kept after it was last saved, and how long what was sent can be printed. */
const keptFor = '24 hours';
const printableFor = '15 minutes';

export type Draft = {
  id: string;
  answers: Answers;
  /** The reference, once it was sent. */
  reference: string | null;
  /** What was sent, sealed, while it may still be printed. */
  summary: Buffer | null;
};

const hashOf = (deps: Deps, token: string) => keyedHash(deps.config.SECRET, 'referral-draft', token);

/** The draft of a browser's token, if it is of this link and its time is not over. */
export async function findDraft(deps: Deps, linkId: string, token: string): Promise<Draft | undefined> {
  const now = timestamp(deps.clock);
  const { rows } = await sql<Draft>`/* draft.find */
    select id, answers, reference, case when sent_at > ${now}::timestamptz - ${printableFor}::interval then summary end as summary
    from referral_draft where token_hash = ${hashOf(deps, token)} and link_id = ${linkId}
      and saved_at > ${now}::timestamptz - ${keptFor}::interval`.execute(deps.db);
  return rows[0];
}

/** Begins a referral in a browser; what it had begun before through this link, and not sent, goes. */
export async function beginDraft(deps: Deps, linkId: string, before?: Draft): Promise<{ token: string }> {
  const token = newToken();
  const at = timestamp(deps.clock);
  await sql`/* draft.begin */
    with gone as (delete from referral_draft where id = ${before?.id ?? null}::uuid and sent_at is null),
      used as (update form_link set used_at = ${at} where id = ${linkId})
    insert into referral_draft (id, link_id, token_hash, saved_at) values (${newId()}, ${linkId}, ${hashOf(deps, token)}, ${at})`.execute(
    deps.db,
  );
  return { token };
}

/** Keeps a page of the form. False when the draft was sent or deleted meanwhile. */
export async function savePage(deps: Deps, draftId: string, slug: string, typed: Typed): Promise<boolean> {
  const { rows } = await sql`/* draft.save */
    update referral_draft set answers = answers || jsonb_build_object(${slug}::text, ${JSON.stringify(typed)}::jsonb),
      saved_at = ${timestamp(deps.clock)} where id = ${draftId} and sent_at is null returning id`.execute(
    deps.db,
  );
  return rows.length > 0;
}

/** Deletes a draft that was not sent. */
export async function discardDraft(deps: Deps, draftId: string): Promise<void> {
  await sql`delete from referral_draft where id = ${draftId} and sent_at is null`.execute(deps.db);
}

/** Empties a draft that was sent and keeps its reference, so that a second click, tab or step back finds it; counted once. */
export async function closeDraft(
  deps: Deps,
  draftId: string,
  { reference, summary }: { reference: string; summary: Buffer },
): Promise<void> {
  const at = timestamp(deps.clock);
  await sql`/* draft.close */
    with closed as (
      update referral_draft set answers = '{}', sent_at = ${at}, saved_at = ${at}, reference = ${reference}, summary = ${summary}
      where id = ${draftId} and sent_at is null returning link_id
    )
    update form_link l set sent = sent + 1, used_at = ${at} from closed where l.id = closed.link_id`.execute(
    deps.db,
  );
}

/** Deletes the drafts whose time is over, and what was sent and may no longer be printed. How many of each. */
export async function purgeDrafts(deps: Deps): Promise<{ drafts: number; summaries: number }> {
  const now = timestamp(deps.clock);
  const { rows } = await sql<{ drafts: number; summaries: number }>`
    with old as (
      delete from referral_draft where saved_at <= ${now}::timestamptz - ${keptFor}::interval returning id
    ), unprintable as (
      update referral_draft set summary = null
      where summary is not null and sent_at <= ${now}::timestamptz - ${printableFor}::interval
        and saved_at > ${now}::timestamptz - ${keptFor}::interval returning id
    )
    select (select count(*) from old)::int as drafts, (select count(*) from unprintable)::int as summaries`.execute(
    deps.db,
  );
  return rows[0]!;
}
