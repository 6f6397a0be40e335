import type { Context } from '../../shared/actor.ts';
import { fingerprint } from '../../shared/command.ts';
import type { Deps } from '../../shared/deps.ts';
import { Problem } from '../../shared/problem.ts';
import { receiveReferral } from '../referral.commands.ts';
import { allTyped, wholeReferral } from './answers.schemas.ts';
import { closeDraft, type Draft } from './draft.commands.ts';
import type { FormLink } from './form-link.queries.ts';
import { type Repeat, receiveRepeat } from './repeat.commands.ts';
import { sealSummary } from './summary-seal.ts';

/** A draft of a link, with the token of the browser that typed it. */
type DraftToSend = { link: FormLink; draft: Draft; draftToken: string };

/**
 * Sends what was typed as a referral of the link's clinic, as its key would through the API, once for
 * each draft however often it is sent. One of a person whose referral is open is answered like any
 * other, since whoever has the link may not learn that: it becomes work for an officer.
 * @throws Problem `invalid`
 */
export async function sendDraft(
  deps: Deps,
  requestId: string,
  { link, draft, draftToken }: DraftToSend,
): Promise<void> {
  const typed = allTyped(draft.answers);
  const referral = wholeReferral(typed);
  const context = (): Context => ({
    actor: {
      type: 'client',
      id: link.id,
      name: `${link.clinicName}, ${link.label}`,
      role: 'clinic',
      clinicId: link.clinicId,
    },
    requestId,
    once: {
      caller: `form-link:${link.id}`,
      key: draft.id,
      fingerprint: fingerprint(deps.key, 'POST', 'hosted-form', draft.id),
      waits: true,
    },
  });
  const { reference } = await receive(deps, context, { link, referral, typed });
  await closeDraft(deps, draft.id, { reference, summary: sealSummary(deps, draftToken, typed) });
}

async function receive(
  deps: Deps,
  context: () => Context,
  sent: Omit<Repeat, 'referralId'>,
): Promise<{ reference: string }> {
  try {
    return await receiveReferral(deps, context(), sent.referral);
  } catch (error) {
    if (!(error instanceof Problem) || error.type !== 'referral-already-open') throw error;
    const { referralId } = error.extra;
    // The one in the way may close in this very moment; then nothing is in the way of this one.
    if (typeof referralId !== 'string') return receiveReferral(deps, context(), sent.referral);
    return receiveRepeat(deps, context(), { ...sent, referralId });
  }
}
