import { keyedHash, newLinkToken } from '../../access/tokens.ts';
import type { Context } from '../../shared/actor.ts';
import { timestamp } from '../../shared/clock.ts';
import { command, fingerprint } from '../../shared/command.ts';
import type { Deps } from '../../shared/deps.ts';
import { recordEvent } from '../../shared/events.ts';
import { newId } from '../../shared/ids.ts';
import { Problem } from '../../shared/problem.ts';
import { col, type RowOf } from '../../shared/rows.ts';
import { many, maybe, run } from '../../shared/statements.ts';
import { aClinic, hearsAll } from '../clinic-view.queries.ts';
import { lockReferral } from '../locking.commands.ts';
import { questionFor } from '../progress.rules.ts';
import { answerQuestion } from '../question.commands.ts';

const hoursItWorks = 14 * 24;

/**
 * Makes a link by which the clinic answers one question, for an officer to send. Its token is given
 * this once and only a hash of it is kept: the answer to a repeat has none.
 * @throws Problem `not-found`, `no-open-question`
 */
export async function addAnswerLink(
  deps: Deps,
  ctx: Context,
  referralId: string,
  questionId: string,
): Promise<{ expiresAt: string; token?: string }> {
  const token = newLinkToken();
  const { expiresAt } = await command(deps, ctx, async (work) => {
    const referral = await lockReferral(work.trx, ctx.actor, referralId);
    const rows = await many(
      work.trx,
      'answer-link.add',
      work.trx.selectFrom('referral_question').select(['id', 'answer']).where('referral_id', '=', referralId),
    );
    if (referral.status !== 'asked')
      throw new Problem('no-open-question', { detail: 'Nothing is asked about this referral now.' });
    const question = questionFor(rows, questionId);
    const expiresAt = deps.clock.now().add({ hours: hoursItWorks }).toString();
    await run(
      work.trx,
      'answer-link.insert',
      work.trx.insertInto('answer_link').values({
        id: newId(),
        question_id: question.id,
        token_hash: answerLinkHash(deps, token),
        created_at: work.at,
        expires_at: expiresAt,
      }),
    );
    await recordEvent(work, {
      type: 'referral.answer_link_made',
      subjects: [['referral', referralId]],
      values: { expiresOn: expiresAt },
    });
    return { expiresAt };
  });
  return ctx.once?.replayed ? { expiresAt } : { expiresAt, token };
}

/** What is stored in place of a link's token. */
export const answerLinkHash = (deps: Deps, token: string) => keyedHash(deps.key, 'answer-link', token);

/** One question about one referral, as whoever has its link sees it: no name. */
export const AnswerLink = {
  id: col.text,
  questionId: col.text,
  referralId: col.text,
  reference: col.text,
  question: col.text,
  state: col.oneOf(['open', 'answered', 'closed']),
  /** Whether the clinic is told how the referral goes. */
  hearsAll: col.boolean,
  clinicId: col.text,
  clinicName: col.text,
};
export type AnswerLink = RowOf<typeof AnswerLink>;

/** The link of a token while its time is not over. */
export async function findAnswerLink(deps: Deps, token: string): Promise<AnswerLink | undefined> {
  return maybe(deps.db, 'answer-link.find', AnswerLink)`
    select l.id, q.id as "questionId", q.question, r.id as "referralId", r.reference, r.clinic_id as "clinicId", o.name as "clinicName",
      case when q.answer is not null then 'answered' when r.status = 'asked' then 'open' else 'closed' end as state,
      ${hearsAll(aClinic)} as "hearsAll"
    from answer_link l join referral_question q on q.id = l.question_id join referral r on r.id = q.referral_id
      join organisation o on o.id = r.clinic_id
    where l.token_hash = ${answerLinkHash(deps, token)} and l.expires_at > ${timestamp(deps.clock)}`;
}

/**
 * Takes the answer of whoever has the link as the clinic's own; the same words sent twice are one answer.
 * @throws Problem `no-open-question` when another answer came first, or the referral was decided
 */
export async function answerByLink(
  deps: Deps,
  requestId: string,
  link: AnswerLink,
  answer: string,
): Promise<void> {
  const said = fingerprint(deps.key, 'POST', 'answer-link', answer);
  const actor = {
    type: 'client',
    id: link.id,
    name: `${link.clinicName}, by a link`,
    role: 'clinic',
    clinicId: link.clinicId,
  } as const;
  const once = { caller: `answer-link:${link.id}`, key: said, fingerprint: said, waits: true };
  await answerQuestion(deps, { actor, requestId, once }, link.referralId, {
    questionId: link.questionId,
    answer,
  });
}
