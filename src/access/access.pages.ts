import { listBody } from '../shared/body-limits.ts';
import type { Deps } from '../shared/deps.ts';
import type { App } from '../shared/http.ts';
import { linkAddress } from '../shared/link-address.ts';
import { fields, newForm, refused, typedIn } from '../web/forms.ts';
import { localPath } from './access.rules.ts';
import { SignIn } from './access.schemas.ts';
import { accountPages } from './account.pages.ts';
import { arrivalOf, enter, forget, onwardOf, takeOver } from './arrival.view.ts';
import { demonstrationPages } from './demonstration.pages.ts';
import { perAddress } from './rate-limit.ts';
import { secondPersonPages } from './second-person.pages.ts';
import { signOut } from './session.commands.ts';
import { signIn } from './sign-in.commands.ts';
import { placeOfStep, triesPerMinute } from './sign-in.rules.ts';
import { signInPolicyPages } from './sign-in-policy.pages.ts';
import { signOnPages } from './sign-on.pages.ts';
import { endAddressOf } from './sign-on-logout.commands.ts';
import { stepPages } from './step.pages.ts';
import { showStep } from './step.view.ts';

const words = { email: 'Enter your email address', password: 'Enter your password' };

/** Signing in with a local account, and out; what one looks after oneself; and what is asked of everyone who signs in. The page has the button for single sign-on above the form, or in its place. */
export function accessPages(app: App, deps: Deps): void {
  stepPages(app, deps);
  signOnPages(app, deps);
  accountPages(app, deps);
  signInPolicyPages(app, deps);
  secondPersonPages(app, deps);
  demonstrationPages(app, deps);

  app.get<{ Querystring: { next?: string; local?: string } }>(
    '/sign-in',
    { config: { action: 'public' } },
    (request, reply) => {
      const { next, local } = request.query;
      return reply.page('access/views/sign-in.njk', {
        form: newForm(),
        next: localPath(next),
        local: local !== undefined,
      });
    },
  );

  app.post(
    '/sign-in',
    // It may bring a form that was kept meanwhile.
    { bodyLimit: listBody, config: { action: 'public', rateLimit: perAddress(triesPerMinute) } },
    async (request, reply) => {
      const { password: _password, ...typed } = typedIn(request.body);
      const onward = onwardOf(request.body);
      try {
        const given = fields(SignIn, typedIn(request.body), words);
        const signedIn = await signIn(deps, request.id, given, arrivalOf(deps, request));
        takeOver(deps, request, reply, signedIn);
        const { needs } = signedIn;
        if (!needs) return enter(deps, request, reply, onward);
        // What was typed before signing in goes along in the page.
        if (onward.kept) return showStep(deps, request, reply, { needs, onward });
        return reply.redirect(`${placeOfStep[needs]}?next=${encodeURIComponent(onward.next)}`, 303);
      } catch (error) {
        const form = refused(typed, error);
        return reply.code(form.status).page('access/views/sign-in.njk', { form, ...onward, local: true });
      }
    },
  );

  app.post(
    '/sign-out',
    { config: { action: 'session.own', whileSigningIn: true } },
    async (request, reply) => {
      const { session, ctx } = request;
      const url =
        session && (await endAddressOf(deps, session.tokenHash, linkAddress(deps, request, '/sign-in')));
      if (session) await signOut(deps, ctx, session);
      // Not the cookies: the browser stays one that is known.
      reply.header('clear-site-data', '"cache", "storage"').setSession();
      if (!url) return reply.redirect('/sign-in', 303);
      forget(request);
      return reply
        .header('refresh', `0;url=${url}`)
        .page('access/views/sign-on-leave.njk', { url, isOut: true });
    },
  );
}
