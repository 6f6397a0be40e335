import type { Deps } from '../shared/deps.ts';
import type { App } from '../shared/http.ts';
import { fields, newForm, refused, typedIn } from '../web/forms.ts';
import { localPath } from './access.rules.ts';
import { SignIn } from './access.schemas.ts';
import { unsealForm } from './kept-form.ts';
import { perAddress } from './rate-limit.ts';
import { signIn, signOut } from './session.commands.ts';
import { keyedHash } from './tokens.ts';

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

  app.post<{ Body: { next?: string; kept?: string } }>(
    '/sign-in',
    { config: { action: 'public', rateLimit: perAddress(triesPerMinute) } },
    async (request, reply) => {
      const { password: _password, ...typed } = typedIn(request.body);
      const next = localPath(request.body?.next);
      const sealed = request.body?.kept;
      try {
        const { token, actor } = await signIn(deps, request.id, fields(SignIn, typedIn(request.body), words));
        reply.setSession(token);
        const kept = unsealForm(deps, sealed, actor.id!);
        if (!kept) return reply.redirect(next, 303);
        request.ctx = { actor, requestId: request.id };
        request.session = {
          tokenHash: keyedHash(deps.config.SECRET, 'session', token),
          staffId: actor.id!,
        };
        return reply.page('access/views/kept-form.njk', { kept, next });
      } catch (error) {
        const form = refused(typed, error);
        return reply.code(form.status).page('access/views/sign-in.njk', { form, next, kept: sealed });
      }
    },
  );

  app.post('/sign-out', { config: { action: 'session.own' } }, async (request, reply) => {
    if (request.session) await signOut(deps, request.ctx, request.session);
    return reply.setSession().redirect('/sign-in', 303);
  });
}
