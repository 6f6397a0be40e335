import { fields, newForm, refused, typedIn } from '../admin/forms.ts';
import type { Deps } from '../shared/deps.ts';
import type { App } from '../shared/http.ts';
import { localPath } from './access.rules.ts';
import { SignIn } from './access.schemas.ts';
import { perAddress } from './rate-limit.ts';
import { signIn, signOut } from './session.commands.ts';

const triesPerMinute = 20;
const words = { email: 'Enter your email address', password: 'Enter your password' };

/** Signing in with a local account, and out. A button for single sign-on belongs above the form. */
export function accessPages(app: App, deps: Deps): void {
  app.get<{ Querystring: { next?: string } }>(
    '/sign-in',
    { config: { action: 'public' } },
    (request, reply) =>
      reply.page('access/views/sign-in.njk', { form: newForm(), next: localPath(request.query.next) }),
  );

  app.post<{ Body: { next?: string } }>(
    '/sign-in',
    { config: { action: 'public', rateLimit: perAddress(triesPerMinute) } },
    async (request, reply) => {
      const { password: _password, ...typed } = typedIn(request.body);
      const next = localPath(request.body?.next);
      try {
        const { token } = await signIn(deps, request.id, fields(SignIn, typedIn(request.body), words));
        return reply.setSession(token).redirect(next, 303);
      } catch (error) {
        const form = refused(typed, error);
        return reply.code(form.status).page('access/views/sign-in.njk', { form, next });
      }
    },
  );

  app.post('/sign-out', { config: { action: 'session.own' } }, async (request, reply) => {
    if (request.session) await signOut(deps, request.ctx, request.session);
    return reply.setSession().redirect('/sign-in', 303);
  });
}
