import type { TypeBoxTypeProvider } from '@fastify/type-provider-typebox';
import Type from 'typebox';
import { perAddress, perKey } from '../../access/rate-limit.ts';
import { currentScheme } from '../../scheme/scheme.queries.ts';
import type { Deps } from '../../shared/deps.ts';
import { type App, idParams, strictObject } from '../../shared/http.ts';
import { linkAddress } from '../../shared/link-address.ts';
import { Problem } from '../../shared/problem.ts';
import { type Form, fields, newForm, refused, typedIn } from '../../web/forms.ts';
import { secretFormPages, tooLate } from '../../web/secret-address.ts';
import { submit } from '../../web/submit.ts';
import { NewAnswer } from '../progress.schemas.ts';
import { getReferral } from '../referral.queries.ts';
import {
  type AnswerLink,
  addAnswerLink,
  answerByLink,
  answerLinkHash,
  findAnswerLink,
} from './answer-link.commands.ts';

const addressPerMinute = 60;
const linkPerMinute = 60;
const Answer = strictObject({ answer: NewAnswer.properties.answer });
const words = { answer: 'Enter your answer' };
const params = Type.Object({ token: Type.String({ maxLength: 100 }) });
const questionParams = Type.Object({ ...idParams.properties, questionId: Type.String({ format: 'uuid' }) });

/** /referrals/:id/questions/:questionId/links: an officer makes a link to send. /answer/:token: the clinic answers by it. */
export function answerLinkPages(app: App, deps: Deps): void {
  submit(app, '/referrals/:id/questions/:questionId/links', {
    action: 'referrals.decide',
    params: questionParams,
    async take(_typed, request, reply) {
      const { id, questionId } = request.params;
      const { token, expiresAt } = await addAnswerLink(deps, request.ctx, id, questionId);
      const { reference, referrer } = await getReferral(deps.db, request.ctx.actor, id);
      const url = token && linkAddress(deps, request, `/answer/${token}`);
      return reply.code(201).page('referrals/hosted-form/views/answer-link.njk', {
        referral: { id, reference, referrer },
        url,
        expiresAt,
        scheme: (await currentScheme(deps)).name,
      });
    },
  });

  app.register(async (scope) => {
    const pages: App = scope.withTypeProvider<TypeBoxTypeProvider>();
    secretFormPages(pages, 'referrals/hosted-form/views/problem.njk', async (request, reply) => {
      const { token } = request.params as { token: string };
      const form = { ...newForm(typedIn(request.body)), summary: [{ text: tooLate }], status: 403 };
      return reply.page('referrals/hosted-form/views/answer.njk', view(await linkOf(token), form));
    });
    const limitLink = perKey(pages, linkPerMinute, (request) =>
      answerLinkHash(deps, (request.params as { token: string }).token).toString('base64url'),
    );
    const open = {
      config: { action: 'public', rateLimit: perAddress(addressPerMinute) },
      onRequest: limitLink,
      schema: { params },
    } as const;

    pages.get('/answer/:token', open, async (request, reply) =>
      reply.page(
        'referrals/hosted-form/views/answer.njk',
        view(await linkOf(request.params.token), newForm()),
      ),
    );

    pages.post('/answer/:token', open, async (request, reply) => {
      const { token } = request.params;
      const link = await linkOf(token);
      const typed = typedIn(request.body);
      try {
        const { answer } = fields(Answer, typed, words);
        await answerByLink(deps, request.id, link, answer);
        return reply.redirect(`/answer/${token}`, 303);
      } catch (error) {
        const form = refused(typed, error);
        return reply.code(form.status).page('referrals/hosted-form/views/answer.njk', view(link, form));
      }
    });

    const view = (link: AnswerLink, form: Form) => ({ link, form });
  });

  async function linkOf(token: string): Promise<AnswerLink> {
    const link = await findAnswerLink(deps, token);
    if (!link) throw new Problem('not-found');
    return link;
  }
}
