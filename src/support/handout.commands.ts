import { releaseHeld } from '../messages/release.commands.ts';
import { sendNow } from '../messages/send-now.commands.ts';
import { lockPatient } from '../people/contact-point.commands.ts';
import type { Context } from '../shared/actor.ts';
import { command } from '../shared/command.ts';
import type { Deps } from '../shared/deps.ts';
import { recordEvent, type SubjectType } from '../shared/events.ts';
import { newId } from '../shared/ids.ts';
import { invalid, Problem } from '../shared/problem.ts';
import { col } from '../shared/rows.ts';
import { many, maybe, run } from '../shared/statements.ts';
import type { Work } from '../shared/work.ts';
import { lockFollowUp, subjectsOfFollowUp } from './follow-up.commands.ts';
import { guidePath, signpostPath } from './guide.rules.ts';
import { getHandout } from './handout.queries.ts';
import type { HandoutGiven, NewHandout } from './handout.schemas.ts';
import { type Contact, metAt } from './met.queries.ts';

/** For so long it is worth sending what was spoken of. */
const daysUseful = 7;

/**
 * Gives somebody a guide or a signpost at a contact. By a message it goes through the queue like every other: in their
 * hours, by a way that is safe, and not at all where something stands against it, which is said at once. The same
 * given twice at one contact by one way is given once, and sent anew where its message did not go.
 * @throws Problem `not-found`, `invalid` for a guide or signpost that is not offered, `handout-not-sent` where no message may go or can, `patient-erased`
 */
export async function giveHandout(
  deps: Deps,
  ctx: Context,
  contact: Contact,
  input: NewHandout,
): Promise<HandoutGiven> {
  const id = await command(deps, ctx, async (work) => {
    const { patientId, subjects } = await lockContact(work, contact);
    const known = await givenAlready(work, contact, input);
    const went = known && (await getHandout(work.trx, ctx.actor, known)).state !== 'not_sent';
    if (went) return known;
    const { version, path } = await whatIsGiven(work, input);
    if (known) {
      await sendAnew(work, known, patientId);
      await recordEvent(work, {
        type: 'handout.given',
        subjects: [['handout', known], ...subjects],
        values: { what: input.guide ? 'guide' : 'signpost', way: input.way },
      });
      return known;
    }
    const made = newId();
    await run(
      work.trx,
      'handout.give',
      work.trx.insertInto('handout').values({
        id: made,
        patient_id: patientId,
        follow_up_id: 'followUpId' in contact ? contact.followUpId : null,
        drop_in_person_id: 'attendanceId' in contact ? contact.attendanceId : null,
        guide_id: input.guide?.id ?? null,
        language: input.guide?.language ?? null,
        format: input.guide?.format ?? null,
        version,
        signpost_id: input.signpostId ?? null,
        way: input.way,
        path,
        given_at: work.at,
        given_by: ctx.actor.name,
      }),
    );
    if (input.way === 'message') await sendIt(work, made, patientId);
    await recordEvent(work, {
      type: 'handout.given',
      subjects: [['handout', made], ...subjects],
      values: { what: input.guide ? 'guide' : 'signpost', way: input.way },
    });
    return made;
  });
  const { sendAfter, ...handout } = await getHandout(deps.db, ctx.actor, id);
  const {
    followUpId: _followUp,
    dropInId: _dropIn,
    patient: _patient,
    title: _title,
    text: _text,
    url: _url,
    personWords: _words,
    takenBack: _takenBack,
    isOut: _isOut,
    ...shown
  } = handout;
  return { ...shown, sendAfter };
}

type Locked = { patientId: string; subjects: [SubjectType, string][] };

/** Locks the person and what they are met at. */
async function lockContact(work: Work, contact: Contact): Promise<Locked> {
  if ('followUpId' in contact) {
    const followUp = await lockFollowUp(work.trx, work.ctx.actor, contact.followUpId);
    return { patientId: followUp.patientId, subjects: subjectsOfFollowUp(followUp) };
  }
  const { patient, dropInId } = await metAt(work.trx, work.ctx.actor, contact);
  await lockPatient(work.trx, patient.id);
  return {
    patientId: patient.id,
    subjects: [
      ['patient', patient.id],
      ['drop_in', dropInId!],
    ],
  };
}

/** The same that was given at the contact already, by the same way: who presses twice, or at once, gives it once. */
async function givenAlready(work: Work, contact: Contact, input: NewHandout): Promise<string | undefined> {
  const rows = await many(
    work.trx,
    'handout.at-contact',
    work.trx
      .selectFrom('handout')
      .select(['id', 'guide_id', 'language', 'format', 'signpost_id', 'way'])
      .where('taken_back_at', 'is', null)
      .where(
        'followUpId' in contact ? 'follow_up_id' : 'drop_in_person_id',
        '=',
        'followUpId' in contact ? contact.followUpId : contact.attendanceId,
      ),
  );
  const { guide, signpostId = null, way } = input;
  return rows.find(
    (one) =>
      one.way === way &&
      one.signpost_id === signpostId &&
      one.guide_id === (guide?.id ?? null) &&
      one.language === (guide?.language ?? null) &&
      one.format === (guide?.format ?? null),
  )?.id;
}

/** The version that is given and where it is read. @throws Problem `invalid` for what is not offered */
async function whatIsGiven(
  work: Work,
  { guide, signpostId }: NewHandout,
): Promise<{ version: number | null; path: string }> {
  if (Boolean(guide) === Boolean(signpostId))
    throw invalid({ pointer: '/guide', message: 'Give a guide or a signpost, one of the two.' });
  if (guide) {
    const row = await maybe(work.trx, 'handout.guide', { number: col.number, version: col.number })`
      select g.number, v.version from guide g join guide_version v on v.guide_id = g.id
      where g.id = ${guide.id} and g.retired_at is null and v.language = ${guide.language} and v.format = ${guide.format}
      order by v.version desc limit 1`;
    if (!row)
      throw invalid({ pointer: '/guide', message: 'There is no such guide in this language and format.' });
    return { version: row.version, path: guidePath(row.number, guide) };
  }
  const row = await maybe(work.trx, 'handout.signpost', { number: col.number })`
    select number from signpost where id = ${signpostId} and retired_at is null`;
  if (!row) throw invalid({ pointer: '/signpostId', message: 'This signpost is not offered any more.' });
  return { version: null, path: signpostPath(row.number) };
}

/** Sends what did not go: what was held or failed of it is over. @throws Problem `handout-not-sent` */
async function sendAnew(work: Work, id: string, patientId: string): Promise<void> {
  await releaseHeld(work, patientId);
  await endHandoutMessage(work, id);
  await sendIt(work, id, patientId);
}

/** What was to be said of a handout is over. */
export async function endHandoutMessage(work: Work, id: string): Promise<void> {
  await run(work.trx, 'handout.end-message')`
    update reminder set status = 'cancelled' where reason = 'handout' and subject_id = ${id} and status <> 'cancelled'`;
}

/**
 * Plans the message that says where it is read, and gathers it at once, so that what stands against it is known now.
 * @throws Problem `handout-not-sent`
 */
async function sendIt(work: Work, id: string, patientId: string): Promise<void> {
  const why = await sendNow(work, {
    reason: 'handout',
    subjectId: id,
    patientId,
    stage: 'given',
    daysUseful,
  });
  if (why) throw new Problem('handout-not-sent', { detail: `${why}. Print it instead.` });
}
