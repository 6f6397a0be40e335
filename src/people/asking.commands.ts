import type { Context } from '../shared/actor.ts';
import { command } from '../shared/command.ts';
import type { Deps } from '../shared/deps.ts';
import { requireMatch } from '../shared/etag.ts';
import { recordEvent } from '../shared/events.ts';
import { newId } from '../shared/ids.ts';
import { invalid } from '../shared/problem.ts';
import { run } from '../shared/statements.ts';
import type { Work } from '../shared/work.ts';
import { askingTag, getAsking, getAskingBudget } from './asking.queries.ts';
import { type Asked, type AskingWay, whyNotAsk } from './asking.rules.ts';
import type { Asking, AskingWishesChange, NewInvitation } from './asking.schemas.ts';
import { lockPatient } from './contact-point.commands.ts';

/**
 * Holds that a person may be asked on a civil day. For the command that writes down that they were, which has locked
 * them, so that no other asks meanwhile.
 * @param pointer where the fault is told
 * @throws Problem `invalid`, `not-found`
 */
export async function assertMayAsk(
  work: Work,
  patientId: string,
  what: { asked: Asked; way: AskingWay; day: string },
  pointer: string,
): Promise<void> {
  const why = whyNotAsk(await getAskingBudget(work.trx, patientId, what.day), what);
  if (why) throw invalid({ pointer, message: why });
}

/**
 * Writes down how often, and how, a person wishes to be asked how they are; what is left out stays.
 * @throws Problem `not-found`, `if-match-required`, `changed-meanwhile`, `merge-refused`, `patient-erased`
 */
export async function changeAskingWishes(
  deps: Deps,
  ctx: Context,
  patientId: string,
  change: AskingWishesChange,
): Promise<Asking> {
  return command(deps, ctx, async (work) => {
    await lockPatient(work.trx, patientId);
    const before = await getAsking(work.trx, patientId, work.today);
    requireMatch(ctx.ifMatch, askingTag(before));
    const wishes = { ...before.wishes, ...change };
    const { at } = work;
    await run(work.trx, 'asking.wishes')`
      insert into asking_wish (patient_id, most_a_year, only_on_paper, skip_confidence, shape_a_year, changed_at, changed_by)
      values (${patientId}, ${wishes.mostAYear}, ${wishes.onlyOnPaper}, ${wishes.skipConfidence}, ${wishes.shapeAYear}, ${at}, ${ctx.actor.name})
      on conflict (patient_id) do update set most_a_year = excluded.most_a_year, only_on_paper = excluded.only_on_paper,
        skip_confidence = excluded.skip_confidence, shape_a_year = excluded.shape_a_year, changed_at = excluded.changed_at, changed_by = excluded.changed_by`;
    await recordEvent(work, {
      type: 'patient.asking_wishes_changed',
      subjects: [['patient', patientId]],
      fields: Object.keys(change),
    });
    return getAsking(work.trx, patientId, work.today);
  });
}

/**
 * Writes down that a person was asked to help shape the scheme, which counts in how often they are asked.
 * @throws Problem `not-found`, `invalid` for a day ahead, and where they are not to be asked; `merge-refused`, `patient-erased`
 */
export async function recordInvitation(
  deps: Deps,
  ctx: Context,
  patientId: string,
  { toWhat, invitedOn }: NewInvitation,
): Promise<Asking> {
  return command(deps, ctx, async (work) => {
    await lockPatient(work.trx, patientId);
    const day = invitedOn ?? work.today;
    if (day > work.today)
      throw invalid({
        pointer: '/invitedOn',
        message: 'This day is in the future. Give today or an earlier day.',
      });
    await assertMayAsk(work, patientId, { asked: 'shaping', way: 'call', day }, '/toWhat');
    await run(
      work.trx,
      'asking.invite',
      work.trx.insertInto('invitation').values({
        id: newId(),
        patient_id: patientId,
        invited_on: day,
        to_what: toWhat.trim(),
        invited_by: ctx.actor.name,
        created_at: work.at,
      }),
    );
    await recordEvent(work, {
      type: 'patient.invited_to_shape',
      subjects: [['patient', patientId]],
      values: { on: day },
      fields: ['toWhat'],
    });
    return getAsking(work.trx, patientId, work.today);
  });
}
