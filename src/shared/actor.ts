/** Roles of staff and of API clients; what each may do is in access/permissions.ts. */
export const roles = [
  'officer',
  'supporter',
  'manager',
  'auditor',
  'administrator',
  'clinic',
  'integration',
] as const;
export type Role = (typeof roles)[number];

/** Who does something: a member of staff, an API client, or Lendwell itself. */
export type Actor = {
  type: 'staff' | 'client' | 'system';
  id: string | null;
  name: string;
  role: Role | 'system';
  /** The clinic whose referrals a clinic's key may see. */
  clinicId?: string | null;
};

/**
 * The idempotency key of a request; `replayed` is set when a kept reply was given. A form `waits`
 * for a first click still at work, so that nobody is shown a refusal of what just succeeded.
 */
export type Once = { caller: string; key: string; fingerprint: string; waits: boolean; replayed?: boolean };

/** From where someone asks: a network address and, in a few words, the browser. Both empty where nobody does. */
export type Whence = { address: string; browser: string };

/**
 * Who asks, in which request, and whether it is to happen only once. `ifMatch` is the ETag of the version that the
 * author of a change saw.
 */
export type Context = {
  actor: Actor;
  requestId: string;
  from?: Whence | undefined;
  once?: Once | undefined;
  ifMatch?: string | undefined;
  /** Ids of the patients of whom this request has written down that someone looked. */
  looked?: Set<string>;
  /** Ids of the patients of whose story it is what this request has done, as far as that was not undone by a refusal. */
  told?: Set<string>;
};

/** The context of a job: Lendwell itself acts. */
export function systemContext(requestId: string): Context {
  return { actor: { type: 'system', id: null, name: 'Lendwell', role: 'system' }, requestId };
}
