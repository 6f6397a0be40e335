import { type Action, may } from '../access/permissions.ts';
import type { Actor } from '../shared/actor.ts';

type Part = { href: string; text: string; action: Action };
/** `also`: pages of the same place that have an address of their own. `parts`: what a second line offers within it. */
type Place = Part & { also?: string[]; parts?: Part[] };

const places: Place[] = [
  { href: '/', text: 'Today', action: 'today.read' },
  { href: '/', text: 'System', action: 'system.read' },
  { href: '/tasks', text: 'Tasks', action: 'tasks.read' },
  {
    href: '/referrals',
    text: 'Referrals',
    action: 'referrals.read',
    parts: [
      { href: '/referrals', text: 'All referrals', action: 'referrals.read' },
      { href: '/referrals/waiting', text: 'Waiting list', action: 'waiting-list.read' },
      { href: '/referrals/pick-list', text: 'Pick list', action: 'waiting-list.read' },
    ],
  },
  {
    href: '/devices',
    text: 'Devices',
    action: 'devices.read',
    also: ['/losses-register'],
    parts: [
      { href: '/devices', text: 'All devices', action: 'devices.read' },
      { href: '/bench', text: 'Bench', action: 'devices.prepare' },
      { href: '/repairs', text: 'In repair', action: 'devices.read' },
      { href: '/stocktakes', text: 'Stocktakes', action: 'stocktakes.read' },
      { href: '/data-plans', text: 'Mobile data', action: 'data-plans.read' },
      { href: '/accessories', text: 'Accessories', action: 'accessories.read' },
      { href: '/labels', text: 'Labels', action: 'devices.label' },
    ],
  },
  { href: '/loans', text: 'Loans', action: 'loans.read' },
  { href: '/returns', text: 'Returns', action: 'loans.return' },
  { href: '/incidents', text: 'Incidents', action: 'incidents.read' },
  { href: '/patients', text: 'Patients', action: 'patients.read', also: ['/shapers'] },
  { href: '/donations', text: 'Donations', action: 'donations.read' },
  {
    href: '/support',
    text: 'Support',
    action: 'follow-ups.read',
    also: ['/follow-ups'],
    parts: [
      { href: '/support', text: 'Diary', action: 'follow-ups.read' },
      { href: '/support/week', text: 'Week', action: 'follow-ups.read' },
      { href: '/drop-ins', text: 'Drop-ins', action: 'drop-ins.read' },
      { href: '/stories', text: 'Stories', action: 'stories.read' },
      { href: '/support/hours', text: 'Hours', action: 'follow-ups.read' },
    ],
  },
  { href: '/messages', text: 'Messages', action: 'messages.read', also: ['/announcements'] },
  { href: '/reports', text: 'Reports', action: 'reports.read' },
  { href: '/settings', text: 'Settings', action: 'settings.read' },
];

/** The places that someone's role opens to them. `active` marks the one that `path` lies in, which has its `parts`. */
export function navigationFor(actor: Actor, path: string, exists: (href: string) => boolean) {
  const opens = ({ href, action }: Part) => may(actor, action) && exists(href);
  return places.filter(opens).map(({ href, text, also = [], parts = [] }) => {
    const within = [href, ...also, ...parts.map((part) => part.href)];
    const active = within.some((place) => isWithin(path, place));
    const here = active ? parts.filter(opens) : [];
    // The longest address that the path lies in: /referrals/waiting is not also /referrals.
    const [inPart] = here
      .filter((part) => isWithin(path, part.href))
      .sort((one, other) => other.href.length - one.href.length);
    return {
      href,
      text,
      active,
      current: path === href,
      parts: here.map((part) => ({
        href: part.href,
        text: part.text,
        active: part === inPart,
        current: path === part.href,
      })),
    };
  });
}

const isWithin = (path: string, href: string) =>
  path === href || (href !== '/' && path.startsWith(`${href}/`));
