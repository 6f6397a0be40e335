import { cookieName } from '../../src/access/authentication.ts';
import { addApiClient, addApiKey } from '../../src/access/client.commands.ts';
import { openSession } from '../../src/access/session.commands.ts';
import { addStaff } from '../../src/access/staff.commands.ts';
import type { StaffRole } from '../../src/access/staff.rules.ts';
import { buildApp } from '../../src/app.ts';
import { systemContext } from '../../src/shared/actor.ts';
import { timestamp } from '../../src/shared/clock.ts';
import { newId } from '../../src/shared/ids.ts';
import { workIn } from '../../src/shared/work.ts';
import { testDatabase } from './database.ts';
import { readyWithLazySchemas } from './lazy-schemas.ts';

type Teardown = { teardown(work: () => unknown): unknown };
export type Headers = Record<string, string>;

/**
 * The whole web application on a database of the test's own, and someone of every role.
 * `as.officer` and the like are headers for `app.inject`: a session with its form token for
 * staff, a key for the clinic and the integration. `settings` override the configuration.
 */
export async function testApp(t: Teardown, settings: Record<string, string> = {}) {
  const database = await testDatabase(t, settings);
  const { deps } = database;
  const app = await readyWithLazySchemas(() => buildApp(deps));
  t.teardown(() => app.close());

  const ctx = systemContext(newId());
  const clinicId = newId();
  await deps.db
    .insertInto('organisation')
    .values({
      id: clinicId,
      name: 'Elm Street Clinic',
      roles: ['clinic'],
      created_at: timestamp(deps.clock),
      changed_at: timestamp(deps.clock),
    })
    .execute();
  const staffHeaders = async (role: StaffRole): Promise<Headers & { id: string }> => {
    const { id } = await addStaff(deps, ctx, { name: `Test ${role}`, email: `${role}@example.com`, role });
    const token = await deps.db.transaction().execute((trx) => openSession(workIn(trx, deps, ctx), id));
    // Whoever a test signs in has just shown who they are, however far its clock goes.
    await deps.db.updateTable('session').set({ proved_at: '2100-01-01T00:00:00Z' }).execute();
    const session = `${cookieName(deps.config, 'lendwell-session')}=${token}`;
    return { id, ...(await formHeaders(session)) };
  };
  /** The session's form token, taken from the sign-out form of a page. */
  const formHeaders = async (session: string): Promise<Headers> => {
    const page = await app.inject({ url: '/no-such-page', headers: { cookie: session } });
    const formCookie = cookieName(deps.config, 'lendwell-form');
    const secret = page.cookies.find((cookie) => cookie.name === formCookie)!;
    const token = /name="_csrf" value="([^"]+)"/.exec(page.body)![1]!;
    return { cookie: `${session}; ${formCookie}=${secret.value}`, 'x-csrf-token': token };
  };
  const keyHeaders = async (
    client: Parameters<typeof addApiClient>[2],
  ): Promise<Headers & { id: string }> => {
    const { id } = await addApiClient(deps, ctx, client);
    const { key } = await addApiKey(deps, ctx, id);
    return { id, authorization: `Bearer ${key}` };
  };
  const [officer, supporter, manager, auditor, administrator] = await Promise.all(
    (['officer', 'supporter', 'manager', 'auditor', 'administrator'] as const).map(staffHeaders),
  );
  const clinic = await keyHeaders({ name: 'Elm Street records', role: 'clinic', clinicId });
  const integration = await keyHeaders({ name: 'Stock robot', role: 'integration' });

  const people = {
    officer: officer!,
    supporter: supporter!,
    manager: manager!,
    auditor: auditor!,
    administrator: administrator!,
    clinic,
    integration,
  };
  type Who = keyof typeof people;
  const ids = Object.fromEntries(Object.entries(people).map(([who, { id }]) => [who, id])) as Record<
    Who,
    string
  >;
  const as = Object.fromEntries(
    Object.entries(people).map(([who, { id: _id, ...headers }]) => [who, headers]),
  ) as Record<Who, Headers>;
  return { ...database, app, as, ids, clinicId };
}
