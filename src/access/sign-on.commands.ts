import { type Actor, type Context, systemContext, type Whence } from '../shared/actor.ts';
import { command } from '../shared/command.ts';
import type { Deps } from '../shared/deps.ts';
import { Problem } from '../shared/problem.ts';
import { col } from '../shared/rows.ts';
import { seal } from '../shared/seal.ts';
import { maybe, run } from '../shared/statements.ts';
import { type Work, workIn } from '../shared/work.ts';
import { linkIdentity } from './identity.commands.ts';
import { endPasswordLink, passwordLinkOwner } from './password-link.commands.ts';
import { proved } from './proof.commands.ts';
import { proposeAccount } from './proposal.commands.ts';
import { endSessions, type SessionThere } from './session.commands.ts';
import { type Arrival, completeSignIn, type SignedIn } from './sign-in.commands.ts';
import { givesRoles, roleIn, signOnRefused } from './sign-on.rules.ts';
import { type Came, emailIn, nameIn } from './sign-on-claims.ts';
import { makeAccount, takeRole } from './staff.commands.ts';
import { type StaffRole, staffRoles } from './staff.rules.ts';
import { keyedHash } from './tokens.ts';

const Person = {
  id: col.text,
  name: col.text,
  role: col.oneOf(staffRoles),
  isSuspended: col.boolean,
};

/**
 * Lets in whoever came by single sign-on, where their account there is linked to one here; `link` is the token of a link
 * that links it now. The role is what the claims give, where they give one.
 * @throws Problem `sign-on-refused`
 */
export async function completeSignOn(
  deps: Deps,
  requestId: string,
  came: Came,
  { link, ...arrival }: Arrival & { link?: string | undefined },
): Promise<SignedIn> {
  const from: Whence = { address: arrival.address, browser: arrival.browser };
  const signedIn = await command(deps, { ...systemContext(requestId), from }, async (work) => {
    await waitForOthers(work, came);
    const role = givesRoles(deps.config) ? roleIn(deps.config, came.claims) : null;
    if (role === undefined) throw signOnRefused('no_role');
    if (link !== undefined) await linkByToken(work, came, link);
    const person = (await findPerson(work, came)) ?? (await welcome(work, came, role));
    if (!person) return undefined;
    if (person.isSuspended) throw signOnRefused('suspended');
    if (role && role !== person.role) await takeRole(work, person.id, role).catch(becauseOnlyOne);
    const { id, name } = person;
    const actor: Actor = { type: 'staff', id, name, role: role ?? person.role };
    await run(
      work.trx,
      'sign-on.seen',
      work.trx
        .updateTable('staff_identity')
        .set({ last_seen_at: work.at })
        .where('issuer', '=', came.issuer)
        .where('subject', '=', came.subject),
    );
    const theirs = workIn(work.trx, deps, { actor, requestId, from });
    return completeSignIn(theirs, actor, 'single_sign_on', { ...arrival, there: thereOf(deps, came) });
  });
  // What was proposed stays, though nobody came in.
  if (!signedIn) throw signOnRefused('proposed');
  return signedIn;
}

/** Two who come with the same account there at once come one after another. */
async function waitForOthers({ trx }: Work, { issuer, subject }: Came): Promise<void> {
  await run(
    trx,
    'sign-on.wait',
  )`select pg_advisory_xact_lock(hashtextextended(${`${issuer}\n${subject}`}, 1))`;
}

async function findPerson({ trx }: Work, { issuer, subject }: Came) {
  return maybe(trx, 'sign-on.person', Person)`
    select p.id, p.name, p.role, p.suspended_at is not null as "isSuspended"
    from staff_identity i join staff p on p.id = i.staff_id
    where i.issuer = ${issuer} and i.subject = ${subject} for no key update of p`;
}

/** What becomes of someone whose account is not linked; undefined where an administrator is asked. */
async function welcome(work: Work, came: Came, role: StaffRole | null) {
  const { OIDC_FIRST_SIGN_IN: how } = work.deps.config;
  const email = emailIn(came.claims);
  const name = nameIn(came.claims);
  if (how === 'refuse' || !email || !name) throw signOnRefused('not_linked');
  if (how === 'ask') {
    await proposeAccount(work, { ...came, name, email, role });
    return undefined;
  }
  const taken = await maybe(work.trx, 'sign-on.address-in-use', {})`
    select from staff where lower(email) = ${email.toLowerCase()}`;
  if (taken) throw signOnRefused('address_in_use');
  const { id } = await makeAccount(work, { name, email, role: role! });
  await linkIdentity(work, id, came);
  return findPerson(work, came);
}

async function linkByToken(work: Work, came: Came, token: string): Promise<void> {
  const owner = await passwordLinkOwner(work.deps, token, work.trx).catch(becauseOver);
  await endPasswordLink(work, token).catch(becauseOver);
  const known = await findPerson(work, came);
  if (known && known.id !== owner.id) throw signOnRefused('linked_elsewhere');
  if (known) return;
  await endSessions(work, owner.id);
  await linkIdentity(work, owner.id, came);
}

/**
 * Proves again whose a session is that was opened by single sign-on: by signing in there again, as the same.
 * @throws Problem `sign-on-refused`
 */
export async function proveBySignOn(
  deps: Deps,
  ctx: Context,
  own: { tokenHash: Buffer; staffId: string },
  came: Came,
): Promise<void> {
  await command(deps, ctx, async (work) => {
    const { issuer, subject, sid, sealedIdToken } = thereOf(deps, came);
    const isSame = await run(work.trx, 'sign-on.prove')`
      update session set issuer_sid = ${sid}, sealed_id_token = ${sealedIdToken}
      where token_hash = ${own.tokenHash} and issuer = ${issuer} and subject = ${subject} and revoked_at is null`;
    if (!isSame) throw signOnRefused('someone_else');
    await proved(work, own, 'single_sign_on');
  });
}

const thereOf = ({ key }: Deps, { issuer, subject, sid, idToken }: Came): SessionThere => ({
  issuer,
  subject,
  sid,
  sealedIdToken: seal(keyedHash(key, 'id-token', ''), idToken),
});

function becauseOnlyOne(error: unknown): never {
  if (error instanceof Problem && error.type === 'staff-change-refused')
    throw signOnRefused('last_administrator');
  throw error;
}

function becauseOver(error: unknown): never {
  if (error instanceof Problem && error.type === 'not-found') throw signOnRefused('link_over');
  throw error;
}
