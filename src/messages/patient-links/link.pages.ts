import type { TypeBoxTypeProvider } from '@fastify/type-provider-typebox';
import type { FastifyReply } from 'fastify';
import Type from 'typebox';
import { perAddress, perKey } from '../../access/rate-limit.ts';
import { directionOf, listIn } from '../../people/format.rules.ts';
import { publishedNotice } from '../../privacy/notices/notice.queries.ts';
import { currentScheme } from '../../scheme/scheme.queries.ts';
import { timestamp } from '../../shared/clock.ts';
import type { Deps } from '../../shared/deps.ts';
import type { App } from '../../shared/http.ts';
import { toProblem } from '../../shared/problem.ts';
import { oneOf } from '../../shared/schemas.ts';
import { keepAddressSecret } from '../../web/secret-address.ts';
import { findPatientLink, type PatientLink, patientLinkHash } from '../link.queries.ts';
import { answerKinds, mayAnswer } from '../link.rules.ts';
import { addressWords } from '../renderings/address.schemas.ts';
import type { AnswerPhrases } from '../renderings/phrase.rules.ts';
import { wordsFor } from '../renderings/rendering.queries.ts';
import { spokenTime } from '../template.rules.ts';
import { answerByPatientLink } from './answer.commands.ts';
import { questionPages } from './questions.pages.ts';

const addressPerMinute = 60;
const linkPerMinute = 30;
const mostWords = 500;
const params = Type.Object({ token: Type.String({ maxLength: 100 }) });
const body = Type.Object({
  kind: oneOf(answerKinds),
  words: Type.Optional(Type.String({ maxLength: 10_000 })),
});

/**
 * /a/:token: someone answers a message by the link in it, without signing in. Looking changes nothing, since
 * programs follow links too. Whoever looks may be anybody: no name, and no word of a scheme unless the
 * message itself had one.
 */
export function patientLinkPages(app: App, deps: Deps): void {
  app.register(async (scope) => {
    const pages: App = scope.withTypeProvider<TypeBoxTypeProvider>();
    keepAddressSecret(pages);
    pages.setErrorHandler(async (error, request, reply) => {
      const { status } = toProblem(error);
      if (status >= 500) request.log.error({ err: error }, 'an answer by a link failed');
      return end(reply, status === 422 ? 404 : status);
    });
    const open = {
      config: { action: 'public', bySecret: true, rateLimit: perAddress(addressPerMinute) },
      onRequest: perKey(pages, linkPerMinute, (request) =>
        patientLinkHash(deps, (request.params as { token: string }).token).toString('base64url'),
      ),
    } as const;
    questionPages(pages, deps, { open, params, around });

    pages.get('/a/:token', { ...open, schema: { params } }, async (request, reply) => {
      const { token } = request.params;
      const link = await findPatientLink(deps, deps.db, token);
      const now = timestamp(deps.clock);
      const ahead = link.followUps.filter(({ at }) => at > now);
      const shown = await around(link);
      const spoken = ({ at }: { at: string }) => spokenTime(at, shown.language);
      return reply.page('messages/patient-links/views/answer.njk', {
        times: listIn(ahead.filter(({ asTold }) => asTold).map(spoken), shown.language),
        off: ahead.filter(({ status }) => status === 'cancelled').map(spoken),
        changed: ahead.filter(({ status, asTold }) => !asTold && status !== 'cancelled').map(spoken),
        questions: link.hasQuestions && `/a/${token}/questions`,
        choices: mayAnswer(link, now),
        answered: link.answered,
        mostWords,
        ...shown,
      });
    });

    pages.post('/a/:token', { ...open, schema: { params, body } }, async (request, reply) => {
      const { token } = request.params;
      const { kind, words = '' } = request.body;
      const said = kind === 'move' ? words.trim().slice(0, mostWords) : '';
      await answerByPatientLink(deps, request.id, token, { kind, words: said || undefined });
      return reply.redirect(`/a/${token}`, 303);
    });
  });

  /** What stands around what a page says, in the words that fit the person: of the scheme no more than the message named. */
  async function around(link: PatientLink) {
    const identified = link.wording === 'identified';
    const { name, phone } = await currentScheme(deps);
    const [{ edition, largePrint }, notice] = await Promise.all([
      wordsFor<keyof AnswerPhrases>(deps.db, 'answer_page', link).then((words) => words!),
      wordsFor(deps.db, identified ? 'notice' : 'notice_discreet', link),
    ]);
    return {
      words: edition.phrases,
      language: edition.language,
      dir: directionOf(edition.language),
      format: largePrint ? 'large_print' : edition.format,
      identified,
      scheme: identified ? name : '',
      phone: identified ? (phone ?? '') : '',
      hasNotice: identified || notice !== undefined,
      noticeIn: notice && addressWords(notice.edition),
    };
  }

  /** Whether there is a notice that names nobody: a discreet page leads to no other. */
  async function isDiscreetWritten() {
    return (await publishedNotice(deps.db, 'patients_discreet')) !== undefined;
  }

  async function end(reply: FastifyReply, status: number) {
    const again = status === 429 || status >= 500;
    const hasNotice = !again && (await isDiscreetWritten().catch(() => false));
    return reply.code(status).page('messages/patient-links/views/ended.njk', { again, hasNotice });
  }
}
