import Type from 'typebox';
import type { Deps } from '../shared/deps.ts';
import type { App } from '../shared/http.ts';
import { Problem } from '../shared/problem.ts';
import { type Form, fields, newForm, refused, typedIn } from '../web/forms.ts';
import { passwordLinkOwner, setPassword } from './password-link.commands.ts';
import { perAddress } from './rate-limit.ts';
import { maySignInLocally } from './sign-on.rules.ts';
import { shortestPassword } from './staff.rules.ts';
import { NewPassword } from './staff.schemas.ts';
import { whenceOf } from './whence.ts';

const view = 'access/views/password.njk';
const triesPerMinute = 20;
const params = Type.Object({ token: Type.String({ maxLength: 100 }) });
const words = { password: 'Choose a password' };

/** /password/:token: someone sets their own password, by the link that an administrator gave them. */
export function passwordPages(app: App, deps: Deps): void {
  const open = {
    config: { action: 'public', rateLimit: perAddress(triesPerMinute) },
    schema: { params },
  } as const;

  app.get('/password/:token', open, async (request, reply) => {
    reply.header('referrer-policy', 'no-referrer');
    const shown = await pageOf(request.params.token, newForm());
    return reply.code(shown.owner ? 200 : 404).page(view, shown);
  });

  app.post('/password/:token', open, async (request, reply) => {
    reply.header('referrer-policy', 'no-referrer');
    const { token } = request.params;
    try {
      const { password } = fields(NewPassword, typedIn(request.body), words);
      await setPassword(deps, { id: request.id, from: whenceOf(request) }, token, password);
      return reply.page(view, { isSet: true, form: newForm() });
    } catch (error) {
      const shown = await pageOf(token, newForm());
      if (!shown.owner) return reply.code(404).page(view, shown);
      const form = refused({}, error);
      return reply.code(form.status).page(view, { ...shown, form });
    }
  });

  async function pageOf(token: string, form: Form) {
    const owner = await passwordLinkOwner(deps, token).catch((error: unknown) => {
      if (error instanceof Problem && error.type === 'not-found') return null;
      throw error;
    });
    const isLocal = owner !== null && maySignInLocally(deps.config, owner.email);
    return { owner, form, shortest: shortestPassword, isLocal };
  }
}
