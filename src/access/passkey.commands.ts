import {
  type AuthenticationResponseJSON,
  generateAuthenticationOptions,
  generateRegistrationOptions,
  type PublicKeyCredentialCreationOptionsJSON,
  type PublicKeyCredentialRequestOptionsJSON,
  type RegistrationResponseJSON,
  verifyAuthenticationResponse,
  verifyRegistrationResponse,
} from '@simplewebauthn/server';
import type { FastifyRequest } from 'fastify';
import type { Context } from '../shared/actor.ts';
import { timestamp } from '../shared/clock.ts';
import { command } from '../shared/command.ts';
import type { Reader, Trx } from '../shared/database.ts';
import type { Deps } from '../shared/deps.ts';
import { newId } from '../shared/ids.ts';
import { invalid } from '../shared/problem.ts';
import { col } from '../shared/rows.ts';
import { each, many, maybe, run } from '../shared/statements.ts';
import type { Work } from '../shared/work.ts';
import type { Session } from './access.queries.ts';
import { factorAdded, lockFactors } from './factor.commands.ts';
import { standingOf } from './factor.queries.ts';
import { noteSecurity } from './security-log.commands.ts';

type Own = Pick<Session, 'tokenHash' | 'staffId'>;
/** The site that a passkey is good for: its name in the network, and where its pages are from. */
export type Site = { id: string; origin: string };

/** How long someone has to use a passkey that a page asks for. */
const challengeMinutes = 5;

/** The site that passkeys are good for, where it has a name: browsers make none for an address of numbers. */
export function siteOf({ config }: Deps, { protocol, host }: FastifyRequest): Site | undefined {
  const { hostname, origin } = new URL(config.PUBLIC_URL || `${protocol}://${host}`);
  return /^[\d.]+$|:/.test(hostname) ? undefined : { id: hostname, origin };
}

/** What a page needs that offers to show a passkey; nothing for who has none. */
export async function passkeyToShow(deps: Deps, request: FastifyRequest, kinds: string[]) {
  const site = siteOf(deps, request);
  if (!site || !kinds.includes('passkey')) return {};
  return { passkey: JSON.stringify(await askForPasskey(deps, request.session!, site)) };
}

/** What a page needs that offers to make a passkey. */
export async function passkeyToMake(deps: Deps, request: FastifyRequest) {
  const site = siteOf(deps, request);
  if (!site) return {};
  return { newPasskey: JSON.stringify(await askForNewPasskey(deps, request.session!, site)) };
}

/** What a browser is asked, to make a passkey for someone. It counts once. */
async function askForNewPasskey(
  deps: Deps,
  own: Own,
  { id }: Site,
): Promise<PublicKeyCredentialCreationOptionsJSON> {
  const [{ name, email }, known] = await Promise.all([
    standingOf(deps.db, own.staffId),
    passkeysOf(deps.db, own.staffId),
  ]);
  const options = await generateRegistrationOptions({
    rpName: 'Lendwell',
    rpID: id,
    userName: email,
    userDisplayName: name,
    userID: new TextEncoder().encode(own.staffId),
    excludeCredentials: known.map(({ id }) => ({ id })),
    authenticatorSelection: { residentKey: 'discouraged', userVerification: 'preferred' },
  });
  await keepChallenge(deps, own, options.challenge);
  return options;
}

/** What a browser is asked, to show one of someone’s passkeys. It counts once. */
async function askForPasskey(
  deps: Deps,
  own: Own,
  { id }: Site,
): Promise<PublicKeyCredentialRequestOptionsJSON> {
  const known = await passkeysOf(deps.db, own.staffId);
  const options = await generateAuthenticationOptions({
    rpID: id,
    allowCredentials: known.map(({ id, transports }) => ({ id, ...(transports && { transports }) })),
    userVerification: 'preferred',
  });
  await keepChallenge(deps, own, options.challenge);
  return options;
}

/**
 * Adds the passkey that a browser has made.
 * @returns recovery codes, shown this once; empty for who has some
 * @throws Problem `invalid`
 */
export async function addPasskey(work: Work, own: Own, site: Site, response: string): Promise<string[]> {
  const { trx, ctx, at } = work;
  await lockFactors(work, own.staffId);
  const challenge = await takeChallenge(work.deps, trx, own);
  const { registrationInfo } = await verifyRegistrationResponse({
    response: read<RegistrationResponseJSON>(response),
    expectedChallenge: challenge,
    expectedOrigin: site.origin,
    expectedRPID: site.id,
    requireUserVerification: false,
  }).catch(() => ({ registrationInfo: undefined }));
  if (!registrationInfo) throw refused();
  const { credential } = registrationInfo;
  await run(
    trx,
    'factor.add-passkey',
    trx.insertInto('factor').values({
      id: newId(),
      staff_id: own.staffId,
      kind: 'passkey',
      name: `Passkey made with ${ctx.from?.browser || 'a browser'}`,
      credential_id: credential.id,
      public_key: Buffer.from(credential.publicKey),
      counter: credential.counter,
      transports: credential.transports ?? null,
      created_at: at,
    }),
  );
  return factorAdded(work, own.staffId, 'passkey');
}

/**
 * Holds what a browser shows to the passkeys of whoever asks. One whose count went back was copied: it is refused, and
 * somebody is told.
 * @throws Problem `invalid`
 */
export async function checkPasskey(
  deps: Deps,
  ctx: Context,
  own: Own,
  { site, response }: { site: Site; response: string },
): Promise<'passkey'> {
  const challenge = await deps.db.transaction().execute((trx) => takeChallenge(deps, trx, own));
  const shown = read<AuthenticationResponseJSON>(response);
  const known = (await passkeysOf(deps.db, own.staffId)).find(({ id }) => id === shown.id);
  if (!known) return refuse(deps, ctx, 'factor_refused');
  const { publicKey, counter, transports, factorId } = known;
  const credential = {
    id: known.id,
    publicKey: new Uint8Array(publicKey),
    // The count is compared below, once the signature is right: before that, anyone could say that it went back.
    counter: 0,
    ...(transports && { transports }),
  };
  const found = await verifyAuthenticationResponse({
    response: shown,
    expectedChallenge: challenge,
    expectedOrigin: site.origin,
    expectedRPID: site.id,
    credential,
    requireUserVerification: false,
  }).catch(() => undefined);
  if (!found?.verified) return refuse(deps, ctx, 'factor_refused');
  const { newCounter } = found.authenticationInfo;
  if ((newCounter > 0 || counter > 0) && newCounter <= counter) return refuse(deps, ctx, 'passkey_copied');
  // Two at once with one count would be two authenticators.
  const counted = await run(deps.db, each('factor.count-passkey'))`
    update factor set counter = ${newCounter}, used_at = ${timestamp(deps.clock)}
    where id = ${factorId} and counter = ${counter} and removed_at is null`;
  return counted ? 'passkey' : refuse(deps, ctx, 'factor_refused');
}

async function refuse(deps: Deps, ctx: Context, kind: 'factor_refused' | 'passkey_copied'): Promise<never> {
  await command(deps, { ...ctx, once: undefined }, (work) =>
    noteSecurity(work, { kind, staffId: ctx.actor.id! }),
  );
  throw refused();
}

const refused = () =>
  invalid({
    pointer: '/response',
    message: 'This passkey could not be checked. Try again, or use a code.',
  });

/** @throws Problem `invalid` for what no browser sends */
function read<T extends { id: string }>(text: string): T {
  try {
    const value = JSON.parse(text) as T;
    if (typeof value?.id === 'string') return value;
  } catch {}
  throw refused();
}

function passkeysOf(db: Reader, staffId: string) {
  return many(db, 'factor.passkeys', {
    factorId: col.text,
    id: col.text,
    publicKey: col.bytes,
    counter: col.number,
    transports: col.orNull(
      col.listOf(col.unchecked<'ble' | 'cable' | 'hybrid' | 'internal' | 'nfc' | 'smart-card' | 'usb'>()),
    ),
  })`
    select id as "factorId", credential_id as id, public_key as "publicKey", counter::float8 as counter, transports
    from factor where staff_id = ${staffId} and kind = 'passkey' and removed_at is null order by created_at, id`;
}

async function keepChallenge(deps: Deps, { tokenHash }: Own, challenge: string): Promise<void> {
  const until = deps.clock.now().add({ minutes: challengeMinutes }).toString();
  await run(
    deps.db,
    each('session.keep-challenge'),
  )`update session set challenge = ${challenge}, challenge_until = ${until} where token_hash = ${tokenHash}`;
}

/** Takes what was asked of this session’s browser: an answer to it counts once, also of two at once. */
async function takeChallenge(deps: Deps, db: Trx, { tokenHash }: Own): Promise<string> {
  const row = await maybe(db, 'session.take-challenge', { challenge: col.text })`
    with was as (
      select token_hash, challenge from session
      where token_hash = ${tokenHash} and challenge_until > ${timestamp(deps.clock)} for update
    )
    update session s set challenge = null, challenge_until = null from was
    where s.token_hash = was.token_hash and s.challenge is not null returning was.challenge`;
  if (!row) throw refused();
  return row.challenge;
}
