import type { FastifyReply, FastifyRequest } from 'fastify';
import { command } from '../shared/command.ts';
import type { Deps } from '../shared/deps.ts';
import type { App } from '../shared/http.ts';
import { fields, typedIn } from '../web/forms.ts';
import type { NeededStep } from './access.queries.ts';
import { localPath } from './access.rules.ts';
import { FirstCode, PasskeyShown } from './access.schemas.ts';
import { arrivalOf, enter, onwardOf, takeOver } from './arrival.view.ts';
import { addCodeFactor, assertFirstFactor } from './factor.commands.ts';
import { unsealForm } from './kept-form.ts';
import { addPasskey, siteOf } from './passkey.commands.ts';
import { perAddress } from './rate-limit.ts';
import { completeSignIn, type SignedIn } from './sign-in.commands.ts';
import { placeOfStep, triesPerMinute } from './sign-in.rules.ts';
import { showStep } from './step.view.ts';
import { wayShown } from './way-shown.view.ts';

const words = { code: 'Enter the six digits that your app shows' };

/** The second step of signing in: a code, or setting up what shows one. Nothing else opens before it is done. */
export function stepPages(app: App, deps: Deps): void {
  step('factor', async (request, reply) => {
    const { ctx } = request;
    const way = await wayShown(deps, request, { recovery: true });
    const signedIn = await command(deps, { ...ctx, once: undefined }, (work) =>
      completeSignIn(work, ctx.actor, way, arrivalOf(deps, request)),
    );
    takeOver(deps, request, reply, signedIn);
    return enter(deps, request, reply, onwardOf(request.body));
  });

  step('enrolment', async (request, reply) => {
    const typed = typedIn(request.body);
    const site = siteOf(deps, request);
    const isPasskey = Boolean(typed.response && site);
    const { ctx, session } = request;
    let codes: string[] = [];
    const signedIn = await command(deps, { ...ctx, once: undefined }, async (work): Promise<SignedIn> => {
      await assertFirstFactor(work, session!.staffId);
      codes = isPasskey
        ? await addPasskey(work, session!, site!, fields(PasskeyShown, typed).response)
        : await addCodeFactor(work, session!.staffId, fields(FirstCode, typed, words));
      return completeSignIn(work, ctx.actor, isPasskey ? 'passkey' : 'code', arrivalOf(deps, request));
    });
    takeOver(deps, request, reply, signedIn);
    const { next, kept } = onwardOf(request.body);
    const form = unsealForm(deps, kept, signedIn.actor.id!);
    return reply.code(201).page('access/views/recovery-codes.njk', { codes, next, kept: form });
  });

  function step(
    needs: NeededStep,
    take: (request: FastifyRequest, reply: FastifyReply) => Promise<unknown>,
  ): void {
    const config = { action: 'session.own', whileSigningIn: true } as const;
    /** Where someone belongs who is not at this step. */
    const elsewhere = ({ session }: FastifyRequest) =>
      session?.needs === needs ? undefined : session?.needs ? placeOfStep[session.needs] : '/';

    app.get<{ Querystring: { next?: string } }>(placeOfStep[needs], { config }, async (request, reply) => {
      const other = elsewhere(request);
      if (other) return reply.redirect(other, 303);
      return showStep(deps, request, reply, { needs, onward: { next: localPath(request.query.next) } });
    });
    app.post(
      placeOfStep[needs],
      { config: { ...config, rateLimit: perAddress(triesPerMinute) } },
      async (request, reply) => {
        const other = elsewhere(request);
        if (other) return reply.redirect(other, 303);
        try {
          return await take(request, reply);
        } catch (error) {
          const typed = typedIn(request.body);
          return showStep(deps, request, reply, { needs, onward: onwardOf(request.body), typed, error });
        }
      },
    );
  }
}
