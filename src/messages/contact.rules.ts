import type { Hours } from './contact-window.rules.ts';

/** Channels that a message can go by; a phone call is a task for a person. */
export const messageChannels = ['sms', 'email', 'letter'] as const;
export type MessageChannel = (typeof messageChannels)[number];

export type ContactPoint = {
  id: string;
  channel: MessageChannel | 'phone';
  value: string;
  safe: boolean;
  recheckDue: string | null;
  stopped: boolean;
  failed: boolean;
  hours: Hours[] | null;
};

export type ContactWishes = {
  contactChoice: 'any_safe' | 'patient_contacts_us';
  contactState: 'open' | 'paused' | 'withdrawn' | 'deceased';
  pausedUntil: string | null;
};

/** Whether Lendwell may write to a person at all on a civil date. A pause ends by itself on its date. */
export function mayContact(wishes: ContactWishes, today: string): boolean {
  if (wishes.contactChoice === 'patient_contacts_us') return false;
  return (
    wishes.contactState === 'open' ||
    (wishes.contactState === 'paused' && wishes.pausedUntil !== null && wishes.pausedUntil <= today)
  );
}

/** Whether a message may go to this contact point on a civil date. */
export function isUsable(
  point: ContactPoint,
  today: string,
): point is ContactPoint & { channel: MessageChannel } {
  return (
    point.channel !== 'phone' &&
    point.safe &&
    !point.stopped &&
    !point.failed &&
    (point.recheckDue === null || point.recheckDue >= today) &&
    (point.channel !== 'letter' || isDeliverable(point.value))
  );
}

/**
 * The contact point that a message goes to: the first, in the person's own order, that may be used.
 * @returns null when there is none; a person has to find another way
 */
export function chooseContact(
  points: ContactPoint[],
  today: string,
): (ContactPoint & { channel: MessageChannel }) | null {
  return points.find((point) => isUsable(point, today)) ?? null;
}

/**
 * Whether the lines of an address, with the name above them, can be posted: GOV.UK Notify takes 3 to 7
 * lines that end with a UK postcode and refuses "no fixed abode".
 * Source: alphagov/notifications-utils, postal_address.py.
 */
export function isDeliverable(address: string): boolean {
  const lines = address
    .split('\n')
    .map((line) => line.trim())
    .filter(Boolean);
  return (
    lines.length >= 2 &&
    lines.length <= 6 &&
    /^[A-Z]{1,2}\d[A-Z\d]? ?\d[A-Z]{2}$/i.test(lines.at(-1)!) &&
    lines.every(
      (line) =>
        !/^[@()=[\]"\\/,<>~]/.test(line) && !/^nfa$/i.test(line) && !/no fixed (abode|address)/i.test(line),
    )
  );
}
