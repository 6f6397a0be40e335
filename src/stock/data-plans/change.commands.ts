import type { Context } from '../../shared/actor.ts';
import { luhn } from '../../shared/codes.ts';
import { command } from '../../shared/command.ts';
import type { Deps } from '../../shared/deps.ts';
import { etagOf, requireMatch } from '../../shared/etag.ts';
import { recordEvent } from '../../shared/events.ts';
import { readPhoneNumber } from '../../shared/phone.ts';
import { invalid } from '../../shared/problem.ts';
import { run } from '../../shared/statements.ts';
import type { Work } from '../../shared/work.ts';
import { changedOfPlan, type DescribedPlan, type PlanPart, planDescribedBy } from './change.rules.ts';
import type { DataPlanChange, DataPlanChanged } from './change.schemas.ts';
import { dataEndsAnew } from './data-ending.commands.ts';
import { inUse } from './data-plan.commands.ts';
import { findPlanByIccid, getPlan } from './data-plan.queries.ts';
import type { DataPlan } from './data-plan.schemas.ts';
import { lockPlan, type PlanDevice, stopNumberOf, subjectsOfPlan } from './locking.commands.ts';

/** The version of what is recorded of a data plan, for If-Match. */
export const planTag = ({ id, changedAt }: Pick<DataPlan, 'id' | 'changedAt'>) => etagOf(id, changedAt);

/** What of a plan may be in the log: nothing that is printed on the SIM or reaches someone. */
const logged = ['network', 'gbPerMonth', 'durationMonths', 'activatedOn', 'expiresOn', 'endedOn'] as const;
const terms: readonly PlanPart[] = ['network', 'gbPerMonth', 'durationMonths'];

/**
 * Corrects what was recorded of a SIM and its plan. A plan that ends on another day takes back what was to be said of
 * the old one, and settles what staff were asked about it. A number that was recorded wrong no longer counts as a way
 * to reach who has the SIM. `ctx.ifMatch` is the ETag of the plan that the author saw.
 * @throws Problem `not-found`, `if-match-required`, `changed-meanwhile`, `invalid`, `data-plan-in-use`
 */
export async function changePlan(
  deps: Deps,
  ctx: Context,
  id: string,
  change: DataPlanChange,
): Promise<DataPlanChanged & { changed: PlanPart[] }> {
  return command(deps, ctx, async (work) => {
    const { from } = await lockPlan(work.trx, id);
    const before = await getPlan(work.trx, deps.clock, id);
    requireMatch(ctx.ifMatch, planTag(before));
    const { next, errors } = planDescribedBy(before, change, {
      today: work.today,
      readNumber: (text) => readPhoneNumber(text, deps.config.ALLOW_TEST_PHONE_NUMBERS, 'sim'),
    });
    if (errors.length) throw invalid(...errors);
    const changed = changedOfPlan(before, next);
    if (!changed.length) return { ...before, numberStopped: false, warnings: [], changed };
    if (changed.includes('iccid')) await assertFree(work, before, next.iccid);
    const fitted = before.status === 'ended' ? null : from;
    const numberStopped = fitted && changed.includes('msisdn') ? await stopNumberOf(work, fitted) : false;
    await write(work, id, { next, changed });
    if (changed.includes('expiresOn')) await dataEndsAnew(work, id, next.expiresOn);
    const after = await getPlan(work.trx, deps.clock, id);
    await tell(work, { before, after, changed, device: fitted });
    return { ...after, numberStopped, warnings: warningsOf(next, changed), changed };
  });
}

async function assertFree(work: Work, { id, status }: DataPlan, iccid: string): Promise<void> {
  if (status === 'ended') return;
  const other = await findPlanByIccid(work.trx, iccid);
  if (other && other.id !== id) throw await inUse(work.trx, iccid, null);
}

/** Terms that are corrected by hand are no longer those of the offer that it was recorded from. */
async function write(
  work: Work,
  id: string,
  { next, changed }: { next: DescribedPlan; changed: PlanPart[] },
): Promise<void> {
  await run(
    work.trx,
    'data-plan.change',
    work.trx
      .updateTable('data_plan')
      .set({
        iccid: next.iccid,
        msisdn: next.msisdn,
        network: next.network,
        gb_per_month: next.gbPerMonth,
        duration_months: next.durationMonths,
        activated_on: next.activatedOn,
        expires_on: next.expiresOn,
        ended_on: next.endedOn,
        changed_at: work.at,
        ...(changed.some((name) => terms.includes(name)) && { offer_id: null }),
      })
      .where('id', '=', id),
  );
}

async function tell(
  work: Work,
  {
    before,
    after,
    changed,
    device,
  }: { before: DataPlan; after: DataPlan; changed: PlanPart[]; device: PlanDevice | null },
): Promise<void> {
  const names = logged.filter((name) => changed.includes(name));
  const of = (plan: DataPlan) => Object.fromEntries(names.map((name) => [name, plan[name]]));
  await recordEvent(work, {
    type: 'data_plan.corrected',
    subjects: subjectsOfPlan(before.id, [device]),
    values: {
      changed,
      before: of(before),
      after: of(after),
      ...(after.status !== before.status && { from: before.status, to: after.status }),
    },
    fields: changed.filter((name) => name === 'iccid' || name === 'msisdn'),
  });
}

/** A check digit that does not fit is told and taken, since some suppliers leave it off. */
const warningsOf = ({ iccid }: DescribedPlan, changed: PlanPart[]): string[] =>
  changed.includes('iccid') && !luhn(iccid)
    ? ['The last digit of the ICCID does not fit the others. Compare it with the card.']
    : [];
