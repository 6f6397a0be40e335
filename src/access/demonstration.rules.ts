import type { Config } from '../config.ts';
import type { Deps } from '../shared/deps.ts';
import { isThisMachine } from '../shared/unsafe-settings.ts';
import { type StaffRole, staffRoles } from './staff.rules.ts';

/** What the button of each role says, in the order of the buttons. */
const lookAs: Record<StaffRole, string> = {
  officer: 'Look as an officer',
  manager: 'Look as a manager',
  supporter: 'Look as a supporter',
  administrator: 'Look as an administrator',
  auditor: 'Look as an auditor',
};

type ToTry = { href: string; text: string; about: string };

/** Three things that show each role what Lendwell does for it. */
export const toTry: Record<StaffRole, readonly [ToTry, ToTry, ToTry]> = {
  officer: [
    {
      href: '/referrals?status=received',
      text: 'Accept a referral',
      about: 'open the oldest, read what the person needs, and decide',
    },
    {
      href: '/referrals/waiting?inStock=true',
      text: 'Issue a loan',
      about: 'choose someone from the waiting list, and scan or type a label into their kit',
    },
    {
      href: '/bench',
      text: 'Prepare a device',
      about: 'tick the checks that passed, and see it become ready',
    },
  ],
  manager: [
    {
      href: '/reports',
      text: 'Read the figures',
      about: 'what the scheme did, and what of it may leave the scheme',
    },
    {
      href: '/settings/retention',
      text: 'Decide who is kept',
      about: 'look at the people whose time is over, before anyone is erased',
    },
    {
      href: '/settings/policy',
      text: 'Change a rule',
      about: 'such as for how long a device is held for someone',
    },
  ],
  supporter: [
    {
      href: '/support',
      text: 'Record a call',
      about: 'open one of your follow-ups, and write down how it went in a minute',
    },
    { href: '/support/week', text: 'See your week', about: 'who rings whom, and when' },
    { href: '/drop-ins', text: 'Look at a drop-in', about: 'count who came, without asking for a name' },
  ],
  administrator: [
    {
      href: '/settings/jobs',
      text: 'See what the night did',
      about: 'each step, what it counted, and what may be tried again',
    },
    {
      href: '/settings/staff',
      text: 'Add someone',
      about: 'who signs in and as what, and how a password link is made',
    },
    {
      href: '/settings/security',
      text: 'Read the security log',
      about: 'your own sign-in is its newest line',
    },
  ],
  auditor: [
    { href: '/devices', text: 'Follow a device', about: 'its whole history stands on its page' },
    { href: '/reports', text: 'Hold the figures against the lists', about: 'each report has its table' },
    { href: '/settings/security', text: 'Read the security log', about: 'who came in, and who was refused' },
  ],
};

/** Why the demonstration may not be opened with these settings, each as a sentence that says what to do; empty when it may. */
export function demonstrationFaults({ HOST, PUBLIC_URL }: Config, isProduction: boolean): string[] {
  const isHere =
    isThisMachine(HOST) &&
    (!PUBLIC_URL || (URL.canParse(PUBLIC_URL) && isThisMachine(new URL(PUBLIC_URL).hostname)));
  return [
    ...(isProduction
      ? [
          'NODE_ENV is production, and the demonstration lets anybody in: give a DATABASE_URL of your own, or take NODE_ENV out.',
        ]
      : []),
    ...(isHere
      ? []
      : [
          'The demonstration lets anybody in, so it opens on this machine alone: take PUBLIC_URL and HOST out, or give a DATABASE_URL of your own.',
        ]),
  ];
}

/**
 * Whether a browser asks for this machine by a name of this machine, as it wrote it itself. Another site whose name
 * was made to lead here, and whatever forwards a public address, are not let in.
 */
export function asksForThisMachine(host: string | undefined): boolean {
  const address = `http://${host}`;
  return Boolean(host) && URL.canParse(address) && isThisMachine(new URL(address).hostname);
}

/** The account by which one looks as a role: the first that the demonstration made for it. */
export const accountOf = ({ demonstration }: Pick<Deps, 'demonstration'>, role: string) =>
  demonstration?.staff.find((person) => person.role === role);

/** What the sign-in page says of the demonstration; null where this is none, or it was asked for by another name. */
export function demonstrationView(deps: Pick<Deps, 'demonstration'>, host: string | undefined) {
  const { demonstration } = deps;
  if (!demonstration || !asksForThisMachine(host)) return null;
  const roles = (Object.keys(lookAs) as StaffRole[]).filter((role) => accountOf(deps, role));
  return { roles: roles.map((role) => ({ role, text: lookAs[role] })), links: demonstration.links ?? {} };
}

/** The three things to try of someone who has not put them away; null where there is nothing to try. */
export function toTryOf({ demonstration }: Pick<Deps, 'demonstration'>, role: string, putAway: string) {
  const known = staffRoles.find((one) => one === role);
  return demonstration && known && !putAway.split('.').includes(known) ? toTry[known] : null;
}

/** The roles whose things to try are put away, with one more. */
export const alsoPutAway = (putAway: string, role: string): string =>
  [...new Set([...putAway.split('.'), role])]
    .filter((one) => (staffRoles as readonly string[]).includes(one))
    .join('.');

/** Which roles have put away what there is to try is kept by the browser: it is of nobody’s work. */
export const putAwayCookie = 'lendwell-put-away';
