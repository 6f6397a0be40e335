import { assertMayAsk } from '../../people/asking.commands.ts';
import type { AskingWay } from '../../people/asking.rules.ts';
import { lockPatient } from '../../people/contact-point.commands.ts';
import type { Context } from '../../shared/actor.ts';
import { command } from '../../shared/command.ts';
import type { Deps } from '../../shared/deps.ts';
import { recordEvent, type SubjectType } from '../../shared/events.ts';
import { newId } from '../../shared/ids.ts';
import { invalid, Problem } from '../../shared/problem.ts';
import { col } from '../../shared/rows.ts';
import { maybe, run } from '../../shared/statements.ts';
import { assertTakesBack } from '../../shared/taking-back.ts';
import type { Work } from '../../shared/work.ts';
import { lockFollowUp } from '../follow-up.commands.ts';
import { type Answer, answerFaults, type Item, totalOf, totals } from './instrument.rules.ts';
import { getMeasure, getStanding, whyNotAskWith } from './measure.queries.ts';
import {
  type Measure,
  measureStatuses,
  type NewAnswers,
  type NewMeasure,
  type NewMeasureAtCall,
} from './measure.schemas.ts';

/** What someone said to an instrument: answers by item, or that they would rather not. */
export type Said = { answers?: Answer[] | undefined; declined?: true | undefined };
/** What is asked, and how it is totalled. */
type Asked = { name: string; items: Item[]; total: (typeof totals)[number]; mayMiss: number };
type Asking = Said & {
  patientId: string;
  instrumentId: string;
  way: AskingWay;
  day: string;
  followUpId?: string;
  version?: number | undefined;
  /** The last day on which it is answered by a link. */
  linkUntil?: string;
};

/**
 * Writes down what someone said to an instrument in a call. Only its id comes back, since whoever calls need not see
 * what was said before.
 * @throws Problem `not-found`, also for a follow-up that is not the supporter's own; `invalid` where they are not to be asked,
 *   or were at this follow-up; `changed-meanwhile` where other items were read out than are asked now; `patient-erased`
 */
export async function askAtCall(
  deps: Deps,
  ctx: Context,
  followUpId: string,
  { instrumentId, ...said }: NewMeasureAtCall,
): Promise<{ id: string }> {
  return command(deps, ctx, async (work) => {
    const { patientId } = await lockFollowUp(work.trx, ctx.actor, followUpId);
    await lockPatient(work.trx, patientId);
    if (!said.answers && !said.declined) throw nothingSaid;
    return ask(work, { patientId, instrumentId, way: 'call', day: work.today, followUpId, ...said });
  });
}

/**
 * Writes down that someone was asked with an instrument: in a call with what they said, or on paper, where that may
 * come later.
 * @throws Problem `not-found`, `invalid` where they are not to be asked, `merge-refused`, `patient-erased`
 */
export async function askWith(
  deps: Deps,
  ctx: Context,
  patientId: string,
  { instrumentId, way, askedOn, ...said }: NewMeasure,
): Promise<Measure> {
  return command(deps, ctx, async (work) => {
    await lockPatient(work.trx, patientId);
    const day = askedOn ?? work.today;
    if (day > work.today) throw invalid({ pointer: '/askedOn', message: ahead });
    if (way === 'call' && !said.answers && !said.declined) throw nothingSaid;
    const { id } = await ask(work, { patientId, instrumentId, way, day, ...said });
    return getMeasure(work.trx, id);
  });
}

/**
 * Writes down what someone answered to what they were given, once.
 * @throws Problem `not-found`, `invalid`, `conflict` where it has its answer or was taken back, `patient-erased`
 */
export async function answerMeasure(
  deps: Deps,
  ctx: Context,
  id: string,
  { answeredOn, ...said }: NewAnswers,
): Promise<Measure> {
  return command(deps, ctx, async (work) => {
    const asked = await lockMeasure(work, id);
    if (asked.isErased) throw new Problem('patient-erased');
    if (asked.isTakenBack || asked.status !== 'asked')
      throw new Problem('conflict', { detail: 'What they answered is written down already.' });
    if (!said.answers && !said.declined) throw nothingSaid;
    const day = answeredOn ?? work.today;
    if (day > work.today) throw invalid({ pointer: '/answeredOn', message: ahead });
    if (day < asked.askedOn)
      throw invalid({
        pointer: '/answeredOn',
        message: `They were asked on ${asked.askedOn}. Give that day or a later one.`,
      });
    await writeAnswers(work, { id, ...asked }, said, day);
    return getMeasure(work.trx, id);
  });
}

/**
 * Takes back that someone was asked, or what they answered, which was recorded by mistake: it stays, and counts
 * nowhere. Taken back already is harmless.
 * @throws Problem `not-found`, `taking-back-refused` for who was erased
 */
export async function takeBackMeasure(
  deps: Deps,
  ctx: Context,
  id: string,
  { reason }: { reason: string },
): Promise<Measure> {
  return command(deps, ctx, async (work) => {
    const asked = await lockMeasure(work, id);
    if (!asked.isTakenBack) {
      assertTakesBack(asked.isErased ? 'The person was erased.' : undefined);
      await run(work.trx, 'measure.take-back')`
        update measure_asking set taken_back_at = ${work.at}, taken_back_by = ${ctx.actor.name}, taken_back_reason = ${reason} where id = ${id}`;
      await recordEvent(work, {
        type: 'patient.measure_taken_back',
        subjects: [['patient', asked.patientId]],
        values: { instrument: asked.name },
        fields: ['reason'],
      });
    }
    return getMeasure(work.trx, id);
  });
}

/** Writes what someone said to an asking that is locked and has no answer yet. @throws Problem `invalid` */
export async function writeAnswers(
  work: Work,
  asked: Asked & { id: string; patientId: string },
  said: Said,
  day: string,
): Promise<void> {
  const { status, answers, total } = outcomeOf(asked, said);
  await run(work.trx, 'measure.answer')`
    update measure_asking set status = ${status}, answers = ${answers && JSON.stringify(answers)}::jsonb, total = ${total},
      answered_on = case when ${status} = 'answered' then ${day}::date end where id = ${asked.id}`;
  await recordEvent(work, {
    type: status === 'answered' ? 'patient.measure_answered' : 'patient.measure_declined',
    subjects: [['patient', asked.patientId]],
    values: { instrument: asked.name },
    fields: status === 'answered' ? ['answers'] : [],
  });
}

const ahead = 'This day is in the future. Give today or an earlier day.';
const nothingSaid = invalid({
  pointer: '/answers',
  message: 'Give what they answered, or that they would rather not be asked.',
});

/**
 * Asks someone who is locked, where what they wish, the policy and the instrument have nothing against it.
 * @throws Problem `invalid`, `changed-meanwhile`
 */
export async function ask(work: Work, asking: Asking): Promise<{ id: string }> {
  const { patientId, instrumentId, way, day, followUpId, version, linkUntil } = asking;
  const standing = await getStanding(work.trx, { patientId, instrumentId, day, followUpId }).catch(
    (error) => {
      if (error instanceof Problem && error.type === 'not-found')
        throw invalid({ pointer: '/instrumentId', message: 'There is no such questionnaire.' });
      throw error;
    },
  );
  if (version !== undefined && version !== standing.version)
    throw new Problem('changed-meanwhile', {
      detail: 'The questionnaire was changed meanwhile. Read out its items as they are now.',
    });
  const why = standing.isRecordedHere
    ? 'What they said to it at this contact is written down already.'
    : whyNotAskWith(standing);
  if (why) throw invalid({ pointer: '/instrumentId', message: why });
  await assertMayAsk(work, patientId, { asked: 'questions', way, day }, '/instrumentId');
  const { status, answers, total } = outcomeOf(standing, asking);
  const id = newId();
  await run(work.trx, 'measure.ask')`
    insert into measure_asking (id, patient_id, version_id, follow_up_id, way, status, asked_on, asked_by, answers, total, answered_on, link_until, created_at)
    values (${id}, ${patientId}, ${standing.versionId}, ${followUpId ?? null}, ${way}, ${status}, ${day}, ${work.ctx.actor.name},
      ${answers && JSON.stringify(answers)}::jsonb, ${total}, case when ${status} = 'answered' then ${day}::date end, ${linkUntil ?? null}, ${work.at})`;
  const subjects: [SubjectType, string][] = [
    ['patient', patientId],
    ...(followUpId ? ([['follow_up', followUpId]] as [SubjectType, string][]) : []),
  ];
  const { name: instrument } = standing;
  if (status === 'declined')
    await recordEvent(work, { type: 'patient.measure_declined', subjects, values: { instrument } });
  else
    await recordEvent(work, {
      type: 'patient.measure_asked',
      subjects,
      values: { instrument, way },
      fields: status === 'answered' ? ['answers'] : [],
    });
  return { id };
}

/** @throws Problem `invalid` */
function outcomeOf(
  of: Omit<Asked, 'name'>,
  { answers, declined }: Said,
): { status: (typeof measureStatuses)[number]; answers: Answer[] | null; total: number | null } {
  if (answers && declined)
    throw invalid({ pointer: '/declined', message: 'Give answers, or that they would rather not.' });
  if (!answers) return { status: declined ? 'declined' : 'asked', answers: null, total: null };
  const errors = answerFaults(of.items, answers);
  if (answers.every((answer) => answer === null) && !errors.length)
    errors.push({ pointer: '/answers/0', message: 'Give at least one answer.' });
  if (errors.length) throw new Problem('invalid', { errors });
  return { status: 'answered', answers, total: totalOf(of, answers) };
}

/** Locks an asking, after the person. @throws Problem `not-found` */
export async function lockMeasure(work: Work, id: string) {
  await run(
    work.trx,
    'measure.lock-patient',
  )`select from patient p where p.id = (select patient_id from measure_asking where id = ${id}) for no key update`;
  const row = await maybe(work.trx, 'measure.lock', {
    patientId: col.text,
    isErased: col.boolean,
    status: col.oneOf(measureStatuses),
    isTakenBack: col.boolean,
    askedOn: col.text,
    name: col.text,
    items: col.unchecked<Item[]>(),
    total: col.oneOf(totals),
    mayMiss: col.number,
  })`
    select m.patient_id as "patientId", p.erased_at is not null as "isErased", m.status, m.taken_back_at is not null as "isTakenBack", m.asked_on as "askedOn",
      i.name, v.items, v.total, v.may_miss as "mayMiss"
    from measure_asking m join patient p on p.id = m.patient_id join instrument_version v on v.id = m.version_id join instrument i on i.id = v.instrument_id
    where m.id = ${id} for update of m`;
  if (!row) throw new Problem('not-found');
  return row;
}
