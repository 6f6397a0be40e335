import type {} from 'fastify';
import type { Actor, Role } from '../shared/actor.ts';

const office = ['officer', 'manager'] as const;
const staff = ['officer', 'supporter', 'manager', 'auditor', 'administrator'] as const;
const officeAndAudit = [...office, 'auditor'] as const;

/**
 * Who may do what: one row an action, and whoever is not named may not. What "own" narrows
 * (a clinic's own referrals, a supporter's own follow-ups) is a condition in the query.
 */
export const permissions = {
  'session.own': staff,
  'today.read': officeAndAudit,
  'system.read': ['administrator'],
  'searches.run': office,
  'organisations.read': [...officeAndAudit, 'administrator', 'integration'],
  'clinics.read': [...officeAndAudit, 'administrator'],
  'clinics.manage': ['manager', 'administrator'],
  'donations.read': [...officeAndAudit, 'administrator', 'integration'],
  'donations.record': [...office, 'integration'],
  'devices.read': [...officeAndAudit, 'administrator', 'integration'],
  'devices.prepare': office,
  'devices.take-back-fail': ['manager'],
  'devices.accept-updates': ['manager'],
  'devices.fit-data': office,
  'devices.repair': office,
  'devices.move': office,
  'devices.dispose': office,
  'devices.label': [...office, 'administrator'],
  'stocktakes.read': [...officeAndAudit, 'administrator'],
  'stocktakes.run': office,
  'accessories.read': [...officeAndAudit, 'administrator', 'integration'],
  'accessories.count': office,
  'accessories.take-back-later': ['manager'],
  'data-plans.read': [...officeAndAudit, 'administrator'],
  'data-plans.manage': office,
  'devices.export': [...office, 'administrator'],
  'patients.read': officeAndAudit,
  'patients.change': office,
  'patients.export': ['manager'],
  'patients.erase': ['manager'],
  'patients.hold': ['manager'],
  'referrals.read': [...officeAndAudit, 'clinic'],
  'referrals.send': [...office, 'clinic'],
  'referrals.answer': [...office, 'clinic'],
  'referrals.withdraw': [...office, 'clinic'],
  'referrals.decide': office,
  'suggestions.change': ['manager'],
  'suggestions.replay': office,
  'loans.read': officeAndAudit,
  'loans.issue': office,
  'loans.return': office,
  'loans.extend': office,
  'loans.extend-beyond': ['manager'],
  'loans.gift': office,
  'loans.take-back-late': ['manager'],
  'loans.take-over': office,
  'waiting-list.read': officeAndAudit,
  'waiting-list.allocate': office,
  'incidents.read': officeAndAudit,
  'attachments.add': office,
  'attachments.remove': office,
  'incidents.report': office,
  'incidents.act': office,
  'incidents.approve': ['manager'],
  'incidents.locate': ['manager'],
  'incidents.write-off': ['manager'],
  'losses.read': ['manager', 'auditor', 'administrator'],
  'follow-ups.read': [...officeAndAudit, 'supporter'],
  'follow-ups.plan': office,
  'follow-ups.move': [...office, 'supporter'],
  'follow-ups.record-outcome': [...office, 'supporter'],
  'follow-ups.take-back-any': ['manager'],
  'drop-ins.read': [...officeAndAudit, 'supporter'],
  'drop-ins.record': [...office, 'supporter'],
  'drop-ins.take-back-late': ['manager'],
  'stories.read': [...office, 'supporter'],
  'stories.write': [...office, 'supporter'],
  'guides.write': office,
  'messages.read': officeAndAudit,
  'messages.retry': office,
  'announcements.make': ['manager'],
  'tasks.read': officeAndAudit,
  'tasks.complete': office,
  'tasks.reopen-of-others': ['manager'],
  'lists.export': office,
  'reports.read': [...officeAndAudit, 'administrator'],
  'forecast.read': officeAndAudit,
  'papers.make': office,
  'jobs.read': [...officeAndAudit, 'administrator'],
  'jobs.run': [...office, 'administrator'],
  'settings.read': [...officeAndAudit, 'administrator'],
  'settings.change': ['manager', 'administrator'],
  'costs.change': ['manager'],
  'notices.read': [...officeAndAudit, 'administrator'],
  'notices.publish': ['manager', 'administrator'],
  'staff.read': ['manager', 'auditor', 'administrator'],
  'staff.manage': ['administrator'],
  'staff.reset-factors': ['manager', 'administrator'],
  'second-person.decide': ['manager', 'administrator'],
  'sign-in-policy.change': ['administrator'],
  'security.read': ['manager', 'auditor', 'administrator'],
  'log.sign': ['administrator'],
  'events.read': ['manager', 'auditor', 'administrator'],
} as const satisfies Record<string, readonly Role[]>;

export type Action = keyof typeof permissions;

/** What reaches so far that staff who change something by it must have shown within minutes who they are. */
const farReaching: ReadonlySet<Action> = new Set<Action>([
  'patients.export',
  'patients.erase',
  'clinics.manage',
  'staff.manage',
  'staff.reset-factors',
  'second-person.decide',
  'sign-in-policy.change',
]);

/** Whether a request by this method for this action wants a fresh proof of who asks. */
export const isFarReaching = (action: Action, method: string): boolean =>
  method !== 'GET' && method !== 'HEAD' && farReaching.has(action);

declare module 'fastify' {
  interface FastifyContextConfig {
    /** What the caller must be allowed to do; a route without one does not start. */
    action?: Action | 'public';
    /** Staff must have shown within minutes who they are, though the action alone does not want it. */
    fresh?: true;
    /** Opens to a session that still lacks its second step. */
    whileSigningIn?: true;
    /** The address is itself the secret, or what comes is signed: a form that comes with it needs no token of its own. */
    bySecret?: true;
  }
}

/** Whether a role may do an action; the answer for whatever is not in the table is no. */
export function may(actor: Pick<Actor, 'role'>, action: Action): boolean {
  return (
    Object.hasOwn(permissions, action) && (permissions[action] as readonly string[]).includes(actor.role)
  );
}
