import type { Context } from '../../shared/actor.ts';
import { command } from '../../shared/command.ts';
import type { Deps } from '../../shared/deps.ts';
import { etagOf, requireMatch } from '../../shared/etag.ts';
import { type NewEvent, recordEvent, type SubjectType } from '../../shared/events.ts';
import { Problem } from '../../shared/problem.ts';
import { run } from '../../shared/statements.ts';
import { getEndReason } from './end-reason.queries.ts';
import { assertReasonStands, type Because, becauseErrors } from './end-reason.rules.ts';
import type { ItemCorrected, ItemCorrection } from './end-reason.schemas.ts';
import { type EndedItem, type LockedLoan, lockLoans } from './ending.commands.ts';

/**
 * Puts right why an item came back, or says it afterwards; null for a reason that nobody gave. The story keeps both.
 * @throws Problem `not-found`, `patient-erased`, `loan-correction-refused` for what did not come back by a return,
 * `if-match-required`, `changed-meanwhile`, `invalid`
 */
export async function correctEndReason(
  deps: Deps,
  ctx: Context,
  itemId: string,
  { because }: ItemCorrection,
): Promise<ItemCorrected> {
  return command(deps, ctx, async (work) => {
    const { trx, at } = work;
    const { loanId } = await getEndReason(trx, itemId);
    const {
      loans: [loan],
    } = await lockLoans(trx, [loanId], {});
    if (!loan) throw new Problem('not-found');
    // What decides is read after the lock: the return may have been taken back first.
    const now = await getEndReason(trx, itemId);
    assertReasonStands(now);
    requireMatch(ctx.ifMatch, etagOf(loanId, now.changedAt));
    const errors = becauseErrors(because, '/because');
    if (errors.length) throw new Problem('invalid', { errors });
    const reason = because?.reason ?? null;
    const words = because?.words ?? null;
    const answer = (changedAt: string): ItemCorrected => ({
      loan: { id: loanId },
      item: { id: itemId, because: reason && { reason, words } },
      changedAt,
    });
    if (reason === now.reason && words === now.words) return answer(now.changedAt);
    await run(
      trx,
      'loan.correct-reason',
      trx.updateTable('loan_item').set({ end_reason: reason, end_words: words }).where('id', '=', itemId),
    );
    await run(
      trx,
      'loan.reason-corrected',
      trx.updateTable('loan').set({ changed_at: at }).where('id', '=', loanId),
    );
    await recordEvent(work, {
      type: 'loan.reason_corrected',
      subjects: subjectsOfReason(loan),
      values: { assetTag: now.assetTag },
      fields: [...(reason === now.reason ? [] : ['endReason']), ...(words === now.words ? [] : ['endWords'])],
    });
    return answer((await getEndReason(trx, itemId)).changedAt);
  });
}

/** Why a person gave something back is of them and their loan alone, and not of the device or what a clinic reads. */
function subjectsOfReason({ id, patientId }: Pick<LockedLoan, 'id' | 'patientId'>): [SubjectType, string][] {
  return [['loan', id], ...(patientId ? [['patient', patientId] as [SubjectType, string]] : [])];
}

/** What the log says of why items of a loan came back: that it was said. What was said may tell of their health. */
export function reasonsOf(
  loan: LockedLoan,
  ended: EndedItem[],
  items: { itemId: string; because?: Because | undefined }[],
): NewEvent[] {
  const given = new Map(items.map(({ itemId, because }) => [itemId, because]));
  const said = ended.filter(({ id }) => given.get(id)?.reason);
  if (!said.length) return [];
  const hasWords = said.some(({ id }) => given.get(id)?.words);
  return [
    {
      type: 'loan.reason_given',
      subjects: subjectsOfReason(loan),
      values: { assetTags: said.map(({ assetTag }) => assetTag) },
      fields: ['endReason', ...(hasWords ? ['endWords'] : [])],
    },
  ];
}
