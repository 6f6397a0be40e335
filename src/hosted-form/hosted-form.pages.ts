import type { TypeBoxTypeProvider } from '@fastify/type-provider-typebox';
import type { FastifyReply, FastifyRequest } from 'fastify';
import Type from 'typebox';
import { perAddress, perKey } from '../access/rate-limit.ts';
import { type Form, newForm, typedIn } from '../admin/forms.ts';
import type { Deps } from '../shared/deps.ts';
import type { App } from '../shared/http.ts';
import { Problem, toProblem } from '../shared/problem.ts';
import { checkPage, refusedPage } from './answers.schemas.ts';
import { allTyped, firstOpenPage, ownOf, said } from './answers.ts';
import { beginDraft, type Draft, discardDraft, findDraft, savePage } from './draft.commands.ts';
import { findFormLink, formLinkHash } from './form-link.queries.ts';
import { privatePages, tooLate } from './private-pages.ts';
import { questionGroups } from './question-groups.schemas.ts';
import { sendDraft } from './sending.commands.ts';
import { ofAnother, pageView, placeOf, type Visit } from './step-view.ts';
import { unsealSummary } from './summary-seal.ts';

const addressPerMinute = 240;
const linkPerMinute = 600;

const start = Type.Object({ token: Type.String({ maxLength: 100 }) });
const startQuery = Type.Object({ deleted: Type.Optional(Type.Literal('1')) });
const step = Type.Object({ ...start.properties, page: Type.String({ maxLength: 100 }) });
/** `change`: the way leads back to the answers that are being checked. */
const stepQuery = Type.Object({ change: Type.Optional(Type.Literal('1')) });

/** /refer/:token: the form on which a clinic without a system of its own refers, for whoever has the link. */
export function hostedFormPages(app: App, deps: Deps): void {
  const secure = deps.config.PUBLIC_URL.startsWith('https:');
  const cookieName = `${secure ? '__Secure-' : ''}lendwell-referral`;
  const cookieFor = (base: string) =>
    ({ path: base, httpOnly: true, sameSite: 'lax', secure, signed: true }) as const;

  app.register(async (scope) => {
    const pages: App = scope.withTypeProvider<TypeBoxTypeProvider>();
    privatePages(pages, (request, reply) => {
      const { token, page } = request.params as { token: string; page?: string };
      const place = questionGroups.findIndex(({ slug }) => slug === page);
      return place < 0 ? undefined : sentTooLate(request, reply, token, place);
    });
    const limitLink = perKey(pages, linkPerMinute, (request) =>
      formLinkHash(deps, (request.params as { token: string }).token).toString('base64url'),
    );
    const open = {
      config: { action: 'public', rateLimit: perAddress(addressPerMinute) },
      onRequest: limitLink,
    } as const;

    pages.get(
      '/refer/:token',
      { ...open, schema: { params: start, querystring: startQuery } },
      async (request, reply) => {
        const { link, base, draft } = await visit(request, request.params.token);
        const begun = draft && !draft.reference;
        const goOn = begun && `${base}/${firstOpenPage(draft.answers) ?? 'check'}`;
        const view = { link, base, goOn, deleted: request.query.deleted };
        return reply.page('hosted-form/views/start.njk', view);
      },
    );

    pages.post('/refer/:token', { ...open, schema: { params: start } }, async (request, reply) => {
      const { link, base, draft } = await visit(request, request.params.token);
      const { token } = await beginDraft(deps, link.id, draft);
      return reply
        .setCookie(cookieName, token, cookieFor(base))
        .redirect(`${base}/${questionGroups[0]!.slug}`, 303);
    });

    pages.post('/refer/:token/discard', { ...open, schema: { params: start } }, async (request, reply) => {
      const { base, draft } = await visit(request, request.params.token);
      if (draft) await discardDraft(deps, draft.id);
      return reply.clearCookie(cookieName, cookieFor(base)).redirect(`${base}?deleted=1`, 303);
    });

    pages.get(
      '/refer/:token/:page',
      { ...open, schema: { params: step, querystring: stepQuery } },
      async (request, reply) => {
        const { page, token } = request.params;
        const at = await visit(request, token);
        const { link, base, draft } = at;
        if (!draft) return reply.redirect(base, 303);
        if (page === 'done' && draft.reference) return reply.page('hosted-form/views/done.njk', doneView(at));
        if (draft.reference) return reply.redirect(`${base}/done`, 303);
        const firstOpen = firstOpenPage(draft.answers);
        if (page === 'check') {
          if (firstOpen) return reply.redirect(`${base}/${firstOpen}`, 303);
          const view = { link, base, draft, groups: said(allTyped(draft.answers)) };
          return reply.page('hosted-form/views/check.njk', view);
        }
        const place = placeOf(page);
        if (firstOpen && place > placeOf(firstOpen)) return reply.redirect(`${base}/${firstOpen}`, 303);
        const form = newForm(draft.answers[page] ?? {});
        return reply.page(
          'hosted-form/views/page.njk',
          pageView(at, place, form, draft.id, request.query.change),
        );
      },
    );

    pages.post(
      '/refer/:token/:page',
      { ...open, schema: { params: step, querystring: stepQuery } },
      async (request, reply) => {
        const { page, token } = request.params;
        const at = await visit(request, token);
        const { base, draft } = at;
        const { draft: shownDraft = '', add, ...sent } = typedIn(request.body);
        const own = draft?.id === shownDraft ? draft : undefined;
        if (own?.reference) return reply.redirect(`${base}/done`, 303);
        if (page === 'check') return send(request, reply, at, own);

        const place = placeOf(page);
        const group = questionGroups[place]!;
        const typed = ownOf(group.questions, sent);
        const { change } = request.query;
        const show = (form: Form, rows = 0) =>
          reply
            .code(form.status)
            .page('hosted-form/views/page.njk', pageView(at, place, form, String(shownDraft), change, rows));
        if (!own) return show(ofAnother(typed, draft));
        if (add) return show(newForm(typed), Number(add) || 0);
        try {
          checkPage(deps, group, typed);
        } catch (error) {
          return show(refusedPage(group, typed, error));
        }
        if (!(await savePage(deps, own.id, page, typed))) return reply.redirect(base, 303);
        const next = change ? 'check' : (questionGroups[place + 1]?.slug ?? 'check');
        return reply.redirect(`${base}/${next}`, 303);
      },
    );
  });

  async function visit(request: FastifyRequest, token: string): Promise<Visit> {
    const link = await findFormLink(deps, token);
    if (!link) throw new Problem('not-found');
    const { valid, value } = request.unsignCookie(request.cookies[cookieName] ?? '');
    const draftToken = (valid && value) || '';
    const draft = draftToken ? await findDraft(deps, link.id, draftToken) : undefined;
    return { link, base: `/refer/${token}`, draft, draftToken };
  }

  async function sentTooLate(request: FastifyRequest, reply: FastifyReply, token: string, place: number) {
    const at = await visit(request, token);
    const { draft = '', ...typed } = typedIn(request.body);
    const own = ownOf(questionGroups[place]!.questions, typed);
    const form = { ...newForm(own), summary: [{ text: tooLate }], status: 403 };
    const { change } = request.query as { change?: string };
    return reply.page('hosted-form/views/page.njk', pageView(at, place, form, String(draft), change));
  }

  async function send(request: FastifyRequest, reply: FastifyReply, at: Visit, draft: Draft | undefined) {
    const { base, link, draftToken } = at;
    const firstOpen = draft && firstOpenPage(draft.answers);
    if (!draft || firstOpen) return reply.redirect(firstOpen ? `${base}/${firstOpen}` : base, 303);
    try {
      await sendDraft(deps, request.id, link, draft, draftToken);
    } catch (error) {
      // What no page alone could tell is shown on the page of the first fault.
      const { errors } = toProblem(error);
      const field = errors?.[0]?.pointer.slice(1).replaceAll('/', '.') ?? '';
      const place = questionGroups.findIndex(({ questions }) =>
        questions.some(({ name }) => field.startsWith(name)),
      );
      if (place < 0) throw error;
      const group = questionGroups[place]!;
      const form = refusedPage(group, draft.answers[group.slug] ?? {}, error);
      return reply
        .code(form.status)
        .page('hosted-form/views/page.njk', pageView(at, place, form, draft.id, '1'));
    }
    return reply.redirect(`${base}/done`, 303);
  }

  function doneView({ link, base, draft, draftToken }: Visit) {
    const groups = draft?.summary ? said(unsealSummary(deps, draftToken, draft.summary)) : undefined;
    return { link, base, reference: draft!.reference, groups };
  }
}
