import type { Deps } from '../shared/deps.ts';
import { type App, idParams } from '../shared/http.ts';
import { creates, reads } from '../shared/routes.ts';
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
  reads(app, '/templates', {
    action: 'settings.read',
    operationId: 'listTemplates',
    summary: 'The texts in use, by reason, wording, channel and language, as they read with made-up data',
    tags,
    gives: Templates,
    call: async () => ({ items: await listTemplates(deps) }),
  });

  reads(app, '/templates/:id', {
    action: 'settings.read',
    operationId: 'getTemplate',
    summary: 'One text in its newest version, with those before it',
    tags,
    params: idParams,
    gives: TemplateVersions,
    problems: ['not-found'],
    call: ({ params }) => getTemplate(deps, deps.db, params.id),
  });

  creates(app, '/templates', {
    action: 'settings.change',
    operationId: 'writeTemplate',
    summary: 'Write the next version of a text, or the first of a channel or a language',
    tags,
    body: NewTemplate,
    gives: TemplateVersions,
    problems: ['invalid', 'changed-meanwhile'],
    call: ({ ctx, body }) => writeTemplate(deps, ctx, body),
    location: (template) => `/templates/${template.id}`,
  });

  creates(app, '/templates/:id/tests', {
    action: 'settings.change',
    operationId: 'testTemplate',
    summary: 'Send a text with made-up data to yourself; where it went is kept nowhere',
    tags,
    params: idParams,
    body: NewTemplateTest,
    gives: TemplateTested,
    problems: ['not-found', 'invalid', 'too-many-requests'],
    call: ({ ctx, params, body }) => testTemplate(deps, ctx, params.id, body),
  });
}
