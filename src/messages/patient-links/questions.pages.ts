import Type, { type TObject, type TString } from 'typebox';
import type { Deps } from '../../shared/deps.ts';
import type { App } from '../../shared/http.ts';
import { Problem, toProblem } from '../../shared/problem.ts';
import { answerByLink } from '../../support/measures/link.commands.ts';
import { listLinked } from '../../support/measures/link.queries.ts';
import { NewAnswers } from '../../support/measures/measure.schemas.ts';
import { rowsOf, saidIn } from '../../support/measures/measure.view.ts';
import { held, newForm, refused, type Typed, typedIn } from '../../web/forms.ts';
import { findPatientLink, type PatientLink } from '../link.queries.ts';

const body = Type.Record(Type.String(), Type.Unknown());
const view = 'messages/patient-links/views/questions.njk';

/** What pages behind the link in a message have in common. */
export type BehindLink = {
  /** The configuration of each route: for anybody, so often. */
  open: object;
  params: TObject<{ token: TString }>;
  /** What stands around what a page says: as much of the scheme as the message named, and whether there is a notice. */
  around(link: PatientLink): Promise<object>;
};

/**
 * /a/:token/questions: what the link in a message asks, all on one page, without signing in. It names nobody and no
 * questionnaire. Looking changes nothing, and what is ticked is kept nowhere before it is sent.
 */
export function questionPages(pages: App, deps: Deps, { open, params, around }: BehindLink): void {
  pages.get('/a/:token/questions', { ...open, schema: { params } }, async (request, reply) =>
    reply.page(view, await pageOf(request.params.token)),
  );

  pages.post('/a/:token/questions', { ...open, schema: { params, body } }, async (request, reply) => {
    const { token } = request.params;
    const typed = typedIn(request.body);
    const { linked } = await read(token);
    const asked = linked.find(({ id }) => id === typed.asked);
    if (!asked) throw new Problem('not-found');
    try {
      const said = held(NewAnswers, saidIn(typed, asked.items));
      const counts = await answerByLink(deps, request.id, token, { id: asked.id, ...said });
      if (counts) return reply.redirect(`/a/${token}/questions`, 303);
      return reply.code(409).page(view, { ...(await pageOf(token)), late: true });
    } catch (error) {
      if (toProblem(error).type !== 'invalid') throw error;
      return reply.code(422).page(view, await pageOf(token, typed, error));
    }
  });

  async function read(token: string) {
    const link = await findPatientLink(deps, deps.db, token);
    return { link, linked: await listLinked(deps, deps.db, link) };
  }

  /** @throws Problem `not-found` where nothing is to be answered, nor was */
  async function pageOf(token: string, typed: Typed = {}, error?: unknown) {
    const { link, linked } = await read(token);
    const asked = linked.find(({ isOpen }) => isOpen);
    const isDone = linked.some(({ status }) => status !== 'asked');
    if (!asked && !isDone) throw new Problem('not-found');
    return {
      here: `/a/${token}/questions`,
      asked: asked && { id: asked.id, rows: rowsOf(asked.items) },
      isDone,
      form: error ? refused(typed, error) : newForm(typed),
      ...(await around(link)),
    };
  }
}
