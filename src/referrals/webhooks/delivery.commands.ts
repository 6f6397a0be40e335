import { systemContext } from '../../shared/actor.ts';
import { iso, timestamp } from '../../shared/clock.ts';
import type { Deps } from '../../shared/deps.ts';
import { recordEvent } from '../../shared/events.ts';
import { newId } from '../../shared/ids.ts';
import type { OutboxEvent } from '../../shared/outbox.ts';
import { col, type RowOf } from '../../shared/rows.ts';
import { many, maybe, run } from '../../shared/statements.ts';
import { type Work, workIn } from '../../shared/work.ts';
import { completeTasksAbout, createTasks } from '../../tasks/task.commands.ts';
import { aClinic, changedAtFor, isHeardInAnyCase, sharesBack, statusFor } from '../clinic-view.queries.ts';
import { signedHeaders, signingSecret } from './secret.ts';
import { callTypes, giveUpAt, nextAttempt, type Outcome, oldSecretHours } from './webhook.rules.ts';
import { post } from './webhook-request.ts';

/** How many calls are under way at once, and how many of them to one endpoint, so that a slow one holds up nobody else. */
const atOnce = 16;
const atOnceToOne = 4;
/** A sender that was stopped leaves its claim; the delivery is tried again after this long. */
const staleMinutes = 2;
const logDays = 90;

/**
 * Notes that the endpoints of a referral's clinic, and of the one that took it over, are to be told, where the event changes what
 * the clinic sees. What is told is read when it is sent, so one delivery that waits stands for every change until then, also while
 * its endpoint is told nothing, and tells no more than the clinic may hear by then.
 */
export async function tellClinic(work: Work, event: OutboxEvent): Promise<void> {
  const referralIds = event.subjects.filter(({ type }) => type === 'referral').map(({ id }) => id);
  const now = work.deps.clock.now();
  await run(work.trx, 'webhook.tell')`
    insert into webhook_delivery (id, webhook_id, referral_id, next_at, give_up_at, created_at)
    select new_id(), w.id, r.id, ${work.at}, ${iso(giveUpAt(now))}, ${work.at}
    from referral r join organisation o on o.id = r.clinic_id join webhook w on w.organisation_id in (o.id, o.succeeded_by)
    where r.id = any(${referralIds}::uuid[])
      and (${sharesBack} or exists (select from event e where e.id = ${event.id} and ${isHeardInAnyCase}))
    on conflict (webhook_id, referral_id) where status = 'pending' do nothing`;
}

/** Sends what is due, until nothing is or it is told to stop. @returns how many calls it made */
export async function deliverWebhooks(deps: Deps, stop?: AbortSignal): Promise<number> {
  await takeBackStale(deps);
  let made = 0;
  while (!stop?.aborted) {
    const claimed = await claimDue(deps);
    if (!claimed.length) break;
    await Promise.all(claimed.map((delivery) => attempt(deps, delivery)));
    made += claimed.length;
  }
  await forgetOld(deps);
  return made;
}

const ReferralNow = { id: col.text, reference: col.text, status: col.text, changedAt: col.text };

export const Claimed = {
  id: col.text,
  claim: col.number,
  attempts: col.number,
  webhookId: col.text,
  url: col.text,
  secretVersion: col.number,
  rotatedAt: col.orNull(col.text),
  referralId: col.orNull(col.text),
  /** As its clinic sees it now; null for a test. */
  referral: col.orNull(col.object(ReferralNow)),
};
export type Claimed = RowOf<typeof Claimed>;

async function claimDue(deps: Deps): Promise<Claimed[]> {
  const at = timestamp(deps.clock);
  const rows = await many(deps.db, 'webhook.claim', col.omit(Claimed, 'referral'))`
    with due as (
      select x.id from webhook w cross join lateral (
        select d.id, d.next_at from webhook_delivery d where d.webhook_id = w.id and d.status = 'pending' and d.next_at <= ${at}
        order by d.next_at limit ${atOnceToOne} for update skip locked
      ) x where w.disabled_at is null order by x.next_at limit ${atOnce}
    )
    update webhook_delivery d set status = 'sending', claim = claim + 1, claimed_at = ${at}, attempts = attempts + 1
    from webhook w, due where d.id = due.id and w.id = d.webhook_id
    returning d.id, d.claim, d.attempts, d.referral_id as "referralId", w.id as "webhookId", w.url, w.secret_version as "secretVersion", w.rotated_at as "rotatedAt"`;
  return withReferrals(deps, rows);
}

/** With the state of the referrals as their clinics see it, read after the claim: what changes from now on has a delivery of its own. */
async function withReferrals(deps: Deps, claimed: Omit<Claimed, 'referral'>[]): Promise<Claimed[]> {
  const ids = claimed.flatMap(({ referralId }) => referralId ?? []);
  if (!ids.length) return claimed.map((delivery) => ({ ...delivery, referral: null }));
  const rows = await many(deps.db, 'webhook.referrals', ReferralNow)`
    select r.id, r.reference, ${statusFor(aClinic)} as status, ${changedAtFor(aClinic)} as "changedAt"
    from referral r where r.id = any(${ids}::uuid[])`;
  const byId = new Map(rows.map((row) => [row.id, row]));
  return claimed.map((delivery) => ({ ...delivery, referral: byId.get(delivery.referralId ?? '') ?? null }));
}

/** Makes the call and writes down what it came to. */
export async function attempt(deps: Deps, delivery: Claimed): Promise<Outcome> {
  const { id, webhookId, secretVersion, rotatedAt, referral } = delivery;
  const at = new Date(deps.clock.now().epochMilliseconds);
  const body = JSON.stringify({
    type: referral ? callTypes.change : callTypes.test,
    timestamp: at.toISOString(),
    data: referral ?? {},
  });
  const both =
    rotatedAt !== null && new Date(rotatedAt).getTime() + oldSecretHours * 3_600_000 > at.getTime();
  const secrets = [secretVersion, ...(both ? [secretVersion - 1] : [])].map((version) =>
    signingSecret(deps.key, webhookId, version),
  );
  const url = new URL(delivery.url);
  const outcome = await post(
    url,
    { ...signedHeaders(secrets, id, at, body), 'user-agent': 'Lendwell' },
    body,
    allowedHosts(deps).includes(url.host),
  );
  await settle(deps, delivery, outcome);
  return outcome;
}

/** Hosts that may be called by http and inside a private network. */
export const allowedHosts = ({ config }: Pick<Deps, 'config'>): string[] =>
  config.WEBHOOK_ALLOWED_HOSTS.split(',').flatMap((host) => host.trim() || []);

/** A sender that lost its claim changes nothing. */
async function settle(deps: Deps, { id, claim, attempts }: Claimed, outcome: Outcome): Promise<void> {
  await deps.db.transaction().execute(async (trx) => {
    const now = deps.clock.now();
    const at = timestamp(deps.clock);
    const settled = await maybe(trx, 'webhook.settle', {
      status: col.text,
      webhookId: col.text,
      organisationId: col.text,
      isOnlyOne: col.boolean,
    })`
      update webhook_delivery d set last_status = ${outcome.status}, last_fault = ${outcome.fault},
        status = case
          when ${outcome.fault === null} then 'delivered'
          when exists (select from webhook_delivery n where n.webhook_id = d.webhook_id and n.referral_id = d.referral_id and n.status = 'pending') then 'superseded'
          when ${outcome.fault === 'gone'} or d.referral_id is null or d.give_up_at <= ${at} then 'failed'
          else 'pending' end,
        next_at = ${iso(nextAttempt(attempts, now))},
        ended_at = ${at}
      from webhook w where w.id = d.webhook_id and d.id = ${id} and d.claim = ${claim} and d.status = 'sending'
      returning d.status, w.id as "webhookId", w.organisation_id as "organisationId",
        (select count(*) = 1 from webhook o where o.organisation_id = w.organisation_id) as "isOnlyOne"`;
    if (!settled) return;
    if (settled.status === 'pending')
      await run(
        trx,
        'delivery.settle',
        trx.updateTable('webhook_delivery').set({ ended_at: null }).where('id', '=', id),
      );
    const ctx = systemContext(newId());
    const task = {
      kind: 'webhook_failed',
      subjectType: 'organisation',
      subjectId: settled.organisationId,
    } as const;
    if (outcome.fault === 'gone') {
      await run(
        trx,
        'delivery.disable-webhook',
        trx
          .updateTable('webhook')
          .set({ disabled_at: at, disabled_because: 'gone', changed_at: at })
          .where('id', '=', settled.webhookId),
      );
      await recordEvent(workIn(trx, deps, ctx), {
        type: 'webhook.disabled',
        subjects: [['organisation', settled.organisationId]],
      });
      await createTasks(workIn(trx, deps, ctx), [task]);
    } else if (settled.status === 'failed') await createTasks(workIn(trx, deps, ctx), [task]);
    // Of several, another may be the one that could not be told.
    else if (settled.status === 'delivered' && settled.isOnlyOne)
      await completeTasksAbout(workIn(trx, deps, ctx), ['webhook_failed'], [settled.organisationId]);
  });
}

/** What a stopped sender had claimed waits again, unless a newer one waits already: it may be told twice, and is never left out. */
async function takeBackStale(deps: Deps): Promise<void> {
  const at = timestamp(deps.clock);
  await run(deps.db, 'webhook.take-back')`
    update webhook_delivery d set last_fault = 'stopped', next_at = ${at},
      status = case when d.referral_id is null then 'failed'
        when exists (select from webhook_delivery n where n.webhook_id = d.webhook_id and n.referral_id = d.referral_id and n.status = 'pending') then 'superseded'
        else 'pending' end
    where d.status = 'sending' and d.claimed_at <= ${at}::timestamptz - ${`${staleMinutes} minutes`}::interval`;
}

async function forgetOld(deps: Deps): Promise<void> {
  await run(deps.db, 'webhook.forget')`
    delete from webhook_delivery where id in (
      select id from webhook_delivery where ended_at < ${timestamp(deps.clock)}::timestamptz - ${`${logDays} days`}::interval
      order by ended_at limit 1000 for update skip locked)`;
}
