import type { Context } from '../../shared/actor.ts';
import { iso, timestamp } from '../../shared/clock.ts';
import { command } from '../../shared/command.ts';
import type { Trx } from '../../shared/database.ts';
import type { Deps } from '../../shared/deps.ts';
import { etagOf, requireMatch } from '../../shared/etag.ts';
import { type EventType, recordEvent } from '../../shared/events.ts';
import { newId } from '../../shared/ids.ts';
import { invalid, Problem } from '../../shared/problem.ts';
import { col } from '../../shared/rows.ts';
import { maybe, run } from '../../shared/statements.ts';
import { type Work, workIn } from '../../shared/work.ts';
import { completeTasksAbout } from '../../tasks/task.commands.ts';
import { allowedHosts, attempt, type Claimed } from './delivery.commands.ts';
import { signingSecret } from './secret.ts';
import { faultWords, giveUpAt, oldSecretHours, urlFault } from './webhook.rules.ts';
import type {
  DeliveryState,
  NewWebhook,
  SecretRotated,
  TestResult,
  WebhookAdded,
  WebhookChange,
} from './webhook.schemas.ts';

/**
 * Adds an endpoint that is told when a referral of the clinic changes. Its secret is shown this once.
 * @throws Problem `not-found` for an unknown clinic, `invalid`, `conflict` for an address it has already
 */
export async function addWebhook(
  deps: Deps,
  ctx: Context,
  organisationId: string,
  webhook: NewWebhook,
): Promise<WebhookAdded> {
  const url = webhook.url.trim();
  assertUrl(deps, url);
  const { id } = await command(deps, ctx, async (work) => {
    const known = await maybe(work.trx, 'webhook.add', {})`
      select from organisation where id = ${organisationId} and 'clinic' = any(roles) for key share`;
    if (!known) throw new Problem('not-found');
    const id = newId();
    const { at } = work;
    await run(
      work.trx,
      'webhook.insert',
      work.trx
        .insertInto('webhook')
        .values({ id, organisation_id: organisationId, url, created_at: at, changed_at: at }),
    );
    await record(work, 'webhook.added', organisationId);
    return { id };
  });
  return { id, secret: signingSecret(deps.key, id, 1) };
}

/**
 * Changes an endpoint's address, or stops and starts telling it. What waited meanwhile is told then, as it is by then.
 * @throws Problem `not-found`, `invalid`, `if-match-required`, `changed-meanwhile`, `conflict`
 */
export async function changeWebhook(
  deps: Deps,
  ctx: Context,
  id: string,
  change: WebhookChange,
): Promise<void> {
  const url = change.url?.trim();
  if (url !== undefined) assertUrl(deps, url);
  await command(deps, ctx, async (work) => {
    const before = await lockWebhook(work.trx, id);
    requireMatch(ctx.ifMatch, etagOf(id, before.changedAt));
    const { at } = work;
    const enabled = change.enabled ?? before.enabled;
    await run(work.trx, 'webhook.change')`
      update webhook set url = coalesce(${url ?? null}, url), changed_at = ${at},
        disabled_at = case when ${enabled} then null else coalesce(disabled_at, ${at}) end,
        disabled_because = case when ${enabled} then null else coalesce(disabled_because, 'staff') end
      where id = ${id}`;
    const type =
      enabled === before.enabled ? 'webhook.changed' : enabled ? 'webhook.enabled' : 'webhook.disabled';
    await record(work, type, before.organisationId);
    if (enabled) await tellWhatWaited(work, id);
    if (enabled) await completeTasksAbout(work, ['webhook_failed'], [before.organisationId]);
  });
}

/**
 * Makes a new secret. The old one signs too for 24 hours, so that the receiver can change over.
 * @throws Problem `not-found`, `conflict` while an earlier change-over still runs
 */
export async function rotateSecret(deps: Deps, ctx: Context, id: string): Promise<SecretRotated> {
  const version = await command(deps, ctx, async (work) => {
    const { secretVersion, rotatedAt, organisationId } = await lockWebhook(work.trx, id);
    const now = deps.clock.now();
    if (rotatedAt && now.subtract({ hours: oldSecretHours }).epochMilliseconds < Date.parse(rotatedAt))
      throw new Problem('conflict', {
        detail:
          'Its secret was changed within the last day, and the one before still signs. Change it again after that.',
      });
    await run(
      work.trx,
      'webhook.rotate-secret',
    )`update webhook set secret_version = secret_version + 1, rotated_at = ${work.at}, changed_at = ${work.at} where id = ${id}`;
    await record(work, 'webhook.secret_changed', organisationId);
    return secretVersion + 1;
  });
  return {
    secret: signingSecret(deps.key, id, version),
    oldValidUntil: iso(deps.clock.now().add({ hours: oldSecretHours })),
  };
}

/**
 * Calls an endpoint now with an empty test, and says what came of it. It is tried once.
 * @throws Problem `not-found`
 */
export async function testWebhook(deps: Deps, ctx: Context, id: string): Promise<TestResult> {
  const claimed = await deps.db.transaction().execute(async (trx): Promise<Claimed> => {
    const { url, secretVersion, rotatedAt, organisationId } = await lockWebhook(trx, id);
    const delivery = newId();
    const at = timestamp(deps.clock);
    await run(
      trx,
      'webhook.test',
      trx.insertInto('webhook_delivery').values({
        id: delivery,
        webhook_id: id,
        status: 'sending',
        attempts: 1,
        claim: 1,
        claimed_at: at,
        next_at: at,
        give_up_at: at,
        created_at: at,
      }),
    );
    await record(workIn(trx, deps, ctx), 'webhook.tested', organisationId);
    return {
      id: delivery,
      claim: 1,
      attempts: 1,
      webhookId: id,
      url,
      secretVersion,
      rotatedAt,
      referralId: null,
      referral: null,
    };
  });
  const outcome = await attempt(deps, claimed);
  return {
    ...outcome,
    told: outcome.fault ? faultWords[outcome.fault] : `It answered ${outcome.status}: the test arrived.`,
  };
}

/**
 * Has a delivery sent again at once, with the referral as it is now.
 * @throws Problem `not-found`, `conflict` for a test or while a newer one waits
 */
export async function resendDelivery(deps: Deps, ctx: Context, id: string): Promise<DeliveryState> {
  return command(deps, ctx, async (work) => {
    const delivery = await maybe(work.trx, 'webhook.resend-delivery', {
      status: col.text,
      referralId: col.orNull(col.text),
      organisationId: col.text,
    })`
      select d.status, d.referral_id as "referralId", w.organisation_id as "organisationId"
      from webhook_delivery d join webhook w on w.id = d.webhook_id where d.id = ${id} for update of d`;
    if (!delivery) throw new Problem('not-found');
    if (!delivery.referralId)
      throw new Problem('conflict', { detail: 'This was a test. Send another test instead.' });
    if (delivery.status === 'sending')
      throw new Problem('conflict', { detail: 'It is being sent. Wait for what comes of it.' });
    const now = deps.clock.now();
    const { at } = work;
    const again = await maybe(work.trx, 'webhook.resend', {})`
      update webhook_delivery d set status = 'pending', next_at = ${at}, ended_at = null,
        give_up_at = ${iso(giveUpAt(now))}
      where d.id = ${id} and not exists (select from webhook_delivery n
        where n.webhook_id = d.webhook_id and n.referral_id = d.referral_id and n.status = 'pending' and n.id <> d.id)
      returning d.id`;
    if (!again)
      throw new Problem('conflict', {
        detail: 'A newer one for this referral waits to be sent. Send that one.',
      });
    await record(work, 'webhook.resent', delivery.organisationId);
    return { id, status: 'pending' };
  });
}

/** What waited while an endpoint was told nothing is due now, and has its three days from now. */
async function tellWhatWaited(work: Work, id: string): Promise<void> {
  const giveUp = iso(giveUpAt(work.deps.clock.now()));
  await run(work.trx, 'webhook.tell-what-waited')`
    update webhook_delivery set next_at = ${work.at}, give_up_at = ${giveUp}
    where webhook_id = ${id} and status = 'pending'`;
}

async function lockWebhook(trx: Trx, id: string) {
  const row = await maybe(trx, 'webhook.lock', {
    organisationId: col.text,
    url: col.text,
    enabled: col.boolean,
    secretVersion: col.number,
    rotatedAt: col.orNull(col.text),
    changedAt: col.text,
  })`select organisation_id as "organisationId", url, disabled_at is null as enabled, secret_version as "secretVersion",
      rotated_at as "rotatedAt", changed_at as "changedAt" from webhook where id = ${id} for update`;
  if (!row) throw new Problem('not-found');
  return row;
}

function assertUrl(deps: Deps, url: string): void {
  const fault = urlFault(url, allowedHosts(deps));
  if (fault) throw invalid({ pointer: '/url', message: fault });
}

function record(
  work: Work,
  type: Extract<EventType, `webhook.${string}`>,
  organisationId: string,
): Promise<string> {
  return recordEvent(work, { type, subjects: [['organisation', organisationId]] });
}
