import { toSVG } from 'bwip-js/node';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Deps } from '../shared/deps.ts';
import { maybe } from '../shared/statements.ts';
import { newForm, refused, type Typed } from '../web/forms.ts';
import type { NeededStep } from './access.queries.ts';
import type { Onward } from './arrival.view.ts';
import { offerCode, offeredSecret } from './factor.commands.ts';
import { standingOf } from './factor.queries.ts';
import { codeAddress } from './one-time-code.ts';
import { passkeyToMake, passkeyToShow } from './passkey.commands.ts';
import { placeOfStep } from './sign-in.rules.ts';

type Step = { needs: NeededStep; onward: Onward; typed?: Typed; error?: unknown };

/** The page of the second step: where a code is typed, or where someone without one sets it up. */
export async function showStep(
  deps: Deps,
  request: FastifyRequest,
  reply: FastifyReply,
  { needs, onward, typed = {}, error }: Step,
) {
  const form = error ? refused({ ...typed, code: '' }, error) : newForm();
  const { staffId } = request.session!;
  reply.code(form.status);
  if (needs === 'factor') {
    const standing = await standingOf(deps.db, staffId);
    const passkey = await passkeyToShow(deps, request, standing.kinds);
    return reply.page('access/views/sign-in-code.njk', { form, ...onward, standing, ...passkey });
  }
  const setUp = await setUpView(deps, staffId, typed.sealed);
  return reply.page('access/views/second-step.njk', {
    form,
    ...onward,
    ...setUp,
    ...(await passkeyToMake(deps, request)),
    action: placeOfStep.enrolment,
    isSigningIn: true,
  });
}

/** What the page shows that sets up an app: the picture to scan, and the secret to type where there is no camera. */
export async function setUpView(deps: Deps, staffId: string, sent: unknown) {
  const kept = typeof sent === 'string' ? offeredSecret(deps, sent, staffId) : undefined;
  const { secret, sealed } = kept ? { secret: kept, sealed: sent as string } : offerCode(deps, staffId);
  const { email } = await standingOf(deps.db, staffId);
  const scheme = await maybe(deps.db, 'step.scheme-name', deps.db.selectFrom('scheme').select('name'));
  const text = codeAddress(secret, { scheme: `Lendwell ${scheme?.name ?? ''}`.trim(), account: email });
  const svg = toSVG({ bcid: 'qrcode', text, scale: 4, padding: 4, backgroundcolor: 'FFFFFF' });
  return {
    picture: `data:image/svg+xml;base64,${Buffer.from(svg).toString('base64')}`,
    secret: secret.match(/.{1,4}/g)!.join(' '),
    sealed,
  };
}
