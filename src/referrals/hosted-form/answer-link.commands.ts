import { sql } from 'kysely';
import { keyedHash, newLinkToken } from '../../access/tokens.ts';
import type { Context } from '../../shared/actor.ts';
import { timestamp } from '../../shared/clock.ts';
import { command, fingerprint } from '../../shared/command.ts';
import type { Deps } from '../../shared/deps.ts';
import { recordEvent } from '../../shared/events.ts';
import { newId } from '../../shared/ids.ts';
import { Problem } from '../../shared/problem.ts';
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
  const { expiresAt } = await command(deps, ctx, async (trx) => {
    const referral = await lockReferral(trx, ctx.actor, referralId);
    const { rows } = await sql<{ id: string; answer: string | null }>`
      select id, answer from referral_question where referral_id = ${referralId}`.execute(trx);
    if (referral.status !== 'asked')
      throw new Problem('no-open-question', { detail: 'Nothing is asked about this referral now.' });
    const question = questionFor(rows, questionId);
    const expiresAt = deps.clock.now().add({ hours: hoursItWorks }).toString();
    await sql`insert into answer_link (id, question_id, token_hash, created_at, expires_at)
      values (${newId()}, ${question.id}, ${answerLinkHash(deps, token)}, ${timestamp(deps.clock)}, ${expiresAt})`.execute(
      trx,
    );
    await recordEvent(trx, deps, ctx, {
      type: 'referral.answer_link_made',
      subjects: [['referral', referralId]],
      values: { expiresOn: expiresAt },
    });
    return { expiresAt };
  });
  return ctx.once?.replayed ? { expiresAt } : { expiresAt, token };
}

/** What is stored in place of a link's token. */
export const answerLinkHash = (deps: Deps, token: string) =>
  keyedHash(deps.config.SECRET, 'answer-link', token);

/** One question about one referral, as whoever has its link sees it: no name. */
export type AnswerLink = {
  id: string;
  questionId: string;
  referralId: string;
  reference: string;
  question: string;
  state: 'open' | 'answered' | 'closed';
  /** Whether the clinic is told how the referral goes. */
  hearsAll: boolean;
  clinicId: string;
  clinicName: string;
};

/** The link of a token while its time is not over. */
export async function findAnswerLink(deps: Deps, token: string): Promise<AnswerLink | undefined> {
  const { rows } = await sql<AnswerLink>`/* answer-link.find */
    select l.id, q.id as "questionId", q.question, r.id as "referralId", r.reference, r.clinic_id as "clinicId", o.name as "clinicName",
      case when q.answer is not null then 'answered' when r.status = 'asked' then 'open' else 'closed' end as state,
      ${hearsAll(aClinic)} as "hearsAll"
    from answer_link l join referral_question q on q.id = l.question_id join referral r on r.id = q.referral_id
      join organisation o on o.id = r.clinic_id
    where l.token_hash = ${answerLinkHash(deps, token)} and l.expires_at > ${timestamp(deps.clock)}`.execute(
    deps.db,
  );
  return rows[0];
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
  const said = fingerprint(deps.config.SECRET, 'POST', 'answer-link', answer);
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
