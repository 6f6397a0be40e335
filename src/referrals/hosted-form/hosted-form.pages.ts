import type { TypeBoxTypeProvider } from '@fastify/type-provider-typebox';
import type { FastifyReply, FastifyRequest } from 'fastify';
import Type from 'typebox';
import { perAddress, perKey } from '../../access/rate-limit.ts';
import { getPolicy } from '../../lending/terms/policy.queries.ts';
import type { Deps } from '../../shared/deps.ts';
import { type App, navigates } from '../../shared/http.ts';
import { isId } from '../../shared/ids.ts';
import { Problem, toProblem } from '../../shared/problem.ts';
import { type Form, newForm, typedIn } from '../../web/forms.ts';
import { secretFormPages, tooLate } from '../../web/secret-address.ts';
import { firstOpenPage, hasNotAgreed, ownOf, refusedPage } from './answers.schemas.ts';
import { answersSaid } from './answers.view.ts';
import {
  beginDraft,
  begunDrafts,
  type Draft,
  discardDraft,
  findDraft,
  keepTry,
  savePage,
} from './draft.commands.ts';
import { findFormLink, formLinkHash } from './form-link.queries.ts';
import { questionGroups, questionsOf } from './question-groups.schemas.ts';
import { sendDraft } from './sending.commands.ts';
import {
  addressOf,
  begunView,
  checkView,
  discardView,
  faultsOf,
  filledSteps,
  formOf,
  goneForm,
  goneSummary,
  goOnAt,
  mostRows,
  type Page,
  pageView,
  placeOf,
  type Visit,
} from './step.view.ts';
import { unsealSummary } from './summary-seal.ts';

const addressPerMinute = 240;
const linkPerMinute = 600;

const start = Type.Object({ token: Type.String({ maxLength: 100 }) });
/** What became of a draft that led here. */
const startQuery = Type.Object({
  deleted: Type.Optional(Type.Literal('1')),
  gone: Type.Optional(Type.Literal('1')),
});
const step = Type.Object({
  ...start.properties,
  draft: Type.Optional(Type.String({ format: 'uuid' })),
  page: Type.String({ maxLength: 100 }),
});
/** `change`: the way leads back to the answers that are being checked. `ways`: how many ways to reach them are shown. */
const stepQuery = Type.Object({
  change: Type.Optional(Type.Literal('1')),
  ways: Type.Optional(Type.Integer({ minimum: 1, maximum: mostRows })),
  agreed: Type.Optional(Type.Literal('no')),
});
/** A page of a draft; without its id, of the one that this browser began last. */
const stepAddresses = ['/refer/:token/:draft/:page', '/refer/:token/:page'] as const;

/** /refer/:token: the form on which a clinic without a system of its own refers, for whoever has the link. */
export function hostedFormPages(app: App, deps: Deps): void {
  const secure = deps.config.PUBLIC_URL.startsWith('https:');
  const cookieName = `${secure ? '__Secure-' : ''}lendwell-referral`;
  const cookieFor = (base: string) =>
    ({ path: base, httpOnly: true, sameSite: 'lax', secure, signed: true }) as const;

  app.register(async (scope) => {
    const pages: App = scope.withTypeProvider<TypeBoxTypeProvider>();
    secretFormPages(pages, 'referrals/hosted-form/views/problem.njk', (request, reply) => {
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
        const view = { ...(await startView(await visit(request, request.params.token))), ...request.query };
        return reply.page('referrals/hosted-form/views/start.njk', view);
      },
    );

    pages.post('/refer/:token', { ...open, schema: { params: start } }, async (request, reply) => {
      const { link, base, draftToken } = await visit(request, request.params.token);
      const { id, token } = await beginDraft(deps, link.id, draftToken || undefined);
      return reply
        .setCookie(cookieName, token, cookieFor(base))
        .redirect(`${addressOf(base, id)}/${questionGroups[0]!.slug}`, 303);
    });

    pages.get('/refer/:token/not-agreed', { ...open, schema: { params: start } }, async (request, reply) =>
      reply.page('referrals/hosted-form/views/not-agreed.njk', await visit(request, request.params.token)),
    );

    const stepOptions = { ...open, schema: { params: step, querystring: stepQuery } };
    for (const address of stepAddresses) {
      pages.get(address, stepOptions, async (request, reply) => {
        const { page, token, draft: asked } = request.params;
        const at = await visit(request, token, asked);
        const { base, draft } = at;
        if (!draft) return reply.redirect(asked ? `${base}?gone=1` : base, 303);
        if (draft.reference && page !== 'done')
          return reply.redirect(`${addressOf(base, draft.id)}/done`, 303);
        if (draft.reference) return reply.page('referrals/hosted-form/views/done.njk', await doneView(at));
        const { change, ways, agreed } = request.query;
        if (page === 'discard')
          return reply.page('referrals/hosted-form/views/discard.njk', {
            ...discardView(base, draft),
            agreed,
          });
        const firstOpen = firstOpenPage(draft.answers);
        if (firstOpen && (page === 'check' || placeOf(page) > placeOf(firstOpen)))
          return reply.redirect(goOnAt(base, draft), 303);
        if (page === 'check')
          return reply.page('referrals/hosted-form/views/check.njk', checkView(base, draft));
        const place = placeOf(page);
        const form = formOf(deps, draft, questionGroups[place]!, ways !== undefined);
        return showPage(reply, at, { place, change, rows: ways }, form);
      });

      pages.post(address, stepOptions, async (request, reply) => {
        const { page, token } = request.params;
        const { draft: shown, add, ...sent } = typedIn(request.body);
        const draftId = isId(shown) ? shown : '';
        const at = await visit(request, token, draftId);
        const { base, draft } = at;
        const address = addressOf(base, draftId);
        if (draft?.reference) return reply.redirect(`${address}/done`, 303);
        if (page === 'check') return send(request, reply, at);
        if (page === 'discard') {
          if (draft) await discardDraft(deps, draft.id);
          return reply.redirect(draftId ? `${base}?deleted=1` : base, 303);
        }

        const place = placeOf(page);
        const group = questionGroups[place]!;
        const typed = ownOf(group, sent);
        if (hasNotAgreed(typed)) return endKindly(reply, base, draft);
        const { change } = request.query;
        const show = (form: Form, rows?: number) => showPage(reply, at, { place, change, rows }, form);
        const gone = async () => {
          const now = await visit(request, token, draftId);
          if (now.draft?.reference) return reply.redirect(`${address}/done`, 303);
          return showPage(reply, { ...now, draft: undefined }, { place, change }, goneForm(typed));
        };
        if (!draft) return gone();
        const faults = add ? undefined : faultsOf(deps, group, typed);
        const ways = add ? Math.min(Math.max(Math.trunc(Number(add)) || 1, 1), mostRows) : undefined;
        if (!faults && !ways) {
          const next = change ? 'check' : (questionGroups[place + 1]?.slug ?? 'check');
          const isSaved = await savePage(deps, draft.id, page, typed);
          return isSaved ? reply.redirect(`${address}/${next}`, 303) : gone();
        }
        // A browser that comes back to a page loads it again, which it cannot do with the answer to a form.
        if (!navigates(request)) return show(faults ?? newForm(typed), ways);
        const asked = [...(change ? ['change=1'] : []), ...(ways ? [`ways=${ways}`] : [])].join('&');
        const isKept = await keepTry(deps, draft.id, page, typed);
        return isKept ? reply.redirect(`${address}/${page}?${asked}`, 303) : gone();
      });
    }
  });

  /** Who is here; `draftId`: which of this browser's drafts, the last one where undefined. */
  async function visit(request: FastifyRequest, token: string, draftId?: string): Promise<Visit> {
    const link = await findFormLink(deps, token);
    if (!link) throw new Problem('not-found');
    const { valid, value } = request.unsignCookie(request.cookies[cookieName] ?? '');
    const draftToken = (valid && value) || '';
    const isAsked = draftToken && draftId !== '';
    const draft = isAsked ? await findDraft(deps, link.id, draftToken, draftId) : undefined;
    return { link, base: `/refer/${token}`, draft, draftToken };
  }

  async function showPage(reply: FastifyReply, at: Visit, page: Page, form: Form) {
    const view = { ...pageView(at, page, form), soon: await howSoon() };
    return reply.code(form.status).page('referrals/hosted-form/views/page.njk', view);
  }

  async function sentTooLate(request: FastifyRequest, reply: FastifyReply, token: string, place: number) {
    const { draft: shown, ...typed } = typedIn(request.body);
    const at = await visit(request, token, isId(shown) ? shown : '');
    const own = ownOf(questionGroups[place]!, typed);
    const form = at.draft ? { ...newForm(own), summary: [{ text: tooLate }], status: 403 } : goneForm(own);
    const { change } = request.query as { change?: string };
    return showPage(reply, at, { place, change }, form);
  }

  /** Without agreement nothing is kept; what was typed before is deleted only by whoever says so. */
  async function endKindly(reply: FastifyReply, base: string, draft: Draft | undefined) {
    if (draft && filledSteps(draft).some((title) => title !== questionGroups[0]!.title))
      return reply.redirect(`${addressOf(base, draft.id)}/discard?agreed=no`, 303);
    if (draft) await discardDraft(deps, draft.id);
    return reply.redirect(`${base}/not-agreed`, 303);
  }

  async function send(request: FastifyRequest, reply: FastifyReply, at: Visit) {
    const { base, link, draft, draftToken } = at;
    if (!draft) {
      const form = { ...newForm(), summary: goneSummary };
      return reply
        .code(409)
        .page('referrals/hosted-form/views/start.njk', { ...(await startView(at)), form });
    }
    if (firstOpenPage(draft.answers)) return reply.redirect(goOnAt(base, draft), 303);
    try {
      await sendDraft(deps, request.id, { link, draft, draftToken });
    } catch (error) {
      // What no page alone could tell is shown on the page of the first fault.
      const { errors } = toProblem(error);
      const field = errors?.[0]?.pointer.slice(1).replaceAll('/', '.') ?? '';
      const place = questionGroups.findIndex((group) =>
        questionsOf(group).some(({ name }) => field.startsWith(name)),
      );
      if (place < 0) throw error;
      const group = questionGroups[place]!;
      const form = refusedPage(group, draft.answers[group.slug] ?? {}, error);
      return showPage(reply, at, { place, change: '1' }, form);
    }
    return reply.redirect(`${addressOf(base, draft.id)}/done`, 303);
  }

  async function startView({ link, base, draftToken }: Visit) {
    const begun = draftToken ? await begunDrafts(deps, link.id, draftToken) : [];
    return { link, base, begun: begun.map((draft) => begunView(base, draft)), soon: await howSoon() };
  }

  async function doneView({ link, base, draft, draftToken }: Visit) {
    const groups = draft?.summary ? answersSaid(unsealSummary(deps, draftToken, draft.summary)) : undefined;
    return { link, base, reference: draft!.reference, groups, soon: await howSoon() };
  }

  /** Within how many days a referral is decided about. */
  async function howSoon() {
    const { routineDays, urgentDays } = await getPolicy(deps.db);
    return { routineDays, urgentDays };
  }
}
