import type { Deps } from '../shared/deps.ts';
import { type App, strictObject } from '../shared/http.ts';
import { Problem } from '../shared/problem.ts';
import { oneOf } from '../shared/schemas.ts';
import { fields, refused, typedIn } from '../web/forms.ts';
import { navigationFor } from '../web/navigation.ts';
import { arrivalOf, enter, onwardOf, takeOver } from './arrival.view.ts';
import { cookieName } from './authentication.ts';
import { accountOf, alsoPutAway, asksForThisMachine, putAwayCookie } from './demonstration.rules.ts';
import { perAddress } from './rate-limit.ts';
import { signIn } from './sign-in.commands.ts';
import { placeOfStep, triesPerMinute } from './sign-in.rules.ts';
import { staffRoles } from './staff.rules.ts';

const LookAs = strictObject({ role: oneOf(staffRoles) });
/** The most that browsers keep a cookie for. */
const putAwaySeconds = 400 * 24 * 60 * 60;

/**
 * Signing in to the demonstration by one press, and putting away what it offers to try. There is none of it unless
 * `npm start` made the demonstration and runs it. A press is an ordinary sign-in with the password that the
 * demonstration was made with, so that all that holds for one holds: the count of tries, a second step, whoever
 * was suspended or has another password by now.
 */
export function demonstrationPages(app: App, deps: Deps): void {
  if (!deps.demonstration) return;

  app.post(
    '/sign-in/demonstration',
    { config: { action: 'public', rateLimit: perAddress(triesPerMinute) } },
    async (request, reply) => {
      if (!asksForThisMachine(request.headers.host)) throw new Problem('not-found');
      const onward = onwardOf(request.body);
      try {
        const { role } = fields(LookAs, typedIn(request.body), { role: 'Choose as whom to look' });
        const account = accountOf(deps, role);
        if (!account) throw new Problem('not-found');
        const signedIn = await signIn(deps, request.id, account, arrivalOf(deps, request));
        takeOver(deps, request, reply, signedIn);
        const { actor, needs } = signedIn;
        if (needs) return reply.redirect(placeOfStep[needs], 303);
        // Another role may not see the page that was asked for: it begins where it has its own.
        const path = onward.next.split('?')[0] ?? '/';
        const places = navigationFor(actor, path, (url) => app.hasRoute({ method: 'GET', url }));
        const next = places.some(({ active }) => active) ? onward.next : '/';
        return enter(deps, request, reply, { ...onward, next });
      } catch (error) {
        const form = refused({}, error);
        return reply.code(form.status).page('access/views/sign-in.njk', { form, ...onward, local: true });
      }
    },
  );

  app.post('/demonstration/put-away', { config: { action: 'session.own' } }, (request, reply) => {
    const name = cookieName(deps.config, putAwayCookie);
    const value = alsoPutAway(request.cookies[name] ?? '', request.ctx.actor.role);
    return reply
      .setCookie(name, value, { path: '/', httpOnly: true, sameSite: 'lax', maxAge: putAwaySeconds })
      .redirect('/', 303);
  });
}
