import { revealingWords } from '../../messages/template.rules.ts';
import { blockFaults, textFault } from '../../shared/blocks.ts';
import type { FieldError } from '../../shared/problem.ts';

/** What the public is told, by the names that addresses and the API have for it. */
export const noticeNames = [
  'accessibility',
  'patients',
  'patients_discreet',
  'clinics',
  'supporters',
  'hand_in',
] as const;
export type NoticeName = (typeof noticeNames)[number];

/** Of each notice its title, whom it is for, and where the public reads it; null for what has no page of its own. */
export const noticeFacts: Record<NoticeName, { title: string; about: string; href: string | null }> = {
  accessibility: {
    title: 'Accessibility statement',
    about: 'How far these pages can be used by everyone, and what to do where they cannot',
    href: '/notices/accessibility',
  },
  patients: {
    title: 'Privacy: people who borrow',
    about: 'What is kept about the people who are lent something, why, and for how long',
    href: '/notices/patients',
  },
  patients_discreet: {
    title: 'Privacy: the discreet answer page',
    about:
      'The same for whoever answers a discreet message. It names nobody and nothing, and the discreet page links to it once it is written',
    href: '/notice',
  },
  clinics: {
    title: 'Privacy: clinics',
    about: 'What is kept about the people who refer, and what becomes of a referral',
    href: '/notices/clinics',
  },
  supporters: {
    title: 'Privacy: supporters and staff',
    about: 'What is kept about the people who work here and sign in',
    href: '/notices/supporters',
  },
  hand_in: {
    title: 'Where found things are handed in',
    about:
      'Shown to whoever found something and wrote by the second code on its label. It names nobody and nothing; without it, nothing is said',
    href: null,
  },
};

/** Texts that name nobody and nothing. */
const discreetNotices: readonly NoticeName[] = ['patients_discreet', 'hand_in'];
/** Notices whose pages say whose they are. The discreet one has a page of its own. */
export const namedNotices = noticeNames.filter((name) => !discreetNotices.includes(name));
/** Notices that a scheme cannot do without. */
export const neededNotices = noticeNames.filter((name) => name !== 'hand_in');

/**
 * What stands against publishing a text: something that is still to be filled in, a link that is no https
 * address, and in the discreet one each word that tells what it is about.
 * @param schemeName what the discreet notice may not name
 */
export function noticeFaults(name: NoticeName, body: string, schemeName: string): FieldError[] {
  const faults = blockFaults(body);
  if (!discreetNotices.includes(name)) return faults;
  const telling = revealingWords(body);
  if (body.toLowerCase().includes(schemeName.toLowerCase())) telling.push(schemeName);
  return [
    ...faults,
    ...telling.map((word) =>
      textFault(`“${word}” tells others what this is about. Leave it out of the discreet text.`),
    ),
  ];
}
