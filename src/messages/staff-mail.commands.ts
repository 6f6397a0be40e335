import type { Deps } from '../shared/deps.ts';
import { channelOf } from './channels.ts';
import { providerFor } from './senders.rules.ts';

/** An email to someone who works with Lendwell, about their account; never about a patient. */
export type StaffMail = { id: string; name: string; email: string; subject: string; text: string };

/**
 * Sends an email to a member of staff by the sender of identified emails; where none is set up, nothing is sent.
 * @throws Error when it did not go and may be tried again
 */
export async function mailStaff(deps: Deps, { id, name, email, subject, text }: StaffMail): Promise<void> {
  const provider = providerFor(deps.config, 'email', 'identified');
  if (!provider) return;
  const outcome = await channelOf(deps, provider).send({
    reference: id,
    channel: 'email',
    wording: 'identified',
    name,
    recipient: email,
    subject,
    body: text,
  });
  if (outcome.is === 'later' || outcome.is === 'unknown') throw new Error(`an email is ${outcome.is}`);
}
