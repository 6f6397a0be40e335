import type { Action } from '../access/permissions.ts';

/** `also`: other words by which someone may look for it, with spaces between. */
type SettingsPage = { href: string; text: string; about: string; action: Action; also: string };

/** The pages of settings, in the order in which they are shown. */
export const settings: { title: string; pages: SettingsPage[] }[] = [
  {
    title: 'Lending',
    pages: [
      {
        href: '/settings/terms',
        text: 'Terms',
        about: 'For how long each kind of loan is, and how often it may be extended',
        action: 'settings.read',
        also: 'how long loan period months default extend renew borrowing',
      },
      {
        href: '/settings/agreements',
        text: 'Agreements',
        about: 'What people accept when they borrow, version by version',
        action: 'settings.read',
        also: 'contract consent sign signature what borrowers accept',
      },
      {
        href: '/settings/policy',
        text: 'Policy',
        about:
          'How many replacements need no approval, how long a device is held, how soon referrals are decided, how long security updates have to last, how much room photos and papers have, and how often people are asked how they are',
        action: 'settings.read',
        also: 'rules limits replacements allocation hold days photos quota storage reminders approval late deadline decide security updates',
      },
      {
        href: '/settings/kits',
        text: 'Kits',
        about: 'What goes out together',
        action: 'settings.read',
        also: 'bundle together set accessories charger case',
      },
      {
        href: '/settings/checks',
        text: 'Checks',
        about: 'Which checks each kind of device needs before it goes out',
        action: 'settings.read',
        also: 'preparation wipe erase sanitise electrical PAT test ready',
      },
      {
        href: '/settings/models',
        text: 'Security updates',
        about: 'Until when models of devices get them, so that nothing is lent without',
        action: 'settings.read',
        also: 'android ios windows support end of life updates old device',
      },
      {
        href: '/settings/data-offers',
        text: 'Networks and allowances',
        about: 'What SIMs give, to choose from when one is recorded',
        action: 'settings.read',
        also: 'SIM network provider mobile data gigabytes tariff O2 allowance',
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
        also: 'assessment rules decision tree offer recommend',
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
        also: 'follow-ups calls schedule visits when ring',
      },
      {
        href: '/settings/page-topics',
        text: 'Topics of pages',
        about: 'What is counted of what people look at on devices they share at a drop-in',
        action: 'settings.read',
        also: 'websites drop-in shared tablets statistics count',
      },
      {
        href: '/settings/instruments',
        text: 'Questionnaires',
        about: 'What people are asked to see whether this helps them, version by version, with licences',
        action: 'settings.read',
        also: 'outcome measure survey confidence scale licence score',
      },
      {
        href: '/settings/guides',
        text: 'Guides',
        about: 'What people are given to read, by topic, language and format, version by version',
        action: 'settings.read',
        also: 'leaflet easy read handout help sheet how to',
      },
      {
        href: '/settings/formats',
        text: 'Languages and formats',
        about:
          'What people are given in the language and the words that they need, who approved it, and what is missing',
        action: 'settings.read',
        also: 'translation easy read large print BSL language accessible information',
      },
      {
        href: '/settings/signposts',
        text: 'Signposts',
        about: 'Places elsewhere: for people who are supported, and for clinics whose referral is declined',
        action: 'settings.read',
        also: 'other help services directory elsewhere library',
      },
      {
        href: '/settings/templates',
        text: 'Texts of messages',
        about: 'What reminders say, discreetly or not, by channel and language',
        action: 'settings.read',
        also: 'SMS text email letter wording reminder discreet message',
      },
    ],
  },
  {
    title: 'Clinics and partners',
    pages: [
      {
        href: '/settings/clinics?role=clinic',
        text: 'Clinics',
        about: 'Who refers, with their keys, links and webhooks; donors and partners too',
        action: 'clinics.read',
        also: 'team organisation donor partner repairer referrer key API form link webhook duty contact ODS',
      },
      {
        href: '/settings/keys',
        text: 'Keys of other systems',
        about: 'What may call the API beside the clinics’ systems',
        action: 'clinics.manage',
        also: 'API integration token client robot stock system',
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
        also: 'organisation title logo phone email address opening hours',
      },
      {
        href: '/settings/population',
        text: 'Whom you are for',
        about: 'The population and the areas that the report of who is reached is held against',
        action: 'settings.read',
        also: 'reach equality census deprivation who we serve',
      },
      {
        href: '/settings/costs',
        text: 'What it costs',
        about: 'What is spent by half-year, and what devices would cost new: for the paper for whoever pays',
        action: 'settings.read',
        also: 'money budget spend price funder pounds',
      },
      {
        href: '/settings/locations',
        text: 'Places',
        about: 'Where stock is kept and where people go',
        action: 'settings.read',
        also: 'hub shelf store site address access point library where',
      },
      {
        href: '/settings/calendar',
        text: 'Calendar',
        about: 'Bank holidays, and the days on which you are closed',
        action: 'settings.read',
        also: 'bank holiday closed days working days Christmas',
      },
    ],
  },
  {
    title: 'Privacy',
    pages: [
      {
        href: '/settings/notices',
        text: 'Privacy and accessibility',
        about: 'What the public is told: privacy notices and the accessibility statement, version by version',
        action: 'notices.read',
        also: 'GDPR data protection statement WCAG public accessibility privacy',
      },
      {
        href: '/settings/retention',
        text: 'How long people are kept',
        about: 'After how long people are proposed for erasure, and who waits for a decision',
        action: 'settings.read',
        also: 'erase delete forget GDPR keep months batch people',
      },
    ],
  },
  {
    title: 'Who signs in',
    pages: [
      {
        href: '/settings/staff',
        text: 'Staff',
        about: 'Who signs in and as what, and how much time supporters have',
        action: 'staff.read',
        also: 'user account officer manager supporter administrator role add person password suspend hours',
      },
      {
        href: '/settings/sign-in',
        text: 'Signing in',
        about: 'Whose password alone is not enough',
        action: 'settings.read',
        also: 'password MFA two-factor passkey authenticator second step code single sign-on login',
      },
      {
        href: '/settings/second-person',
        text: 'Second person',
        about: 'What someone wants to do that another has to agree to',
        action: 'second-person.decide',
        also: 'approve agree four eyes confirm wish',
      },
    ],
  },
  {
    title: 'Running Lendwell',
    pages: [
      {
        href: '/settings/jobs',
        text: 'Jobs',
        about: 'What the night did, what failed and may be tried again',
        action: 'jobs.read',
        also: 'night schedule failed queue worker retry background system state',
      },
      {
        href: '/settings/security',
        text: 'Security log',
        about: 'Who came in or was refused, from where, and what was done that reaches far',
        action: 'security.read',
        also: 'audit login alarm refused intruder attempts seal chain proof',
      },
    ],
  },
];
