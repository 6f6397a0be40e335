import { type Action, may } from '../access/permissions.ts';
import type { Actor } from '../shared/actor.ts';

type SettingsPage = { href: string; text: string; about: string; action: Action };

/** The pages of settings, in the order in which they are shown. */
const settings: { title: string; pages: SettingsPage[] }[] = [
  {
    title: 'Lending',
    pages: [
      {
        href: '/settings/terms',
        text: 'Terms',
        about: 'For how long each kind of loan is, and how often it may be extended',
        action: 'settings.read',
      },
      {
        href: '/settings/agreements',
        text: 'Agreements',
        about: 'What people accept when they borrow, version by version',
        action: 'settings.read',
      },
      {
        href: '/settings/policy',
        text: 'Policy',
        about:
          'How many replacements need no approval, how long a device is held, how soon referrals are decided, how long security updates have to last, how much room photos and papers have, and how often people are asked how they are',
        action: 'settings.read',
      },
      {
        href: '/settings/kits',
        text: 'Kits',
        about: 'What goes out together',
        action: 'settings.read',
      },
      {
        href: '/settings/checks',
        text: 'Checks',
        about: 'Which checks each kind of device needs before it goes out',
        action: 'settings.read',
      },
      {
        href: '/settings/models',
        text: 'Security updates',
        about: 'Until when models of devices get them, so that nothing is lent without',
        action: 'settings.read',
      },
      {
        href: '/settings/data-offers',
        text: 'Networks and allowances',
        about: 'What SIMs give, to choose from when one is recorded',
        action: 'settings.read',
      },
    ],
  },
  {
    title: 'Referrals',
    pages: [
      {
        href: '/settings/suggestions',
        text: 'What we suggest',
        about: 'Which answers of an assessment lead to which suggestion, version by version',
        action: 'settings.read',
      },
    ],
  },
  {
    title: 'Support and messages',
    pages: [
      {
        href: '/settings/support-plans',
        text: 'Support plans',
        about: 'Which follow-ups people get and when, version by version',
        action: 'settings.read',
      },
      {
        href: '/settings/page-topics',
        text: 'Topics of pages',
        about: 'What is counted of what people look at on devices they share at a drop-in',
        action: 'settings.read',
      },
      {
        href: '/settings/instruments',
        text: 'Questionnaires',
        about: 'What people are asked to see whether this helps them, version by version, with licences',
        action: 'settings.read',
      },
      {
        href: '/settings/guides',
        text: 'Guides',
        about: 'What people are given to read, by topic, language and format, version by version',
        action: 'settings.read',
      },
      {
        href: '/settings/formats',
        text: 'Languages and formats',
        about:
          'What people are given in the language and the words that they need, who approved it, and what is missing',
        action: 'settings.read',
      },
      {
        href: '/settings/signposts',
        text: 'Signposts',
        about: 'Places elsewhere: for people who are supported, and for clinics whose referral is declined',
        action: 'settings.read',
      },
      {
        href: '/settings/templates',
        text: 'Texts of messages',
        about: 'What reminders say, discreetly or not, by channel and language',
        action: 'settings.read',
      },
    ],
  },
  {
    title: 'Clinics and partners',
    pages: [
      {
        href: '/settings/clinics',
        text: 'Clinics',
        about: 'Who refers, with their keys, links and webhooks; donors and partners too',
        action: 'clinics.read',
      },
      {
        href: '/settings/keys',
        text: 'Keys of other systems',
        about: 'What may call the API beside the clinics’ systems',
        action: 'clinics.manage',
      },
    ],
  },
  {
    title: 'The scheme',
    pages: [
      {
        href: '/settings/scheme',
        text: 'Name and contact',
        about: 'What the scheme is called, its logo and how people reach it',
        action: 'settings.read',
      },
      {
        href: '/settings/population',
        text: 'Whom you are for',
        about: 'The population and the areas that the report of who is reached is held against',
        action: 'settings.read',
      },
      {
        href: '/settings/costs',
        text: 'What it costs',
        about: 'What is spent by half-year, and what devices would cost new: for the paper for whoever pays',
        action: 'settings.read',
      },
      {
        href: '/settings/notices',
        text: 'Privacy and accessibility',
        about: 'What the public is told: privacy notices and the accessibility statement, version by version',
        action: 'notices.read',
      },
      {
        href: '/settings/staff',
        text: 'Staff',
        about: 'Who signs in and as what, and how much time supporters have',
        action: 'staff.read',
      },
      {
        href: '/settings/sign-in',
        text: 'Signing in',
        about: 'Whose password alone is not enough',
        action: 'settings.read',
      },
      {
        href: '/settings/second-person',
        text: 'Second person',
        about: 'What someone wants to do that another has to agree to',
        action: 'second-person.decide',
      },
      {
        href: '/settings/security',
        text: 'Security log',
        about: 'Who came in or was refused, from where, and what was done that reaches far',
        action: 'security.read',
      },
      {
        href: '/settings/locations',
        text: 'Places',
        about: 'Where stock is kept and where people go',
        action: 'settings.read',
      },
      {
        href: '/settings/retention',
        text: 'How long people are kept',
        about: 'After how long people are proposed for erasure, and who waits for a decision',
        action: 'settings.read',
      },
      {
        href: '/settings/calendar',
        text: 'Calendar',
        about: 'Bank holidays, and the days on which you are closed',
        action: 'settings.read',
      },
      {
        href: '/settings/jobs',
        text: 'Jobs',
        about: 'What the night did, what failed and may be tried again',
        action: 'jobs.read',
      },
    ],
  },
];

/** The settings that someone's role opens to them, by what they are about. */
export function settingsFor(actor: Actor) {
  return settings
    .map(({ title, pages }) => ({ title, pages: pages.filter(({ action }) => may(actor, action)) }))
    .filter(({ pages }) => pages.length > 0);
}
