import { Temporal } from 'temporal-polyfill';
import { greetingName } from '../people/name.rules.ts';
import { type Wording, wordings } from '../people/reach.rules.ts';
import { zone } from '../shared/clock.ts';
import type { FieldError } from '../shared/problem.ts';
import { col, type RowOf } from '../shared/rows.ts';
import { tellableWhys, whyWords } from './why.rules.ts';

/** Whom a text is for: one channel alone, or any that has none of its own. */
export const templateChannels = ['any', 'sms', 'email', 'letter'] as const;

/** For whom a text is worded: by the person’s wish, or for whom they trust, who is told as little as a stranger. */
export const templateWordings = [...wordings, 'trusted'] as const;
export type TemplateWording = (typeof templateWordings)[number];

/** In which wording a text goes out: who sends it, and whether it may name them. */
export const sentAs = (wording: TemplateWording): Wording => (wording === 'trusted' ? 'discreet' : wording);

/** What a template may name. A discreet one knows nothing of the scheme, the person or the help; whom they trust hears from whom it is. */
export const placeholders = {
  identified: [
    'name',
    'scheme',
    'contacts',
    'when',
    'how',
    'day',
    'why',
    'text',
    'ring',
    'link',
    'replies',
    'pages',
  ],
  discreet: ['when', 'how', 'day', 'why', 'text', 'link', 'replies', 'pages'],
  trusted: ['name', 'when', 'how', 'day', 'why', 'text', 'replies', 'pages'],
} as const satisfies Record<TemplateWording, readonly string[]>;
type Placeholder = (typeof placeholders)[TemplateWording][number];
/** What tells of an appointment; a text that gives an address has none. */
const ofAppointments: readonly string[] = ['contacts', 'when', 'how', 'day', 'why', 'text'];

/** What a template may name, by what its kind speaks of; in another language nothing that stands for English words. */
export const namesFor = (wording: TemplateWording, says: 'time' | 'day' | 'address', language = 'en') =>
  placeholders[wording].filter(
    (name) =>
      (says === 'address' ? !ofAppointments.includes(name) : name !== 'pages') &&
      (language === 'en' || !onlyEnglish.includes(name)),
  );

/** What is said of one reminder: an appointment at an instant, and how; without a way, a day; or an address that is given. */
export const Appointment = {
  at: col.text,
  way: col.orNull(col.oneOf(['phone', 'video', 'in_person', 'message'])),
  because: col.optional(col.orNull(col.oneOf(tellableWhys))),
  address: col.optional(col.text),
  /** What someone wrote for everyone concerned. */
  text: col.optional(col.orNull(col.object({ identified: col.text, discreet: col.text }))),
};
export type Appointment = RowOf<typeof Appointment>;

export type TemplateText = { subject: string; body: string };

/** `link`: the address by which they answer, or nothing where there is none. `replies`: what becomes of an answer by the same way. */
export type Addressee = { name: string; scheme: string; schemePhone: string; link: string; replies: string };

/** These stand for English words, and have no place in another language. */
const onlyEnglish: readonly string[] = ['contacts', 'how', 'why', 'ring', 'replies'];

/** Where a name would stand, with what leads to it: without one it is "Hello." */
const nameless = /^\{\{\s*name\s*\}\}[ ,]*|[ ,]*\{\{\s*name\s*\}\}/g;

const placeholder = /\{\{\s*(\w+)\s*\}\}/g;

/**
 * Fills in a template, English where it names no language, for appointments that are said together.
 * @throws Error when the template names something that it may not
 */
export function renderTemplate(
  template: TemplateText & { language?: string },
  wording: TemplateWording,
  appointments: Appointment[],
  to: Addressee,
): TemplateText {
  const { language = 'en' } = template;
  const sorted = appointments.toSorted((one, other) => one.at.localeCompare(other.at));
  const values: Record<Placeholder, string> = {
    name: greetingName(to.name) || (wording === 'trusted' ? 'Someone' : ''),
    scheme: to.scheme,
    when: listed(
      sorted.map(({ at }) => spokenTime(at, language)),
      language,
    ),
    day: listed([...new Set(sorted.map(({ at }) => spokenDay(at, language)))], language),
    contacts: listed(sorted.map(({ at, way }) => `${way ? wayWords[way] : 'be there'} on ${spokenTime(at)}`)),
    how: listed(sorted.map(({ at, way }) => `${spokenTime(at)}${way ? `, ${howWords[way]}` : ''}`)),
    why: whyOf(sorted, wording),
    text: [...new Set(sorted.flatMap(({ text }) => text?.[sentAs(wording)] ?? []))].join(' '),
    replies: to.replies,
    link: to.link && (language === 'en' ? `To answer: ${to.link}` : to.link),
    pages: sorted.flatMap(({ address }) => address ?? []).join(' '),
    ring: to.schemePhone ? `please ring us on ${to.schemePhone}` : 'please ring us',
  };
  const allowed: readonly string[] = placeholders[wording];
  const fill = (text: string) =>
    (values.name ? text : text.replaceAll(nameless, ''))
      .replace(placeholder, (_, name: string) => {
        if (!allowed.includes(name)) throw new Error(`a ${wording} template may not name ${name}`);
        return values[name as Placeholder];
      })
      .replaceAll(/ {2,}/g, ' ')
      .trim();
  return { subject: fill(template.subject), body: fill(template.body) };
}

const wayWords: Record<NonNullable<Appointment['way']>, string> = {
  phone: 'phone you',
  video: 'make a video call to you',
  in_person: 'see you',
  message: 'write to you',
};

/** How it takes place; no word of it tells what it is about. */
const howWords: Record<NonNullable<Appointment['way']>, string> = {
  phone: 'by phone',
  video: 'by video',
  in_person: 'in person',
  message: 'in writing',
};

/** The one reason for all that is said together, after a colon; nothing where there is none, or more than one. */
function whyOf(appointments: Appointment[], wording: TemplateWording): string {
  const [why, ...others] = new Set(appointments.map(({ because }) => because));
  if (!why || others.length) return '';
  return `: ${whyWords(why, wording === 'trusted')}`;
}

function listed(parts: string[], language = 'en'): string {
  if (language !== 'en') return parts.join(', ');
  return parts.length < 2 ? (parts[0] ?? '') : `${parts.slice(0, -1).join(', ')} and ${parts.at(-1)}`;
}

/** The day of an instant as London says it: `Wednesday 6 August`, or in another language. */
export function spokenDay(instant: string, language = 'en'): string {
  return Temporal.Instant.from(instant)
    .toZonedDateTimeISO(zone)
    .toPlainDate()
    .toLocaleString(language === 'en' ? 'en-GB' : language, {
      weekday: 'long',
      day: 'numeric',
      month: 'long',
    })
    .replace(',', '');
}

/** An instant as London says it: `Wednesday 6 August at 10am`, `at 9:30am`, `at midday`. */
export function spokenTime(instant: string, language = 'en'): string {
  const day = spokenDay(instant, language);
  if (language === 'en') return `${day} at ${spokenHour(instant)}`;
  const time = Temporal.Instant.from(instant).toZonedDateTimeISO(zone).toPlainTime();
  return `${day}, ${time.toString({ smallestUnit: 'minute' })}`;
}

/** The time of day of an instant as London says it: `10am`, `9:30am`, `midday`. */
export function spokenHour(instant: string): string {
  const at = Temporal.Instant.from(instant).toZonedDateTimeISO(zone);
  if (at.minute === 0 && (at.hour === 12 || at.hour === 0)) return at.hour ? 'midday' : 'midnight';
  const minutes = at.minute ? `:${String(at.minute).padStart(2, '0')}` : '';
  return `${at.hour % 12 || 12}${minutes}${at.hour < 12 ? 'am' : 'pm'}`;
}

/** Words that tell a stranger what a message is about; none may be in a discreet template. */
const revealing =
  /\b(nhs|health|mental\w*|clinic\w*|hospital\w*|ward|trust|doctor|nurse|therap\w*|psych\w*|trauma\w*|crisis|patient\w*|referr\w*|appointment\w*|medic\w*|treatment|wellbeing|recovery|support\w*|scheme|service\w*|tablet\w*|device\w*|loan\w*|lend\w*|lent)\b/gi;

/** The words of a text that tell a stranger what it is about, each once. */
export const revealingWords = (text: string): string[] => [...new Set(text.match(revealing) ?? [])];

/**
 * What is wrong with a template: names it may not use, in a discreet one words that reveal, and that it leaves out what
 * its kind is there to carry.
 */
export function templateFaults(
  template: TemplateText,
  wording: TemplateWording,
  language = 'en',
  { says, carries }: { says: 'time' | 'day' | 'address'; carries?: 'text' | 'pages' | 'link' } = {
    says: 'time',
  },
): FieldError[] {
  const allowed: readonly string[] = namesFor(wording, says, language);
  return (['subject', 'body'] as const).flatMap((field) => {
    const names = [...template[field].matchAll(placeholder)].map((found) => found[1]!);
    const unknown = names.filter((name) => !allowed.includes(name));
    const telling = wording === 'identified' ? [] : revealingWords(template[field]);
    return [
      ...(carries && field === 'body' && allowed.includes(carries) && !names.includes(carries)
        ? [{ pointer: '/body', message: `Without {{${carries}}} this text says nothing. Put it in.` }]
        : []),
      ...unknown.map((name) => ({
        pointer: `/${field}`,
        message: `A ${wording} text${language === 'en' ? '' : ' in another language'} may not use {{${name}}}. It may use ${allowed.join(', ')}.`,
      })),
      ...telling.map((word) => ({
        pointer: `/${field}`,
        message: `“${word}” tells others what this is about. Leave it out of the ${wording === 'trusted' ? 'text for them' : 'discreet text'}.`,
      })),
    ];
  });
}

const gsm7 =
  '@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !"#¤%&\'()*+,-./0123456789:;<=>?¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà';
/** These take two places in GSM-7. */
const gsm7Extended = '^{}\\[~]|€\f';

/**
 * How many parts a text message is billed and sent as: 160 characters, or 153 each in GSM-7; 70, or 67 each
 * in UCS-2 as soon as one character is outside GSM-7. Source: 3GPP TS 23.038 and 23.040.
 */
export function smsFragments(text: string): {
  fragments: number;
  encoding: 'GSM-7' | 'UCS-2';
  units: number;
} {
  const plain = [...text].every((character) => gsm7.includes(character) || gsm7Extended.includes(character));
  const units = plain
    ? [...text].reduce((sum, character) => sum + (gsm7Extended.includes(character) ? 2 : 1), 0)
    : text.length;
  const [single, part] = plain ? [160, 153] : [70, 67];
  return {
    fragments: units <= single ? 1 : Math.ceil(units / part),
    encoding: plain ? 'GSM-7' : 'UCS-2',
    units,
  };
}
