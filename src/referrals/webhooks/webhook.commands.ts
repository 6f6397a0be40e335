import { sql } from 'kysely';
import type { Context } from '../../shared/actor.ts';
import { iso, timestamp } from '../../shared/clock.ts';
import { command } from '../../shared/command.ts';
import type { Trx } from '../../shared/database.ts';
import type { Deps } from '../../shared/deps.ts';
import { etagOf, requireMatch } from '../../shared/etag.ts';
import { type EventType, recordEvent } from '../../shared/events.ts';
import { newId } from '../../shared/ids.ts';
import { invalid, Problem } from '../../shared/problem.ts';
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
  { url }: NewWebhook,
): Promise<WebhookAdded> {
  assertUrl(deps, url);
  const { id } = await command(deps, ctx, async (trx) => {
    const { rows } = await sql`
      select from organisation where id = ${organisationId} and 'clinic' = any(roles) for key share`.execute(
      trx,
    );
    if (!rows.length) throw new Problem('not-found');
    const id = newId();
    const at = timestamp(deps.clock);
    await sql`insert into webhook (id, organisation_id, url, created_at, changed_at) values (${id}, ${organisationId}, ${url}, ${at}, ${at})`.execute(
      trx,
    );
    await record(trx, deps, ctx, 'webhook.added', organisationId);
    return { id };
  });
  return { id, secret: signingSecret(deps.config.SECRET, id, 1) };
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
  ifMatch: string | undefined,
): Promise<void> {
  if (change.url !== undefined) assertUrl(deps, change.url);
  await command(deps, ctx, async (trx) => {
    const before = await lockWebhook(trx, id);
    requireMatch(ifMatch, etagOf(id, before.changedAt));
    const at = timestamp(deps.clock);
    const enabled = change.enabled ?? before.enabled;
    await sql`
      update webhook set url = coalesce(${change.url ?? null}, url), changed_at = ${at},
        disabled_at = case when ${enabled} then null else coalesce(disabled_at, ${at}) end,
        disabled_because = case when ${enabled} then null else coalesce(disabled_because, 'staff') end
      where id = ${id}`.execute(trx);
    const type =
      enabled === before.enabled ? 'webhook.changed' : enabled ? 'webhook.enabled' : 'webhook.disabled';
    await record(trx, deps, ctx, type, before.organisationId);
    if (enabled) await tellWhatWaited(trx, deps, id);
    if (enabled) await completeTasksAbout(trx, deps, ctx, ['webhook_failed'], [before.organisationId]);
  });
}

/**
 * Makes a new secret. The old one signs too for 24 hours, so that the receiver can change over.
 * @throws Problem `not-found`, `conflict` while an earlier change-over still runs
 */
export async function rotateSecret(deps: Deps, ctx: Context, id: string): Promise<SecretRotated> {
  const version = await command(deps, ctx, async (trx) => {
    const { secretVersion, rotatedAt, organisationId } = await lockWebhook(trx, id);
    const now = deps.clock.now();
    if (rotatedAt && now.subtract({ hours: oldSecretHours }).epochMilliseconds < Date.parse(rotatedAt))
      throw new Problem('conflict', {
        detail:
          'Its secret was changed within the last day, and the one before still signs. Change it again after that.',
      });
    await sql`update webhook set secret_version = secret_version + 1, rotated_at = ${timestamp(deps.clock)}, changed_at = ${timestamp(deps.clock)} where id = ${id}`.execute(
      trx,
    );
    await record(trx, deps, ctx, 'webhook.secret_changed', organisationId);
    return secretVersion + 1;
  });
  return {
    secret: signingSecret(deps.config.SECRET, id, version),
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
    await sql`
      insert into webhook_delivery (id, webhook_id, status, attempts, claim, claimed_at, next_at, give_up_at, created_at)
      values (${delivery}, ${id}, 'sending', 1, 1, ${at}, ${at}, ${at}, ${at})`.execute(trx);
    await record(trx, deps, ctx, 'webhook.tested', organisationId);
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
  return command(deps, ctx, async (trx) => {
    const { rows } = await sql<{ status: string; referralId: string | null; organisationId: string }>`
      select d.status, d.referral_id as "referralId", w.organisation_id as "organisationId"
      from webhook_delivery d join webhook w on w.id = d.webhook_id where d.id = ${id} for update of d`.execute(
      trx,
    );
    const [delivery] = rows;
    if (!delivery) throw new Problem('not-found');
    if (!delivery.referralId)
      throw new Problem('conflict', { detail: 'This was a test. Send another test instead.' });
    if (delivery.status === 'sending')
      throw new Problem('conflict', { detail: 'It is being sent. Wait for what comes of it.' });
    const now = deps.clock.now();
    const at = timestamp(deps.clock);
    const { rows: again } = await sql`
      update webhook_delivery d set status = 'pending', next_at = ${at}, ended_at = null,
        give_up_at = ${iso(giveUpAt(now))}
      where d.id = ${id} and not exists (select from webhook_delivery n
        where n.webhook_id = d.webhook_id and n.referral_id = d.referral_id and n.status = 'pending' and n.id <> d.id)
      returning d.id`.execute(trx);
    if (!again.length)
      throw new Problem('conflict', {
        detail: 'A newer one for this referral waits to be sent. Send that one.',
      });
    await record(trx, deps, ctx, 'webhook.resent', delivery.organisationId);
    return { id, status: 'pending' };
  });
}

/** What waited while an endpoint was told nothing is due now, and has its three days from now. */
async function tellWhatWaited(trx: Trx, deps: Deps, id: string): Promise<void> {
  const giveUp = iso(giveUpAt(deps.clock.now()));
  await sql`
    update webhook_delivery set next_at = ${timestamp(deps.clock)}, give_up_at = ${giveUp}
    where webhook_id = ${id} and status = 'pending'`.execute(trx);
}

async function lockWebhook(trx: Trx, id: string) {
  const { rows } = await sql<{
    organisationId: string;
    url: string;
    enabled: boolean;
    secretVersion: number;
    rotatedAt: string | null;
    changedAt: string;
  }>`select organisation_id as "organisationId", url, disabled_at is null as enabled, secret_version as "secretVersion",
      rotated_at as "rotatedAt", changed_at as "changedAt" from webhook where id = ${id} for update`.execute(
    trx,
  );
  if (!rows[0]) throw new Problem('not-found');
  return rows[0];
}

function assertUrl(deps: Deps, url: string): void {
  const fault = urlFault(url, allowedHosts(deps));
  if (fault) throw invalid({ pointer: '/url', message: fault });
}

function record(
  trx: Trx,
  deps: Deps,
  ctx: Context,
  type: Extract<EventType, `webhook.${string}`>,
  organisationId: string,
): Promise<string> {
  return recordEvent(trx, deps, ctx, { type, subjects: [['organisation', organisationId]] });
}
