import { findPatientLink } from '../../messages/link.queries.ts';
import { sendNow } from '../../messages/send-now.commands.ts';
import { revealingWords } from '../../messages/template.rules.ts';
import { lockPatient } from '../../people/contact-point.commands.ts';
import { wordings } from '../../people/reach.rules.ts';
import { namesToLeaveOut } from '../../scheme/names.queries.ts';
import { namedIn } from '../../scheme/names.rules.ts';
import type { Context } from '../../shared/actor.ts';
import { addDays } from '../../shared/clock.ts';
import { command } from '../../shared/command.ts';
import type { Deps } from '../../shared/deps.ts';
import { recordEvent } from '../../shared/events.ts';
import { invalid, Problem } from '../../shared/problem.ts';
import { col } from '../../shared/rows.ts';
import { one, run } from '../../shared/statements.ts';
import type { Work } from '../../shared/work.ts';
import { lockFollowUp } from '../follow-up.commands.ts';
import { listLinked } from './link.queries.ts';
import { ask, lockMeasure, type Said, writeAnswers } from './measure.commands.ts';
import { getMeasure } from './measure.queries.ts';
import type { Measure } from './measure.schemas.ts';

/** A link is answered on the day on which it is asked and for so many after it. */
const daysOpen = 14;
/** A message that goes later than this leaves too few days to answer. */
const daysUseful = 11;

/** Who is asked: a person, or whom a follow-up is with. */
export type AskedByLink = { patientId: string } | { followUpId: string };

/**
 * Asks someone with an instrument by the link in a message, which goes to them alone, in their hours and by a way that is
 * safe. It counts as asked from now on.
 * @throws Problem `not-found`, also for a follow-up that is not the supporter's own; `invalid` where they are not to be asked
 *   or an item tells too much; `questions-not-sent` where no message may go or can; `merge-refused`, `patient-erased`
 */
export async function askByLink(
  deps: Deps,
  ctx: Context,
  at: AskedByLink,
  instrumentId: string,
): Promise<{ id: string; patientId: string }> {
  return command(deps, ctx, async (work) => {
    const { trx, today: day } = work;
    const followUpId = 'followUpId' in at ? at.followUpId : undefined;
    const patientId =
      'followUpId' in at ? (await lockFollowUp(trx, ctx.actor, at.followUpId)).patientId : at.patientId;
    await lockPatient(trx, patientId);
    const linkUntil = addDays(day, daysOpen);
    const { id } = await ask(work, {
      patientId,
      instrumentId,
      way: 'link',
      day,
      linkUntil,
      ...(followUpId && { followUpId }),
    });
    await assertTellsNothing(work, id, patientId);
    const why = await sendNow(work, {
      reason: 'questions',
      subjectId: id,
      patientId,
      stage: 'asked',
      daysUseful,
    });
    if (why)
      throw new Problem('questions-not-sent', { detail: `${why}. Ask them in a call or on paper instead.` });
    return { id, patientId };
  });
}

/**
 * Whoever opens a link may be anybody: no item names where it is from or, for someone who is written to discreetly, says
 * what it is about.
 * @throws Problem `invalid`
 */
async function assertTellsNothing(work: Work, id: string, patientId: string): Promise<void> {
  const { items } = await getMeasure(work.trx, id);
  const names = await namesToLeaveOut(work.deps, work.trx);
  const { wording } = await one(work.trx, 'measure-link.wording', { wording: col.oneOf(wordings) })`
    select wording from patient where id = ${patientId}`;
  for (const [row, item] of items.entries()) {
    const text = [item.wording, ...item.labels].join('\n');
    const [name] = namedIn(text, names);
    const [telling] = wording === 'discreet' ? revealingWords(text) : [];
    if (name ?? telling)
      throw invalid({
        pointer: '/instrumentId',
        message: `Item ${row + 1} says “${name ?? telling}”, which tells others ${name ? 'where it is from' : 'what it is about'}. Ask it in a call or on paper.`,
      });
  }
}

/**
 * Ends the link of an asking, which stays asked and counts; what they tell of it can still be typed in. Ended already is harmless.
 * @throws Problem `not-found`, `conflict` for one that was not asked by a link or has its answer
 */
export async function endMeasureLink(deps: Deps, ctx: Context, id: string): Promise<Measure> {
  return command(deps, ctx, async (work) => {
    const asked = await lockMeasure(work, id);
    const { link, status } = await getMeasure(work.trx, id);
    if (!link || status !== 'asked' || asked.isTakenBack)
      throw new Problem('conflict', { detail: 'It has no link that could be answered.' });
    if (!link.endedAt) {
      await run(
        work.trx,
        'measure-link.end',
      )`update measure_asking set link_ended_at = ${work.at} where id = ${id}`;
      await recordEvent(work, {
        type: 'patient.measure_link_ended',
        subjects: [['patient', asked.patientId]],
        values: { instrument: asked.name },
      });
    }
    return getMeasure(work.trx, id);
  });
}

/**
 * Takes what someone says to a questionnaire by the link in its message, once: whoever comes second changes nothing.
 * @returns whether it counts
 * @throws Problem `not-found` for a link that ended, `invalid`
 */
export async function answerByLink(
  deps: Deps,
  requestId: string,
  token: string,
  { id, ...said }: Said & { id: string },
): Promise<boolean> {
  const ctx: Context = {
    actor: { type: 'system', id: null, name: 'The person, by their link', role: 'system' },
    requestId,
  };
  return command(deps, ctx, async (work) => {
    const { patientId } = await findPatientLink(deps, work.trx, token);
    await run(
      work.trx,
      'measure-link.lock',
      work.trx.selectFrom('patient').where('id', '=', patientId).forNoKeyUpdate(),
    );
    const link = await findPatientLink(deps, work.trx, token);
    const linked = (await listLinked(deps, work.trx, link)).find((asked) => asked.id === id);
    if (!linked) throw new Problem('not-found');
    if (linked.status !== 'asked') return false;
    if (!linked.isOpen) throw new Problem('not-found');
    await writeAnswers(work, { id, ...(await lockMeasure(work, id)) }, said, work.today);
    return true;
  });
}
