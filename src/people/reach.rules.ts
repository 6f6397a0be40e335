import { isDeliverable } from '../shared/postal-address.ts';
import { col, type RowOf } from '../shared/rows.ts';
import { Hours } from './contact-window.rules.ts';

/** Whether messages say what they are about, or nothing that tells others. */
export const wordings = ['discreet', 'identified'] as const;
export type Wording = (typeof wordings)[number];

/** Channels that a message can go by; a phone call is a task for a person. */
export const messageChannels = ['sms', 'email', 'letter'] as const;
export type MessageChannel = (typeof messageChannels)[number];

export const ContactPoint = {
  id: col.text,
  channel: col.either(col.oneOf(messageChannels), col.oneOf(['phone'])),
  value: col.text,
  safe: col.boolean,
  recheckDue: col.orNull(col.text),
  stopped: col.boolean,
  failed: col.boolean,
  /** Another record that may be of the same person says otherwise of it. */
  doubted: col.boolean,
  hours: col.orNull(col.listOf(col.object(Hours))),
};
export type ContactPoint = RowOf<typeof ContactPoint>;

export const ContactWishes = {
  contactChoice: col.oneOf(['any_safe', 'patient_contacts_us']),
  contactState: col.oneOf(['open', 'paused', 'withdrawn', 'deceased']),
  pausedUntil: col.orNull(col.text),
};
export type ContactWishes = RowOf<typeof ContactWishes>;

/** Whether Lendwell may write to a person at all on a civil date. A pause ends by itself on its date. */
export function mayContact(wishes: ContactWishes, today: string): boolean {
  if (wishes.contactChoice === 'patient_contacts_us') return false;
  return (
    wishes.contactState === 'open' ||
    (wishes.contactState === 'paused' && wishes.pausedUntil !== null && wishes.pausedUntil <= today)
  );
}

/** Whether a person said that a way to reach them is safe on a civil date, and it has neither stopped nor failed, nor is in doubt. */
export const works = (
  {
    safe,
    stopped,
    failed,
    doubted,
    recheckDue,
  }: Pick<ContactPoint, 'safe' | 'stopped' | 'failed' | 'doubted' | 'recheckDue'>,
  today: string,
): boolean => safe && !stopped && !failed && !doubted && (recheckDue === null || recheckDue >= today);

/** Whether a message may go to this contact point on a civil date. */
export function isUsable(
  point: ContactPoint,
  today: string,
): point is ContactPoint & { channel: MessageChannel } {
  return (
    point.channel !== 'phone' &&
    works(point, today) &&
    (point.channel !== 'letter' || isDeliverable(point.value))
  );
}

/** Who is to be reached and what can be sent: on a civil date, in a wording, to someone with communication needs. */
export type Reach = {
  today: string;
  wording: Wording;
  needs: string[];
  /** Whether a sender is set up for a channel and a wording. */
  offers(channel: MessageChannel, wording: Wording): boolean;
};

/** Needs that our letters do not meet: they are printed in one size, on paper. Texts and emails are read by the person's own device. */
const notOnPaper = ['easy_read', 'large_print', 'audio', 'braille'];

/** Why a contact point is not the one that a message goes to. */
export type Hindrance = 'in_doubt' | 'no_safe_contact' | 'no_sender' | 'format_needed';

function hindranceOf(point: ContactPoint, reach: Reach): Hindrance | null {
  if (!isUsable(point, reach.today))
    return isUsable({ ...point, doubted: false }, reach.today) ? 'in_doubt' : 'no_safe_contact';
  if (point.channel === 'letter' && reach.needs.some((need) => notOnPaper.includes(need)))
    return 'format_needed';
  return reach.offers(point.channel, reach.wording) ? null : 'no_sender';
}

/** Whether a message may go to this contact point now, and can. */
export function canReach(
  point: ContactPoint,
  reach: Reach,
): point is ContactPoint & { channel: MessageChannel } {
  return hindranceOf(point, reach) === null;
}

/**
 * The contact point that a message goes to: the first, in the person's own order, that may be used and
 * that something can be sent to; otherwise what stands in the way of the one that comes nearest.
 */
export function chooseContact(
  points: ContactPoint[],
  reach: Reach,
): { point: ContactPoint & { channel: MessageChannel } } | { point: null; why: Hindrance } {
  const point = points.find((one): one is ContactPoint & { channel: MessageChannel } => canReach(one, reach));
  if (point) return { point };
  const found = points.map((one) => hindranceOf(one, reach));
  const why = (['in_doubt', 'format_needed', 'no_sender'] as const).find((hindrance) =>
    found.includes(hindrance),
  );
  return { point: null, why: why ?? 'no_safe_contact' };
}
