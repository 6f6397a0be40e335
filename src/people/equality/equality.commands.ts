import type { Context } from '../../shared/actor.ts';
import { command } from '../../shared/command.ts';
import type { Deps } from '../../shared/deps.ts';
import { requireMatch } from '../../shared/etag.ts';
import { recordEvent } from '../../shared/events.ts';
import { invalid } from '../../shared/problem.ts';
import { run } from '../../shared/statements.ts';
import { lockPatient } from '../contact-point.commands.ts';
import { bandOf } from './area.queries.ts';
import { equalityTag, getEquality } from './equality.queries.ts';
import type { Equality, NewEqualityAnswers } from './equality.schemas.ts';

/**
 * Keeps what a person said of themselves, as the whole of it, in the place of what they said before. The postcode becomes
 * the band of its area and is not kept. What a record says that was merged into theirs stays with that record, and no
 * longer counts unless they are parted. `ctx.ifMatch` is the version that its author saw.
 * @throws Problem `not-found`, `invalid` where nothing is answered, for a day ahead and for an area that is not known,
 * `if-match-required`, `changed-meanwhile`, `merge-refused`, `patient-erased`
 */
export async function giveEqualityAnswers(
  deps: Deps,
  ctx: Context,
  patientId: string,
  input: NewEqualityAnswers,
): Promise<Equality> {
  const { postcode, givenOn: day, ...said } = input;
  if (!postcode && !Object.keys(said).length)
    throw invalid({
      pointer: '/age',
      message: 'Give at least one answer, if only that they would rather not say.',
    });
  if (postcode && said.area)
    throw invalid({ pointer: '/postcode', message: 'Leave it empty where they would rather not say.' });
  return command(deps, ctx, async (work) => {
    await lockPatient(work.trx, patientId);
    requireMatch(ctx.ifMatch, equalityTag(await getEquality(work.trx, patientId)));
    const givenOn = day ?? work.today;
    if (givenOn > work.today)
      throw invalid({
        pointer: '/givenOn',
        message: 'This day is in the future. Give today or an earlier day.',
      });
    const { age = null, sex = null, gender = null, ethnicity = null, disability = null } = said;
    const area = postcode ? await bandOf(work.trx, postcode) : (said.area ?? null);
    const answers = { given_on: givenOn, age, sex, gender, ethnicity, disability, area, changed_at: work.at };
    await run(
      work.trx,
      'equality.keep',
      work.trx
        .insertInto('equality_answer')
        .values({ patient_id: patientId, ...answers })
        .onConflict((conflict) => conflict.column('patient_id').doUpdateSet(answers)),
    );
    await recordEvent(work, {
      type: 'patient.equality_given',
      subjects: [['patient', patientId]],
      values: {},
    });
    return getEquality(work.trx, patientId);
  });
}

/**
 * Removes what a person said of themselves, since they want it so, with what records say that were merged into theirs.
 * Where there is nothing it stays so.
 * @throws Problem `not-found`, `if-match-required`, `changed-meanwhile`, `merge-refused`, `patient-erased`
 */
export async function removeEqualityAnswers(deps: Deps, ctx: Context, patientId: string): Promise<Equality> {
  return command(deps, ctx, async (work) => {
    await lockPatient(work.trx, patientId);
    requireMatch(ctx.ifMatch, equalityTag(await getEquality(work.trx, patientId)));
    const gone = await run(work.trx, 'equality.forget')`
      delete from equality_answer where patient_id in (select id from patient where id = ${patientId} or merged_into = ${patientId})`;
    if (gone)
      await recordEvent(work, {
        type: 'patient.equality_removed',
        subjects: [['patient', patientId]],
        values: {},
      });
    return getEquality(work.trx, patientId);
  });
}
