import { times } from '../people/contact.rules.ts';
import { meetsWorkday } from '../people/contact-hours.rules.ts';
import type { Hours } from '../people/contact-window.rules.ts';
import { ContactPoint, works } from '../people/reach.rules.ts';
import { col, type RowOf } from '../shared/rows.ts';
import { isWithin, type Slot } from './slot.rules.ts';
import type { Way } from './support.rules.ts';

const Point = col.omit(ContactPoint, 'id', 'value');
type Point = RowOf<typeof Point>;

/** What decides how a person can be met: their own choice, what they need, and the ways to reach them, in their order. */
export const Person = {
  contactChoice: col.oneOf(['any_safe', 'patient_contacts_us']),
  communicationNeeds: col.listOf(col.text),
  points: col.listOf(col.object(Point)),
};
export type Person = RowOf<typeof Person>;

/** What stands in the way of a follow-up. */
export const hindrances = ['they_contact_us', 'bsl', 'no_number', 'no_address', 'outside_hours'] as const;
export type Hindrance = (typeof hindrances)[number];

const channelsOf: Record<Way, Point['channel'][]> = {
  phone: ['phone', 'sms'],
  video: ['sms', 'email'],
  message: ['sms', 'email'],
  in_person: [],
};

const reachedBy = (way: Way, { points }: Person, today: string): Point[] =>
  points.filter((point) => channelsOf[way].includes(point.channel) && works(point, today));

/** When a person may be met by a way, from what they said of what it goes by; null for any time. */
export function hoursFor(way: Way, person: Person, today: string): Hours[] | null {
  const points = reachedBy(way, person, today);
  return points.length && points.every(({ hours }) => hours?.length)
    ? points.flatMap(({ hours }) => hours!)
    : null;
}

/**
 * What stands in the way of a follow-up with a person on the civil date `today`: a call needs a number that
 * may be rung and someone who hears, a video call and a message somewhere to write to. In person nothing does.
 * @param at the time that it is planned for, if there is one
 */
export function hindrancesOf(way: Way, person: Person, today: string, at?: Slot): Hindrance[] {
  if (way === 'in_person') return [];
  if (person.contactChoice === 'patient_contacts_us') return ['they_contact_us'];
  const deaf: Hindrance[] = way === 'phone' && person.communicationNeeds.includes('bsl') ? ['bsl'] : [];
  if (!reachedBy(way, person, today).length) return [...deaf, way === 'phone' ? 'no_number' : 'no_address'];
  const hours = hoursFor(way, person, today);
  return at && hours && !isWithin(at, hours) ? [...deaf, 'outside_hours'] : deaf;
}

/**
 * The way that a plan takes for a step that is usually done by `usual`: the first that the person can use and
 * that meets the scheme's hours, before one that leaves the time to be agreed on; in person where nothing else is left.
 * @returns null for someone who alone makes contact: it is for them to say
 */
export function wayFor(usual: Way, person: Person, today: string): Way | null {
  if (person.contactChoice === 'patient_contacts_us') return null;
  const others: Way[] = person.communicationNeeds.includes('bsl')
    ? ['video', 'message']
    : ['phone', 'message'];
  const usable = [usual, ...others].filter((way) => !hindrancesOf(way, person, today).length);
  const timely = usable.find((way) => meetsWorkday(hoursFor(way, person, today)));
  return timely ?? usable[0] ?? 'in_person';
}

/** Why a call by phone is not planned with someone who needs British Sign Language, and what is instead. */
export const noCall =
  'They need British Sign Language, so a call by phone does not reach them. Choose video, a message or in person.';

const cannot: Record<Exclude<Way, 'in_person'>, string> = {
  phone: 'They cannot be phoned',
  video: 'They cannot be met by video',
  message: 'They cannot be written to',
};
const channelWords: Record<Point['channel'], string> = {
  sms: 'a text',
  email: 'an email',
  phone: 'a phone call',
  letter: 'a letter',
};

/** What stands in the way of a follow-up, in sentences; null when nothing does. */
export function hindranceWords(way: Way, person: Person, today: string, at?: Slot): string | null {
  const found = hindrancesOf(way, person, today, at);
  if (way === 'in_person' || !found.length) return null;
  if (found.includes('they_contact_us'))
    return `${cannot[way]}: only they make contact. Agree with them how it takes place.`;
  const reasons = [
    ...(found.includes('bsl') ? ['British Sign Language'] : []),
    ...(found.includes('no_number') || found.includes('no_address') ? whyNone(way, person, today) : []),
  ];
  const sentences = [
    ...(found.some((one) => one !== 'outside_hours')
      ? [`${[cannot[way], reasons.join(', ')].filter(Boolean).join(': ')}.`]
      : []),
    ...(found.includes('no_number') || found.includes('no_address') ? [whatWorks(person, today)] : []),
    ...(found.includes('outside_hours')
      ? [`This is outside the hours that they gave: ${hoursFor(way, person, today)!.map(times).join('; ')}.`]
      : []),
  ];
  return sentences.join(' ');
}

/** Why what is recorded for this way does not work; nothing where there is none. */
function whyNone(way: Way, { points }: Person, today: string): string[] {
  const known = points.filter(({ channel }) => channelsOf[way].includes(channel));
  const what = way === 'phone' ? 'their number' : 'where to write';
  const reasons = known.map(({ stopped, safe, failed, doubted, recheckDue }) => {
    if (doubted) return `another record, which may be theirs, says otherwise of ${what}`;
    if (stopped) return `${what} has stopped`;
    if (!safe) return `${what} is not safe`;
    if (failed) return `${what} does not work`;
    return recheckDue && recheckDue < today ? `${what} is to be checked again first` : '';
  });
  return [...new Set(reasons.filter(Boolean))];
}

function whatWorks({ points }: Person, today: string): string {
  const channels = [...new Set(points.filter((point) => works(point, today)).map(({ channel }) => channel))];
  if (!channels.length) return 'No way to reach them is safe.';
  const names = channels.map((channel) => channelWords[channel]);
  return `Only ${names.join(' and ')} ${names.length === 1 ? 'is' : 'are'} safe.`;
}
