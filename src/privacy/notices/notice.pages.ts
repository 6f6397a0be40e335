import { currentScheme } from '../../scheme/scheme.queries.ts';
import { blocksOf } from '../../shared/blocks.ts';
import type { Deps } from '../../shared/deps.ts';
import type { App } from '../../shared/http.ts';
import { versionToSend } from '../../web/edit-conflict.ts';
import { fields, newForm } from '../../web/forms.ts';
import { formPage } from '../../web/submit.ts';
import { getRetention } from '../retention.queries.ts';
import { publishNotice } from './notice.commands.ts';
import { getNotice, listNotices, noticeTag } from './notice.queries.ts';
import { type NoticeName, noticeFacts, noticeFaults } from './notice.rules.ts';
import { NewNoticeVersion, noticeParams } from './notice.schemas.ts';
import { noticeTemplate } from './notice-template.rules.ts';

const words = { text: 'Write what the public is told' };
const formView = 'privacy/notices/views/notice-form.njk';

/** /settings/notices: what the public is told, version by version; a new one is looked at before it is published. */
export function noticePages(app: App, deps: Deps): void {
  const read = { config: { action: 'notices.read' } } as const;

  app.get('/settings/notices', read, async (_request, reply) => {
    const notices = await listNotices(deps.db);
    return reply.page('privacy/notices/views/notices.njk', {
      notices: notices.map((notice) => ({ ...notice, ...noticeFacts[notice.notice] })),
    });
  });

  app.get(
    '/settings/notices/:notice',
    { ...read, schema: { params: noticeParams } },
    async (request, reply) => {
      const { notice: name } = request.params;
      const { published, earlier } = await getNotice(deps.db, name);
      return reply.page('privacy/notices/views/notice.njk', {
        name,
        ...noticeFacts[name],
        published: published && { ...published, blocks: blocksOf(published.text) },
        earlier: earlier.map((version) => ({ ...version, blocks: blocksOf(version.text) })),
        known: blocksOf(await template(name)),
      });
    },
  );

  formPage(app, '/settings/notices/:notice/new', {
    action: 'notices.publish',
    params: noticeParams,
    view: formView,
    async show(sent, { params }) {
      const notice = await getNotice(deps.db, params.notice);
      const text = notice.published?.text ?? (await template(params.notice));
      return {
        ...noticeFacts[params.notice],
        name: params.notice,
        // Who was told of a newer version sends this one in its place, if they send it again.
        form: sent ?? newForm({ text }),
        version: versionToSend(sent, noticeTag(notice)),
        isWritten: notice.published !== null,
      };
    },
    async take(typed, { ctx, params }, reply) {
      const { notice: name } = params;
      const { version = '', do: chosen, ...rest } = typed;
      const shown = { ...noticeFacts[name], name, version };
      const input = fields(NewNoticeVersion, rest, words);
      if (chosen === 'change')
        return reply.page(formView, { ...shown, form: newForm(rest), isWritten: true });
      if (chosen !== 'publish')
        return reply.page('privacy/notices/views/notice-preview.njk', {
          ...shown,
          text: input.text,
          blocks: blocksOf(input.text),
          faults: noticeFaults(name, input.text, (await currentScheme(deps)).name),
        });
      const { published } = await publishNotice(deps, { ...ctx, ifMatch: String(version) }, name, input);
      return {
        href: `/settings/notices/${name}`,
        text: `Version ${published!.version} is published. The public reads it from now on.`,
      };
    },
  });

  /** A text to begin with, with what Lendwell knows of itself today. */
  async function template(name: NoticeName): Promise<string> {
    const [scheme, retention] = await Promise.all([currentScheme(deps), getRetention(deps.db)]);
    return noticeTemplate(name, scheme, retention);
  }
}
