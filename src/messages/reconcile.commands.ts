import { Temporal } from 'temporal-polyfill';
import { systemContext } from '../shared/actor.ts';
import { iso, timestamp } from '../shared/clock.ts';
import { command } from '../shared/command.ts';
import type { Deps } from '../shared/deps.ts';
import { col, type RowOf } from '../shared/rows.ts';
import { many } from '../shared/statements.ts';
import { createTasks } from '../tasks/task.commands.ts';
import { Asked, channelOf, type Found } from './channels.ts';
import { recordFindings } from './receipt.commands.ts';
import { type Provider, providers } from './senders.rules.ts';
import { Claim, putBack, settleSent } from './sending.commands.ts';

const staleMinutes = 10;
const batchSize = 200;
/** A provider is asked again what became of a message after so long, and for so many days: Notify keeps them for seven. */
const askAgainHours = 6;
const keptDays = 7;
const ctx = systemContext('reconcile');

type Reconciled = { found: number; requeued: number; unknown: number };

/**
 * Finds messages whose sender died or does not know what became of them, takes over their claim and asks
 * the provider: what it has is sent, what it does not have is queued again, and what cannot be asked for
 * any more is a person's to find out. It is never sent again by itself.
 */
export async function reconcile(deps: Deps): Promise<Reconciled> {
  const counts = { found: 0, requeued: 0, unknown: 0 };
  for (;;) {
    const claims = await takeOver(deps);
    if (!claims.length) break;
    for (const [provider, mine] of Map.groupBy(claims, (claim) => claim.provider)) {
      const sum = await settleStale(deps, provider, mine);
      counts.found += sum.found;
      counts.requeued += sum.requeued;
      counts.unknown += sum.unknown;
    }
  }
  await askWhatArrived(deps);
  return counts;
}

/** `provider` and `since` are null of what was never handed to one. */
const Stale = {
  ...Claim,
  ...Asked,
  provider: col.orNull(col.oneOf(providers)),
  since: col.orNull(col.text),
};
type Stale = RowOf<typeof Stale>;

async function settleStale(deps: Deps, provider: Provider | null, stale: Stale[]): Promise<Reconciled> {
  // Claimed and never given to a provider: the sender died before it had checked.
  if (!provider) return { found: 0, requeued: await putBack(deps, stale), unknown: 0 };
  const { find } = channelOf(deps, provider);
  const oldest = iso(deps.clock.now().subtract({ hours: 24 * keptDays - 1 }));
  const isAskable = (one: Stale): one is Stale & { since: string } =>
    !!find && one.since !== null && one.since > oldest;
  const askable = stale.filter(isAskable);
  const found = askable.length ? await find!(askable) : new Map<string, Found>();
  const has = ({ id }: Claim) => found.has(id);
  return {
    found: await settleSent(
      deps,
      askable.filter(has).map(({ id, claim }) => ({ id, claim, providerId: found.get(id)!.providerId })),
    ),
    requeued: await putBack(
      deps,
      askable.filter((one) => !has(one)).map(({ id, claim }) => ({ id, claim })),
    ),
    unknown: await giveToStaff(
      deps,
      stale.filter((one) => !isAskable(one)),
    ),
  };
}

async function takeOver(deps: Deps): Promise<Stale[]> {
  const now = timestamp(deps.clock);
  const stale = iso(deps.clock.now().subtract(Temporal.Duration.from({ minutes: staleMinutes })));
  return many(deps.db, 'message.take-over', Stale)`
    update message set claim = claim + 1, claimed_at = ${now}, changed_at = ${now}
    where id in (select id from message where status = 'sending' and claimed_at < ${stale} order by claimed_at limit ${batchSize} for update skip locked)
    returning id, claim, id as reference, channel, wording, provider, handed_at as since`;
}

/** It may have gone and cannot be asked for: whether it is said again is for a person to decide. */
async function giveToStaff(deps: Deps, stale: Stale[]): Promise<number> {
  if (!stale.length) return 0;
  return command(deps, ctx, async (work) => {
    const rows = await many(work.trx, 'message.unknown', { id: col.text, patientId: col.text })`
      update message m set status = 'unknown', why = 'not_known', changed_at = ${work.at}
      from jsonb_to_recordset(${JSON.stringify(stale)}) x (id uuid, claim int)
      where m.id = x.id and m.claim = x.claim and m.status = 'sending' returning m.id, m.patient_id as "patientId"`;
    await createTasks(
      work,
      rows.map(({ id, patientId }) => ({
        kind: 'message_unknown',
        subjectType: 'message',
        subjectId: id,
        patientId,
      })),
    );
    return rows.length;
  });
}

/** Asks for what was sent and of which no receipt has come; letters have none. One batch a run. */
async function askWhatArrived(deps: Deps): Promise<void> {
  const now = deps.clock.now();
  const before = (hours: number) => iso(now.subtract({ hours }));
  const rows = await many(deps.db, 'message.to-ask', Asked)`
    update message set asked_at = ${iso(now)} where id in (
      select id from message where status = 'sent' and provider = 'notify' and sent_at between ${before(24 * keptDays)} and ${before(1)}
        and (asked_at is null or asked_at < ${before(askAgainHours)}) order by sent_at limit ${batchSize} for update skip locked)
    returning id as reference, channel, wording, handed_at as since`;
  if (!rows.length) return;
  const found = await channelOf(deps, 'notify').find!(rows);
  await recordFindings(
    deps,
    [...found].map(([reference, { providerId, state }]) => ({ reference, providerId, state })),
  );
}
