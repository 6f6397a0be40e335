import { inWords } from '../shared/formats.ts';
import type { FieldError } from '../shared/problem.ts';
import { col, type RowOf } from '../shared/rows.ts';

/** For what a person said that their trusted person may be contacted. */
export const trustedTopics = ['support', 'device', 'emergency'] as const;
export type TrustedTopic = (typeof trustedTopics)[number];
export const trustedTopicWords: Record<TrustedTopic, string> = {
  support: 'calls about support',
  device: 'what was lent',
  emergency: 'an emergency',
};

/** The same as a form offers them. */
export const trustedTopicChoices = trustedTopics.map((value) => ({
  value,
  text: inWords(trustedTopicWords[value]),
}));

/** A trusted person as whoever rings is shown them. */
export const TrustedShown = {
  name: col.text,
  relationship: col.orNull(col.text),
  /** Null where there is none, or it may not be used. */
  phone: col.orNull(col.text),
  contactFor: col.listOf(col.oneOf(trustedTopics)),
  first: col.boolean,
};
export type TrustedShown = RowOf<typeof TrustedShown>;

type Said = {
  phone?: string | undefined;
  mayBeContacted: boolean;
  contactFor?: TrustedTopic[] | undefined;
  first?: boolean | undefined;
};

/** What is wrong with what was said of a trusted person: everything goes through them only where it was said for what, and by which number. */
export function trustedErrors(said: Said | null | undefined): FieldError[] {
  if (!said?.first) return [];
  const message = !said.mayBeContacted
    ? 'Nothing goes through someone who may not be contacted.'
    : !said.contactFor?.length
      ? 'Say for what they may be contacted, before it goes through them.'
      : !said.phone
        ? 'Give their phone number, before anything goes through them.'
        : null;
  return message ? [{ pointer: '/trustedPerson/first', message }] : [];
}

/** What became of the number of a trusted person: it is the number’s, and stays while that does. */
type Became = { phone?: unknown; stoppedAt?: unknown; failedAt?: unknown };

/** A trusted person as they were said to be, with what became of their number where it is the one that is held. */
export function keptTrust<T extends object>(held: Became | null | undefined, said: T | null): T | null {
  if (!said || !held?.phone || held.phone !== (said as Became).phone) return said;
  const { stoppedAt, failedAt } = held;
  return { ...said, ...(stoppedAt ? { stoppedAt } : {}), ...(failedAt ? { failedAt } : {}) };
}

/** For what a trusted person may be contacted, as a sentence goes on after their name. */
export function trustedWords({
  mayBeContacted,
  contactFor = [],
  first,
  stoppedAt,
  failedAt,
}: Partial<Said> & Became): string {
  if (!mayBeContacted) return 'not to be contacted';
  const topics = contactFor.map((topic) => trustedTopicWords[topic]);
  return [
    topics.length
      ? `may be contacted for ${topics.join(', ')}`
      : 'may be contacted; it was not said for what',
    ...(first ? ['first, before the person'] : []),
    ...(stoppedAt ? ['they asked for no more texts'] : failedAt ? ['their number does not work'] : []),
  ].join(', ');
}
