import type { Deps } from '../shared/deps.ts';
import { type App, idParams, problemReplies } from '../shared/http.ts';
import { testTemplate, writeTemplate } from './template.commands.ts';
import { getTemplate, listTemplates } from './template.queries.ts';
import {
  NewTemplate,
  NewTemplateTest,
  Templates,
  TemplateTested,
  TemplateVersions,
} from './template.schemas.ts';

const tags = ['Messages'];

/** /templates: the texts of messages, version by version, and trying them out. */
export function templateRoutes(app: App, deps: Deps): void {
  app.get(
    '/templates',
    {
      config: { action: 'settings.read' },
      schema: {
        operationId: 'listTemplates',
        summary: 'The texts in use, by reason, wording, channel and language, as they read with made-up data',
        tags,
        response: { 200: Templates },
      },
    },
    async () => ({ items: await listTemplates(deps) }),
  );

  app.get(
    '/templates/:id',
    {
      config: { action: 'settings.read' },
      schema: {
        operationId: 'getTemplate',
        summary: 'One text in its newest version, with those before it',
        tags,
        params: idParams,
        response: { 200: TemplateVersions, ...problemReplies('not-found') },
      },
    },
    (request) => getTemplate(deps, deps.db, request.params.id),
  );

  app.post(
    '/templates',
    {
      config: { action: 'settings.change' },
      schema: {
        operationId: 'writeTemplate',
        summary: 'Write the next version of a text, or the first of a channel or a language',
        tags,
        body: NewTemplate,
        response: { 201: TemplateVersions, ...problemReplies('invalid', 'changed-meanwhile') },
      },
    },
    async (request, reply) => {
      const template = await writeTemplate(deps, request.ctx, request.body);
      return reply.code(201).header('location', `/api/v1/templates/${template.id}`).send(template);
    },
  );

  app.post(
    '/templates/:id/tests',
    {
      config: { action: 'settings.change' },
      schema: {
        operationId: 'testTemplate',
        summary: 'Send a text with made-up data to yourself; where it went is kept nowhere',
        tags,
        params: idParams,
        body: NewTemplateTest,
        response: { 201: TemplateTested, ...problemReplies('not-found', 'invalid', 'too-many-requests') },
      },
    },
    async (request, reply) =>
      reply.code(201).send(await testTemplate(deps, request.ctx, request.params.id, request.body)),
  );
}
