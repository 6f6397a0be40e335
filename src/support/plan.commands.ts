import type { Context } from '../shared/actor.ts';
import { command } from '../shared/command.ts';
import type { Deps } from '../shared/deps.ts';
import { etagOf, requireMatch } from '../shared/etag.ts';
import { recordEvent } from '../shared/events.ts';
import { newId } from '../shared/ids.ts';
import { type FieldError, Problem } from '../shared/problem.ts';
import { run } from '../shared/statements.ts';
import type { Work } from '../shared/work.ts';
import { getPlan } from './plan.queries.ts';
import { inOrder, type Step, sameSteps, stepFaults } from './plan.rules.ts';
import type { NewPlan, PlanChange, SupportPlanVersions } from './plan.schemas.ts';

/**
 * Adds a support plan in its first version.
 * @throws Problem `invalid`, `name-in-use`
 */
export async function addPlan(deps: Deps, ctx: Context, input: NewPlan): Promise<SupportPlanVersions> {
  const steps = readSteps(input.steps);
  return command(deps, ctx, async (work) => {
    const id = newId();
    const { at } = work;
    const name = input.name.trim();
    const defaults = { forLoans: input.forLoans ?? false, forSupport: input.forSupport ?? false };
    await takeDefaults(work, id, defaults);
    await run(
      work.trx,
      'support-plan.add',
      work.trx
        .insertInto('support_plan')
        .values({ id, name, for_loans: defaults.forLoans, for_support: defaults.forSupport, changed_at: at }),
    );
    await writeVersion(work, id, 1, steps);
    await recordEvent(work, {
      type: 'support_plan.added',
      subjects: [['support_plan', id]],
      values: { plan: name, lines: steps.length },
    });
    return getPlan(work.trx, id);
  });
}

/**
 * Changes a support plan. Other steps are a new version, which begins from then on: whoever has the plan
 * keeps the version that they have. A plan made the default takes the place of the one that was.
 * @throws Problem `not-found`, `if-match-required`, `changed-meanwhile`, `invalid`, `name-in-use`
 */
export async function changePlan(
  deps: Deps,
  ctx: Context,
  id: string,
  change: PlanChange,
): Promise<SupportPlanVersions> {
  const steps = change.steps && readSteps(change.steps);
  return command(deps, ctx, async (work) => {
    await run(
      work.trx,
      'support-plan.lock',
      work.trx.selectFrom('support_plan').where('id', '=', id).forNoKeyUpdate(),
    );
    const before = await getPlan(work.trx, id);
    requireMatch(ctx.ifMatch, etagOf(id, before.changedAt));
    const after = { ...before, ...change, name: (change.name ?? before.name).trim() };
    const errors = faultsOf(before, after);
    if (errors.length) throw new Problem('invalid', { errors });
    const { at } = work;
    await takeDefaults(work, id, after);
    await run(work.trx, 'support-plan.change')`
      update support_plan set name = ${after.name}, for_loans = ${after.forLoans}, for_support = ${after.forSupport}, changed_at = ${at}::timestamptz,
        retired_at = case when ${after.retired}::boolean then coalesce(retired_at, ${at}::timestamptz) end
      where id = ${id}`;
    const isNew = steps !== undefined && !sameSteps(steps, before.steps);
    if (isNew) await writeVersion(work, id, before.version + 1, steps);
    await recordEvent(work, {
      type: 'support_plan.changed',
      subjects: [['support_plan', id]],
      values: {
        plan: after.name,
        ...(isNew && { planVersion: before.version + 1, lines: steps.length }),
        ...(after.retired === before.retired ? {} : { status: after.retired ? 'retired' : 'open' }),
      },
      fields: Object.keys(change),
    });
    return getPlan(work.trx, id);
  });
}

/** Steps with what was left out filled in, in their order. @throws Problem `invalid` */
function readSteps(given: NewPlan['steps']): Step[] {
  const steps = given.map((one) => ({
    countedFrom: 'start' as const,
    startsAt: '10:00',
    leadDays: 1,
    ...one,
    step: one.step.trim(),
  }));
  const errors = stepFaults(steps);
  if (errors.length) throw new Problem('invalid', { errors });
  return inOrder(steps);
}

type Standing = Pick<SupportPlanVersions, 'forLoans' | 'forSupport' | 'retired'>;

/** There is always a default of each: it is given up only by making another plan the default. */
function faultsOf(before: Standing, after: Standing): FieldError[] {
  const names = ['forLoans', 'forSupport'] as const;
  const errors: FieldError[] = names
    .filter((name) => before[name] && !after[name])
    .map((name) => ({ pointer: `/${name}`, message: 'Make another plan the default instead.' }));
  if (after.retired && (after.forLoans || after.forSupport))
    errors.push({ pointer: '/retired', message: 'Make another plan the default first.' });
  return errors;
}

/** Before this plan becomes a default, since the indexes allow no two at any moment. */
async function takeDefaults(
  work: Work,
  id: string,
  { forLoans, forSupport }: { forLoans: boolean; forSupport: boolean },
): Promise<void> {
  await run(work.trx, 'support-plan.take-defaults')`
    update support_plan set for_loans = for_loans and not ${forLoans}::boolean, for_support = for_support and not ${forSupport}::boolean,
      changed_at = ${work.at}
    where id <> ${id} and ((for_loans and ${forLoans}::boolean) or (for_support and ${forSupport}::boolean))`;
}

async function writeVersion(work: Work, planId: string, version: number, steps: Step[]): Promise<void> {
  const rows = steps.map((step, place) => ({ ...step, position: place + 1 }));
  await run(work.trx, 'support-plan.write-version')`
    with v as (
      insert into support_plan_version (id, plan_id, version, created_at, created_by)
      values (${newId()}, ${planId}, ${version}, ${work.at}, ${work.ctx.actor.name}) returning id
    )
    insert into support_plan_step (version_id, position, step, counted_from, days, way, minutes, starts_at, lead_days)
    select v.id, s.position, s.step, s."countedFrom", s.days, s.way, s.minutes, s."startsAt", s."leadDays"
    from v, jsonb_to_recordset(${JSON.stringify(rows)}::jsonb) s
      (position int, step text, "countedFrom" text, days int, way text, minutes int, "startsAt" time, "leadDays" int)`;
}
