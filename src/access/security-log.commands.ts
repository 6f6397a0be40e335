import type { Kysely } from 'kysely';
import type { Actor, Context } from '../shared/actor.ts';
import { timestamp } from '../shared/clock.ts';
import type { DB, Reader } from '../shared/database.ts';
import type { Deps } from '../shared/deps.ts';
import { type Happened, idsOf } from '../shared/follow-on.ts';
import { newId } from '../shared/ids.ts';
import { each, run } from '../shared/statements.ts';
import type { Work } from '../shared/work.ts';
import { type SecurityKindName, securityKind } from './security-log.rules.ts';
import { networkOf } from './whence.ts';

/** Something for the security log: whose account or key it is about, and a word of what. Nothing about a patient. */
export type SecurityNote = {
  kind: SecurityKindName;
  staffId?: string | undefined;
  clientId?: string | undefined;
  about?: string | undefined;
  /** The address that its owner had before, where that is the one to tell. */
  tellAddress?: string | undefined;
};

/** Writes to the security log what a command did, in its transaction. */
export async function noteSecurity({ trx, deps, ctx }: Work, note: SecurityNote): Promise<void> {
  await insertNote(deps, trx, ctx, note);
}

/** The same outside of a command. Its id. */
export async function insertNote(
  deps: Deps,
  db: Reader,
  { actor, requestId, from }: Omit<Context, 'actor'> & { actor?: Pick<Actor, 'type' | 'id'> | undefined },
  {
    kind,
    staffId,
    clientId,
    about,
    tellAddress,
    tellAt = timestamp(deps.clock),
  }: SecurityNote & { tellAt?: string },
): Promise<string> {
  const id = newId();
  await run(
    db,
    'security.note',
    db.insertInto('security_event').values({
      id,
      at: timestamp(deps.clock),
      kind,
      actor_type: actor?.type ?? 'nobody',
      actor_id: actor?.id ?? null,
      staff_id: staffId ?? null,
      client_id: clientId ?? null,
      about: about ?? null,
      address: from?.address ?? '',
      browser: from?.browser ?? '',
      request_id: requestId,
      is_alarm: securityKind(kind).alarm ?? false,
      next_at: tellAt,
      tell_address: tellAddress ?? null,
    }),
  );
  return id;
}

/** Repeats within a minute are counted in one row, which is written at most this often. */
const gatheredMilliseconds = 60_000;
const writtenEvery = 5_000;

type Gathered = { id: Promise<string>; until: number; more: number };
const gathering = new WeakMap<Kysely<DB>, Map<string, Gathered>>();

/**
 * Notes a refusal. Who asks without end is one row a minute, with how often, so that the log is no way to fill the disk.
 * It never fails: what cannot be noted goes to the process's own log.
 */
export async function noteRefusal(
  deps: Deps,
  ctx: Omit<Context, 'actor'> & { actor?: Actor | undefined },
  note: SecurityNote,
): Promise<void> {
  const notes = gathering.get(deps.db) ?? new Map<string, Gathered>();
  gathering.set(deps.db, notes);
  // As limits do, it takes the network for one: who has one has addresses without end.
  const key = [note.kind, note.staffId, note.about, ctx.actor?.id, networkOf(ctx.from?.address ?? '')].join(
    '\n',
  );
  const known = notes.get(key);
  if (known) {
    known.more += 1;
    return;
  }
  // What may still be counted is logged and told when its minute is over.
  const tellAt = deps.clock.now().add({ milliseconds: gatheredMilliseconds }).toString();
  const id = insertNote(deps, deps.db, ctx, { ...note, tellAt });
  notes.set(key, { id, until: performance.now() + gatheredMilliseconds, more: 0 });
  setTimeout(() => void writeMore(deps, key), writtenEvery).unref();
  await id.catch((err) => deps.log.error({ err, kind: note.kind }, 'a security event could not be noted'));
}

/** Writes how often a refusal came again; until its minute is over it looks again. */
async function writeMore(deps: Deps, key: string): Promise<void> {
  const notes = gathering.get(deps.db);
  const known = notes?.get(key);
  if (!notes || !known) return;
  const { more } = known;
  known.more = 0;
  if (performance.now() >= known.until) notes.delete(key);
  else setTimeout(() => void writeMore(deps, key), writtenEvery).unref();
  if (!more) return;
  try {
    const id = await known.id;
    await run(
      deps.db,
      each('security.count'),
    )`update security_event set count = count + ${more} where id = ${id}`;
  } catch (err) {
    deps.log.error({ err, count: more }, 'security events could not be counted');
  }
}

/** What has been refused and not yet counted is written, for a process that stops. */
export async function writeRefusals(deps: Deps): Promise<void> {
  await Promise.all([...(gathering.get(deps.db)?.keys() ?? [])].map((key) => writeMore(deps, key)));
}

const kindOf: Partial<Record<Happened['type'], SecurityKindName>> = {
  'staff.added': 'staff_added',
  'staff.changed': 'role_changed',
  'staff.suspended': 'staff_suspended',
  'staff.restored': 'staff_restored',
  'staff.password_link_made': 'password_link_made',
  'staff.sessions_revoked': 'sessions_ended',
  'staff.identity_linked': 'identity_linked',
  'staff.identity_unlinked': 'identity_unlinked',
  'api_client.key_added': 'key_added',
  'api_client.key_revoked': 'key_revoked',
  'patient.exported': 'exported',
  'patient.erased': 'erased',
};

/** What the security log takes over from the log of events; it happens with them. */
export async function noteForSecurity(work: Work, events: Happened[]): Promise<void> {
  for (const event of events) {
    const kind = kindOf[event.type]!;
    const { to, role } = event.values as { to?: string; role?: string };
    if (event.type === 'staff.changed' && !to) continue;
    const [staffId] = idsOf([event], 'staff');
    const [clientId] = idsOf([event], 'api_client');
    const isAccount = event.type.startsWith('staff.');
    await noteSecurity(work, { kind, staffId: isAccount ? staffId : undefined, clientId, about: to ?? role });
  }
}
