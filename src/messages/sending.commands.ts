import { setTimeout as wait } from 'node:timers/promises';
import { Temporal } from 'temporal-polyfill';
import { messageChannels, wordings } from '../people/reach.rules.ts';
import { systemContext } from '../shared/actor.ts';
import { timestamp } from '../shared/clock.ts';
import { command } from '../shared/command.ts';
import type { Deps } from '../shared/deps.ts';
import { recordEvents } from '../shared/events.ts';
import { col, type RowOf } from '../shared/rows.ts';
import { many, one } from '../shared/statements.ts';
import { completeTasksAbout, createTasks } from '../tasks/task.commands.ts';
import { channelOf, type Outcome, type Outgoing } from './channels.ts';
import { failMessages } from './failure.commands.ts';
import type { Provider } from './senders.rules.ts';

const atOnce = 10;
const ctx = systemContext('dispatch');
/** What the task about a provider that refuses us is about: the provider, not a record. */
const providerSubject = '00000000-0000-7000-8000-000000000001';

export const Claim = { id: col.text, claim: col.number };
export type Claim = RowOf<typeof Claim>;
export type Handover = Outgoing & Claim & { provider: Provider };
type Result = Claim & { outcome: Outcome };

/**
 * Hands a batch to its providers, a few at once and no faster than they take, and writes down what became
 * of each. What is not handed over before `giveUpAt` stays as it is: by then another sender may have been
 * told that this one died. A provider that says `later` gets no more of the batch.
 * @returns how many were sent
 */
export async function send(
  deps: Deps,
  outgoing: Handover[],
  giveUpAt: Temporal.Instant,
  stop?: AbortSignal,
): Promise<number> {
  const begun = performance.now();
  const results: Result[] = [];
  const closed = new Map<string, Outcome>();
  for (let from = 0; from < outgoing.length; from += atOnce) {
    if (stop?.aborted || Temporal.Instant.compare(deps.clock.now(), giveUpAt) > 0) break;
    const batch = outgoing.slice(from, from + atOnce);
    const outcomes = await Promise.all(
      batch.map((message) => closed.get(senderOf(message)) ?? handOver(deps, message)),
    );
    for (const [place, { id, claim, ...message }] of batch.entries()) {
      const outcome = outcomes[place]!;
      if (outcome.is === 'later') closed.set(senderOf(message), outcome);
      results.push({ id, claim, outcome });
    }
  }
  const sent = await settle(deps, results);
  await keepPace(deps, outgoing, performance.now() - begun);
  return sent;
}

const senderOf = ({ provider, channel, wording }: Pick<Handover, 'provider' | 'channel' | 'wording'>) =>
  `${provider} ${channel} ${wording}`;

async function handOver(deps: Deps, { id, claim: _claim, provider, ...message }: Handover): Promise<Outcome> {
  try {
    return await channelOf(deps, provider).send(message);
  } catch (err) {
    deps.log.warn({ err, message: id }, 'it is not known whether a message was taken; it will be asked for');
    return { is: 'unknown' };
  }
}

/** A batch takes at least as long as its slowest provider needs for so many. */
async function keepPace(deps: Deps, outgoing: Handover[], took: number): Promise<void> {
  const counts = Map.groupBy(outgoing, ({ provider }) => provider);
  const needed = Math.max(
    0,
    ...[...counts].map(([provider, { length }]) => (length / channelOf(deps, provider).perMinute) * 60_000),
  );
  if (needed > took) await wait(needed - took);
}

/** What is unknown stays `sending`, and is asked for later. */
async function settle(deps: Deps, results: Result[]): Promise<number> {
  const of = <Is extends Outcome['is']>(is: Is) =>
    results.filter((one): one is Claim & { outcome: Extract<Outcome, { is: Is }> } => one.outcome.is === is);
  const later = of('later');
  await failMessages(deps, of('refused'), { why: 'refused', pointFails: true });
  await putBack(
    deps,
    later.map(({ id, claim, outcome }) => ({ id, claim, sendAfter: outcome.until })),
  );
  if (later.some(({ outcome }) => outcome.setup)) await askAboutProvider(deps);
  return settleSent(
    deps,
    of('accepted').map(({ id, claim, outcome }) => ({ id, claim, providerId: outcome.providerId })),
  );
}

async function askAboutProvider(deps: Deps): Promise<void> {
  await command(deps, ctx, (work) =>
    createTasks(work, [
      { kind: 'provider_refuses', subjectType: 'provider', subjectId: providerSubject, urgent: true },
    ]),
  );
}

/**
 * What the provider accepted is sent, where this sender still holds the claim.
 * @returns how many it settled
 */
export async function settleSent(
  deps: Deps,
  accepted: (Claim & { providerId: string | null })[],
): Promise<number> {
  if (!accepted.length) return 0;
  const now = timestamp(deps.clock);
  return command(deps, ctx, async (work) => {
    const rows = await many(work.trx, 'message.sent', {
      id: col.text,
      patientId: col.text,
      channel: col.oneOf(messageChannels),
      wording: col.oneOf(wordings),
    })`
      update message m set status = 'sent', sent_at = ${now}, provider_id = x."providerId", changed_at = ${now}
      from jsonb_to_recordset(${JSON.stringify(accepted)}) x (id uuid, claim int, "providerId" text)
      where m.id = x.id and m.claim = x.claim and m.status = 'sending'
      returning m.id, m.patient_id as "patientId", m.channel, m.wording`;
    await recordEvents(
      work,
      rows.map(({ id, patientId, channel, wording }) => ({
        type: 'message.sent',
        subjects: [
          ['message', id],
          ['patient', patientId],
        ],
        values: { channel, wording },
      })),
    );
    if (rows.length) await completeTasksAbout(work, ['provider_refuses'], [providerSubject]);
    await completeTasksAbout(
      work,
      ['no_sender'],
      rows.map(({ patientId }) => patientId),
    );
    return rows.length;
  });
}

/**
 * Messages that the provider surely does not have wait again, until `sendAfter` where it is given, and
 * what they were to say stands again.
 * @returns how many
 */
export async function putBack(deps: Deps, claims: (Claim & { sendAfter?: string })[]): Promise<number> {
  if (!claims.length) return 0;
  const row = await one(deps.db, 'message.put-back', { count: col.number })`
    with mine as (
      update message m set status = case when x."sendAfter" is null then 'queued' else 'planned' end,
        send_after = coalesce(x."sendAfter", m.send_after), changed_at = ${timestamp(deps.clock)}
      from jsonb_to_recordset(${JSON.stringify(claims)}) x (id uuid, claim int, "sendAfter" timestamptz)
      where m.id = x.id and m.claim = x.claim and m.status = 'sending' returning m.id
    ), unsaid as (
      update reminder set status = 'standing' where status = 'said' and message_id in (select id from mine)
    )
    select count(*) from mine`;
  return row.count;
}
