import type { FastifyRequest } from 'fastify';
import type { Deps } from '../shared/deps.ts';
import { fields, typedIn } from '../web/forms.ts';
import type { SignInWay } from './access.queries.ts';
import { CodeGiven, PasskeyShown } from './access.schemas.ts';
import { checkCode } from './factor.commands.ts';
import { checkPasskey, siteOf } from './passkey.commands.ts';

const words = { code: 'Enter the six digits that your app shows' };

/**
 * Holds the second step that a form brings to whoever sends it: a passkey, or a code.
 * @throws Problem `invalid`, `too-many-requests`
 */
export async function wayShown(
  deps: Deps,
  request: FastifyRequest,
  { recovery }: { recovery: boolean },
): Promise<SignInWay> {
  const { ctx, session } = request;
  const typed = typedIn(request.body);
  const site = siteOf(deps, request);
  if (typed.response && site) {
    const { response } = fields(PasskeyShown, typed);
    return checkPasskey(deps, ctx, session!, { site, response });
  }
  const { code } = fields(CodeGiven, typed, words);
  return checkCode(deps, ctx, code, { recovery });
}
