import { type RawBuilder, sql } from 'kysely';
import { proposalKeptFor } from '../access/proposal.commands.ts';
import { begunKeptFor } from '../access/sign-on.rules.ts';
import { purgeDrafts } from '../referrals/hosted-form/draft.commands.ts';
import { systemContext } from '../shared/actor.ts';
import { timestamp } from '../shared/clock.ts';
import { command, replyKeptFor } from '../shared/command.ts';
import type { Deps } from '../shared/deps.ts';
import { newId } from '../shared/ids.ts';
import { col } from '../shared/rows.ts';
import { many, run } from '../shared/statements.ts';
import { listKnownFor } from '../stock/donations/taken-list.commands.ts';
import { completeTasksAbout } from '../tasks/task.commands.ts';
import { pageKeptFor } from '../web/kept-page.ts';

const batchSize = 1000;
/** How long a text from a number that nobody has is kept. */
const textOfNobodyKeptFor = '90 days';
/** How long a story of someone not known by name stays after its last change, where nobody agreed to it. */
const storyToAskKeptFor = '90 days';
/** How long what a finder of a device wrote is kept. */
const foundKeptFor = '90 days';

/** Rows `x` whose time is over at an instant, by their table. What is read of a link or a session, ended or not there, is the same. */
const over: Record<string, (now: RawBuilder<string>, deps: Deps) => RawBuilder<unknown>> = {
  idempotency_key: (now) => sql`x.created_at <= ${now} - ${replyKeptFor}::interval`,
  // For a day after it was last seen, a session still says whose form comes too late.
  session: (
    now,
    { config },
  ) => sql`x.seen_at <= ${now} - interval '1 day' and (x.revoked_at is not null or x.expires_at <= ${now}
    or x.seen_at <= ${now} - make_interval(mins => ${config.SESSION_IDLE_MINUTES}::int))`,
  sign_on_begun: (now) => sql`x.begun_at <= ${now} - ${begunKeptFor}::interval`,
  sign_on_logout: (now) => sql`x.at <= ${now} - interval '1 day'`,
  proposed_account: (now) => sql`x.tried_at <= ${now} - ${proposalKeptFor}::interval`,
  known_browser: (now) => sql`x.seen_at < ${now} - interval '400 days'`,
  sign_in_throttle: (now) => sql`x.failed_at < ${now} - interval '1 day'`,
  security_event: (now) => sql`x.at < ${now} - interval '401 days'`,
  kept_page: (now) => sql`x.kept_at <= ${now} - ${pageKeptFor}::interval`,
  kept_sheet: (now) => sql`x.expires_at <= ${now}`,
  taken_list: (now) => sql`x.taken_at <= ${now} - ${listKnownFor}::interval`,
  password_link: (now) => sql`x.ended_at is not null or x.expires_at <= ${now}`,
  answer_link: (now) => sql`x.expires_at <= ${now}`,
  patient_link: (now) => sql`x.expires_at <= ${now}`,
  // What someone told whom nobody knows by name stays for as long as they agreed to it, and a while for them to be asked.
  story: (now) => sql`x.patient_id is null and (x.retired_at is not null
    or (x.changed_at <= ${now} - ${storyToAskKeptFor}::interval and not exists (
      select from story_consent c where c.story_id = x.id and c.ended_at is null)) or exists (
    select from (select * from story_consent where story_id = x.id order by id desc limit 1) c
    where c.ended_why = 'withdrawn' or (c.ended_at is null and c.until < (${now} at time zone 'Europe/London')::date)))`,
};

/** Forgets what was kept for a while and whose time is over, in batches. How many rows of each table. */
export async function forgetWhatIsOver(deps: Deps): Promise<Record<string, number>> {
  const { drafts } = await purgeDrafts(deps);
  const counts: Record<string, number> = { referral_draft: drafts };
  const now = sql<string>`${timestamp(deps.clock)}::timestamptz`;
  for (const [table, isOver] of Object.entries(over))
    counts[table] = await inBatches(
      () =>
        run(deps.db, 'forget.rows')`
        delete from ${sql.table(table)} where ctid = any(array(
          select x.ctid from ${sql.table(table)} x where ${isOver(now, deps)} limit ${batchSize} for update skip locked))`,
    );
  counts.inbound_message = await inBatches(() => forgetTextsOfNobody(deps));
  counts.found_message = await inBatches(() => forgetFound(deps));
  return counts;
}

async function inBatches(work: () => Promise<number>): Promise<number> {
  for (let sum = 0; ; ) {
    const count = await work();
    sum += count;
    if (count < batchSize) return sum;
  }
}

/** Texts from numbers that nobody has had since they came; what asked to read them has nothing to show any more. */
async function forgetTextsOfNobody(deps: Deps): Promise<number> {
  const ctx = systemContext(newId());
  return command(deps, ctx, async (work) => {
    const rows = await many(work.trx, 'forget.texts-of-nobody', { id: col.text })`
      delete from inbound_message where id in (
        select id from inbound_message where patient_ids = '{}' and message_id is null
          and received_at <= ${work.at}::timestamptz - ${textOfNobodyKeptFor}::interval
        limit ${batchSize} for update skip locked) returning id`;
    const ids = rows.map(({ id }) => id);
    await completeTasksAbout(work, ['inbound_text'], ids);
    return ids.length;
  });
}

/** What finders of devices wrote; what asked to read it has nothing to show any more. */
async function forgetFound(deps: Deps): Promise<number> {
  const ctx = systemContext(newId());
  return command(deps, ctx, async (work) => {
    const rows = await many(work.trx, 'forget.found', { id: col.text })`
      delete from found_message where id in (
        select id from found_message where received_at <= ${work.at}::timestamptz - ${foundKeptFor}::interval
        limit ${batchSize} for update skip locked) returning id`;
    const ids = rows.map(({ id }) => id);
    await completeTasksAbout(work, ['said_found'], ids);
    return ids.length;
  });
}
