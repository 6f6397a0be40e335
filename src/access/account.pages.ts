import { command } from '../shared/command.ts';
import type { Deps } from '../shared/deps.ts';
import { count as counted } from '../shared/formats.ts';
import { type App, idParams } from '../shared/http.ts';
import { Problem } from '../shared/problem.ts';
import { fields, newForm, refused, typedIn } from '../web/forms.ts';
import { formPage, submit } from '../web/submit.ts';
import { localPath } from './access.rules.ts';
import { FirstCode, OwnPassword, PasskeyShown, Proof } from './access.schemas.ts';
import { ownSessions } from './account.queries.ts';
import { enter, onwardOf } from './arrival.view.ts';
import { addCodeFactor, removeFactor, renewRecoveryCodes } from './factor.commands.ts';
import { factorsOf, standingOf } from './factor.queries.ts';
import { addPasskey, passkeyToMake, passkeyToShow, siteOf } from './passkey.commands.ts';
import { changeOwnPassword, proveByPassword, proved } from './proof.commands.ts';
import { perAddress } from './rate-limit.ts';
import { ownSecurityEvents } from './security-log.queries.ts';
import { endOwnSessions } from './session.commands.ts';
import { triesPerMinute } from './sign-in.rules.ts';
import { isBySignOn, provingOf } from './sign-on.queries.ts';
import { shortestPassword } from './staff.rules.ts';
import { setUpView } from './step.view.ts';
import { wayShown } from './way-shown.view.ts';

const own = { action: 'session.own' } as const;
const fresh = { ...own, fresh: true } as const;
const codeWords = { code: 'Enter the six digits that your app shows' };
const provePage = 'access/views/prove.njk';

/** /account: what someone looks after themselves: password, second step, where they are signed in; and /prove. */
export function accountPages(app: App, deps: Deps): void {
  app.get('/account', { config: own }, async ({ session }, reply) => {
    const { staffId } = session!;
    const [standing, factors, sessions, events] = await Promise.all([
      standingOf(deps.db, staffId),
      factorsOf(deps.db, staffId),
      ownSessions(deps, session!),
      ownSecurityEvents(deps.db, staffId),
    ]);
    return reply.page('access/views/account.njk', { standing, factors, sessions, events });
  });

  formPage(app, '/account/password', {
    ...own,
    view: 'access/views/own-password.njk',
    show: async (_form, { session }) => ({
      standing: await standingOf(deps.db, session!.staffId),
      shortest: shortestPassword,
    }),
    async take(typed, { ctx, session }) {
      await changeOwnPassword(deps, ctx, session!, fields(OwnPassword, typed));
      return { href: '/account', text: 'Your password is changed. You are signed out everywhere else.' };
    },
  });

  formPage(app, '/account/code', {
    ...fresh,
    view: 'access/views/second-step.njk',
    show: async (form, { session }) => ({
      ...(await setUpView(deps, session!.staffId, form?.typed.sealed)),
      action: '/account/code',
    }),
    async take(typed, { ctx, session }, reply) {
      const given = fields(FirstCode, typed, codeWords);
      const codes = await command(deps, { ...ctx, once: undefined }, (work) =>
        addCodeFactor(work, session!.staffId, given),
      );
      return reply.code(201).page('access/views/recovery-codes.njk', { codes });
    },
  });

  formPage(app, '/account/passkey', {
    ...fresh,
    view: 'access/views/new-passkey.njk',
    show: (_form, request) => passkeyToMake(deps, request),
    async take(typed, request, reply) {
      const { response } = fields(PasskeyShown, typed, { response: 'Use the button to make one' });
      const site = siteOf(deps, request);
      if (!site) throw new Problem('conflict', { detail: 'Passkeys want an address with a name.' });
      const codes = await command(deps, { ...request.ctx, once: undefined }, (work) =>
        addPasskey(work, request.session!, site, response),
      );
      return reply.code(201).page('access/views/recovery-codes.njk', { codes });
    },
  });

  submit(app, '/account/factors/:id/removals', {
    ...fresh,
    params: idParams,
    async take(_typed, { ctx, session, params }) {
      await removeFactor(deps, ctx, session!.staffId, params.id);
      return { href: '/account', text: 'The second step is removed.' };
    },
  });
  submit(app, '/account/recovery-codes', {
    ...fresh,
    async take(_typed, { ctx, session }, reply) {
      const codes = await renewRecoveryCodes(deps, ctx, session!.staffId);
      return reply.code(201).page('access/views/recovery-codes.njk', { codes });
    },
  });
  submit(app, '/account/sessions/:id/ends', {
    ...fresh,
    params: idParams,
    async take(_typed, { ctx, session, params }) {
      await endOwnSessions(deps, ctx, session!, params.id);
      return { href: '/account', text: 'You are signed out there.' };
    },
  });
  submit(app, '/account/session-ends', {
    ...fresh,
    async take(_typed, { ctx, session }) {
      const { count } = await endOwnSessions(deps, ctx, session!);
      return { href: '/account', text: `You are signed out of ${counted(count, 'other browser')}.` };
    },
  });

  app.get<{ Querystring: { next?: string } }>('/prove', { config: own }, async (request, reply) => {
    const next = localPath(request.query.next);
    if (request.session!.isProved) return reply.redirect(next, 303);
    const proving = await provingOf(deps, request.session!);
    const passkey = await passkeyToShow(deps, request, proving.bySignOn ? [] : proving.standing.kinds);
    return reply.page(provePage, { form: newForm(), next, ...proving, ...passkey });
  });
  app.post(
    '/prove',
    { config: { ...own, rateLimit: perAddress(triesPerMinute) } },
    async (request, reply) => {
      const { ctx, session } = request;
      const onward = onwardOf(request.body);
      try {
        if (await isBySignOn(deps, session!))
          throw new Problem('conflict', { detail: 'Show again who you are with your work account.' });
        const { kinds } = await standingOf(deps.db, session!.staffId);
        if (kinds.length) {
          const way = await wayShown(deps, request, { recovery: false });
          await command(deps, { ...ctx, once: undefined }, (work) => proved(work, session!, way));
        } else {
          const { password } = fields(Proof, typedIn(request.body));
          await proveByPassword(deps, ctx, session!, password);
        }
        return enter(deps, request, reply, onward);
      } catch (error) {
        const form = refused({}, error);
        const proving = await provingOf(deps, session!);
        const passkey = await passkeyToShow(deps, request, proving.bySignOn ? [] : proving.standing.kinds);
        return reply.code(form.status).page(provePage, { form, ...onward, ...proving, ...passkey });
      }
    },
  );
}
