import { hoursWarning } from './contact-hours.rules.ts';
import type { Patient } from './patient.schemas.ts';

export const channels = ['sms', 'email', 'phone', 'letter'] as const;

const days = ['', 'Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday', 'Sunday'];
const languageNames = new Intl.DisplayNames('en-GB', { type: 'language', fallback: 'code' });

type Point = Patient['contactPoints'][number];
export type ShownPoint = Point & {
  state: 'safe' | 'not_safe' | 'recheck' | 'stopped' | 'failed' | 'in_doubt';
  times: string[];
  /** What does not work in these hours. */
  warning: string | null;
};

export type ShownPatient = Omit<Patient, 'contactPoints'> & {
  contactPoints: ShownPoint[];
  languageName: string;
  mayWrite: boolean;
};

/**
 * A patient as pages show them: each contact point with whether it may be used on the civil date
 * `today` and at what times, the language by its name, and whether there is a way to write at all.
 * @param doubted ids of the contact points of which another record says otherwise (rule 25)
 */
export function shownPatient(
  patient: Patient,
  today: string,
  doubted: ReadonlySet<string> = new Set(),
): ShownPatient {
  const contactPoints = patient.contactPoints.map((point) => ({
    ...point,
    state: shownState(point, today, doubted),
    times: (point.hours ?? []).map(times),
    warning: hoursWarning(point),
  }));
  const mayWrite = contactPoints.some(({ channel, state }) => channel !== 'phone' && state === 'safe');
  return { ...patient, contactPoints, languageName: languageName(patient.language), mayWrite };
}

/** What asks for a way to reach someone, and is over when there is one. */
export const tasksForAWay = ['no_safe_contact', 'number_stopped', 'no_time_to_contact'] as const;

/** Whether a way that they said is safe was to be checked again by a civil date. */
export const isToRecheck = (
  { safe, stoppedAt, recheckDue }: Pick<Point, 'safe' | 'stoppedAt' | 'recheckDue'>,
  today: string,
) => safe && !stoppedAt && recheckDue !== null && recheckDue <= today;

/** Whether there is a way to reach this person on a civil date that they said is safe and that works. */
export function isReachable({ contactPoints }: Pick<Patient, 'contactPoints'>, today: string): boolean {
  return contactPoints.some((point) => stateOf(point, today) === 'safe');
}

/** Only what they said is safe, and works, can be in doubt. */
function shownState(point: Point, today: string, doubted: ReadonlySet<string>): ShownPoint['state'] {
  const state = stateOf(point, today);
  return state === 'safe' && doubted.has(point.id) ? 'in_doubt' : state;
}

function stateOf({ safe, stoppedAt, failedAt, recheckDue }: Point, today: string): ShownPoint['state'] {
  if (stoppedAt) return 'stopped';
  if (!safe) return 'not_safe';
  if (failedAt) return 'failed';
  return recheckDue && recheckDue < today ? 'recheck' : 'safe';
}

/** Hours in words, such as `Monday, Tuesday, 09:00 to 12:00`. */
export const times = (hours: { days: number[]; from: string; to: string }) =>
  `${[...hours.days]
    .sort()
    .map((day) => days[day])
    .join(', ')}, ${hours.from} to ${hours.to}`;

/** A language by its name in English; what is no known tag stays as it is. */
export function languageName(tag: string | null): string {
  try {
    return tag ? (languageNames.of(tag) ?? tag) : '';
  } catch {
    return tag ?? '';
  }
}

/** The languages that a form offers, by name. */
export const languages = [
  'sq',
  'am',
  'ar',
  'bn',
  'yue',
  'zh',
  'fr',
  'gu',
  'it',
  'ku',
  'fa',
  'pl',
  'pt',
  'pa',
  'ro',
  'ru',
  'so',
  'es',
  'ta',
  'ti',
  'tr',
  'uk',
  'ur',
  'vi',
]
  .map((value) => ({ value, text: languageName(value) }))
  .sort((one, other) => one.text.localeCompare(other.text));

/** The same for a form about someone, whose own is among them, so that it does not get lost. */
export const languagesFor = (tag: string | null) =>
  !tag || languages.some(({ value }) => value === tag)
    ? languages
    : [{ value: tag, text: languageName(tag) }, ...languages];
