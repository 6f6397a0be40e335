import { type Action, may } from '../access/permissions.ts';
import type { Actor } from '../shared/actor.ts';

/** `also`: pages of the same place that have an address of their own. */
const places: { href: string; text: string; action: Action; also?: string }[] = [
  { href: '/', text: 'Today', action: 'today.read' },
  { href: '/referrals', text: 'Referrals', action: 'referrals.read' },
  { href: '/devices', text: 'Devices', action: 'devices.read', also: '/labels' },
  { href: '/devices', text: 'Devices', action: 'devices.read' },
  { href: '/data-plans', text: 'Mobile data', action: 'data-plans.read' },
  { href: '/bench', text: 'Bench', action: 'devices.prepare' },
  { href: '/loans', text: 'Loans', action: 'loans.read' },
  { href: '/returns', text: 'Returns', action: 'loans.return' },
  { href: '/incidents', text: 'Incidents', action: 'incidents.read' },
  { href: '/patients', text: 'Patients', action: 'patients.read' },
  { href: '/donations', text: 'Donations', action: 'donations.read' },
  { href: '/accessories', text: 'Accessories', action: 'accessories.read' },
  { href: '/support', text: 'Support', action: 'follow-ups.read', also: '/follow-ups' },
  { href: '/messages', text: 'Messages', action: 'messages.read' },
  { href: '/stocktakes', text: 'Stocktakes', action: 'stocktakes.read' },
  { href: '/settings', text: 'Settings', action: 'settings.read' },
];

/** The places that someone's role opens to them. `active` marks the one that `path` lies in. */
export function navigationFor(actor: Actor, path: string, exists: (href: string) => boolean) {
  return places
    .filter(({ href, action }) => may(actor, action) && exists(href))
    .map(({ href, text, also }) => ({
      href,
      text,
      active: isWithin(path, href) || (also !== undefined && isWithin(path, also)),
      current: path === href,
    }));
}

const isWithin = (path: string, href: string) =>
  path === href || (href !== '/' && path.startsWith(`${href}/`));
