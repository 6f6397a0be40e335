import { sql } from 'kysely';
import { timestamp, today, zone } from '../shared/clock.ts';
import type { Deps } from '../shared/deps.ts';
import { col } from '../shared/rows.ts';
import { countOf, each, many, run } from '../shared/statements.ts';
import { isAhead } from '../support/follow-up.states.ts';
import { channelOf } from './channels.ts';
import { pausedThen } from './reminder.queries.ts';
import { providerFor } from './senders.rules.ts';
import { spokenDay, spokenHour } from './template.rules.ts';

/** From this hour on in London. */
const firstHour = 8;

/** Staff `s` with follow-ups `f` ahead on the next working day after a civil date, of people who are not on pause then. */
const due = (date: string) => sql`
  from follow_up f join staff s on s.id = f.supporter_id and s.suspended_at is null
    join patient p on p.id = f.patient_id and not ${pausedThen}
  where f.due_on = working_day_from(${date}::date + 1) and ${isAhead('f')}`;

/**
 * Plans one email to each supporter who has follow-ups on the next working day after a civil date. Planned
 * twice it is planned once.
 * @returns how many it made
 */
export async function planDigests(deps: Deps, date: string): Promise<number> {
  return run(deps.db, 'digest.plan')`
    insert into supporter_digest (id, staff_id, for_date, created_at)
    select new_id(), x.id, x.due_on, ${timestamp(deps.clock)} from (select distinct s.id, f.due_on ${due(date)}) x
    on conflict do nothing`;
}

/** How many `planDigests` would make. */
export async function countDigests(deps: Deps, date: string): Promise<number> {
  return countOf(deps.db, each('digest.count'))`from (select distinct s.id, f.due_on ${due(date)}) x
    where not exists (select from supporter_digest d where d.staff_id = x.id and d.for_date = x.due_on)`;
}

const Digest = { id: col.text, name: col.text, email: col.text, count: col.number, firstAt: col.text };

/**
 * Sends what is planned, from the morning on: how many follow-ups and when the first is, as it stands now.
 * Each is taken before it is sent, so that none goes twice; one that is lost on the way stays lost.
 * @returns how many were sent
 */
export async function sendDigests(deps: Deps): Promise<number> {
  const provider = providerFor(deps.config, 'email', 'identified');
  if (!provider || deps.clock.now().toZonedDateTimeISO(zone).hour < firstHour) return 0;
  const rows = await many(deps.db, 'digest.take', Digest)`
    with taken as (
      update supporter_digest set status = 'sent', sent_at = ${timestamp(deps.clock)}
      where id in (select id from supporter_digest where status = 'planned' and for_date > ${today(deps.clock)}::date
        order by for_date limit 200 for update skip locked)
      returning id, staff_id, for_date
    )
    select t.id, s.name, s.email, f.count, f.first as "firstAt" from taken t join staff s on s.id = t.staff_id and s.suspended_at is null
      cross join lateral (
        select count(*)::int as count, min(start_of(f.due_on, f.starts_at)) as first
        from follow_up f join patient p on p.id = f.patient_id and not ${pausedThen}
        where f.supporter_id = t.staff_id and f.due_on = t.for_date and ${isAhead('f')}) f
    where f.count > 0`;
  const failed: string[] = [];
  for (const { id, name, email, count, firstAt } of rows) {
    const day = spokenDay(firstAt);
    const outcome = await channelOf(deps, provider)
      .send({
        reference: id,
        channel: 'email',
        wording: 'identified',
        name,
        recipient: email,
        subject: `Your follow-ups on ${day}`,
        body: `Hello ${name}. You have ${count === 1 ? 'one follow-up' : `${count} follow-ups`} on ${day}, the first at ${spokenHour(firstAt)}. Sign in to see ${count === 1 ? 'it' : 'them'}${deps.config.PUBLIC_URL && `: ${deps.config.PUBLIC_URL}/support`}.`,
      })
      .catch(() => ({ is: 'unknown' }) as const);
    if (outcome.is !== 'accepted') failed.push(id);
  }
  if (failed.length) {
    deps.log.warn({ count: failed.length }, 'what supporters are told of the day ahead did not go out');
    await run(
      deps.db,
      'digest.failed',
    )`update supporter_digest set status = 'failed' where id = any(${failed}::uuid[])`;
  }
  return rows.length - failed.length;
}
