import { formCookie, sessionCookie } from '../../src/access/authentication.ts';
import { addApiClient, addApiKey } from '../../src/access/client.commands.ts';
import type { ClientRole } from '../../src/access/client.rules.ts';
import { openSession } from '../../src/access/session.commands.ts';
import { addStaff } from '../../src/access/staff.commands.ts';
import type { StaffRole } from '../../src/access/staff.rules.ts';
import { systemContext } from '../../src/shared/actor.ts';
import type { Deps } from '../../src/shared/deps.ts';
import { workIn } from '../../src/shared/work.ts';
import { send } from './send.ts';

/** Everyone as whom requests are made. */
export const actorNames = [
  'nobody',
  'wrong key',
  'provider',
  'clinic key',
  'officer key',
  'read-only key',
  'integration key',
  'supporter',
  'officer',
  'manager',
  'auditor',
  'administrator',
] as const;
export type ActorName = (typeof actorNames)[number];
/** Whether someone has no key or session that opens what others open. */
export const isStranger = (name: ActorName): boolean => ['nobody', 'wrong key', 'provider'].includes(name);
export type Headers = Record<string, string>;

/**
 * The ways in of everyone, made when they are first asked for. What a request did to an account, a key or the rules of
 * signing in is no matter: `renew` makes another.
 * @param clinicId whose referrals the clinic's key sees
 */
export function createActors(deps: Deps, url: string, clinicId: string) {
  const kept = new Map<ActorName, Headers>();
  const ctx = systemContext('fuzz');
  let made = 0;

  async function key(role: ClientRole, readOnly = false): Promise<Headers> {
    const name = `Fuzz ${role} ${++made}`;
    const { id } = await addApiClient(deps, ctx, { name, role, ...(role === 'clinic' && { clinicId }) });
    return { authorization: `Bearer ${(await addApiKey(deps, ctx, id, { readOnly })).key}` };
  }

  async function session(role: StaffRole): Promise<Headers> {
    await deps.db.updateTable('sign_in_policy').set({ factor_roles: [] }).execute();
    const email = `fuzz.${role}.${++made}@example.org`;
    const { id } = await addStaff(deps, ctx, { name: `Fuzz ${role} ${made}`, email, role });
    const token = await deps.db.transaction().execute((trx) => openSession(workIn(trx, deps, ctx), id));
    // What wants a fresh proof is asked for as well, however long the run takes.
    await deps.db
      .updateTable('session')
      .set({ proved_at: '2100-01-01T00:00:00Z' })
      .where('staff_id', '=', id)
      .execute();
    const cookie = `${sessionCookie(deps.config)}=${token}`;
    const page = await send(url, { method: 'GET', address: '/no-such-page', headers: { cookie } });
    const name = formCookie(deps.config);
    const secret = [page.headers['set-cookie'] ?? []].flat().find((one) => one.startsWith(`${name}=`));
    const field = /name="_csrf" value="([^"]+)"/.exec(page.body.toString())?.[1];
    if (!secret || !field) throw new Error('A page gave no form token.');
    return { cookie: `${cookie}; ${secret.split(';')[0]}`, 'x-csrf-token': field };
  }

  async function make(name: ActorName): Promise<Headers> {
    switch (name) {
      case 'nobody':
        return {};
      case 'wrong key':
        return { authorization: 'Bearer lw_no-such-key' };
      case 'provider':
        return { authorization: `Bearer ${deps.config.NOTIFY_CALLBACK_TOKEN}` };
      case 'clinic key':
        return key('clinic');
      case 'officer key':
        return key('officer');
      case 'read-only key':
        return key('officer', true);
      case 'integration key':
        return key('integration');
      default:
        return session(name);
    }
  }

  return {
    async headersOf(name: ActorName): Promise<Headers> {
      const headers = kept.get(name) ?? (await make(name));
      kept.set(name, headers);
      return headers;
    },
    /** Lets go of a way in that no longer opens anything. */
    renew: (name: ActorName): boolean => kept.delete(name),
  };
}
export type Actors = ReturnType<typeof createActors>;
