import Type from 'typebox';
import { refused, typedIn } from '../admin/forms.ts';
import { listFile } from '../admin/list-file.ts';
import { timelineLines } from '../admin/timeline.ts';
import { timelineOf } from '../audit/event.queries.ts';
import { logAccess } from '../patients/patient.queries.ts';
import type { Context } from '../shared/actor.ts';
import { civilDate } from '../shared/clock.ts';
import type { Deps } from '../shared/deps.ts';
import { type App, idParams } from '../shared/http.ts';
import { orderedQuery } from '../shared/lists.ts';
import { oneOf } from '../shared/schemas.ts';
import { retryMessage } from './message.commands.ts';
import { countMessages, getMessage, listMessages } from './message.queries.ts';
import { messageStatuses, reasonWords, whyWords } from './message.rules.ts';

const ListQuery = Type.Object(
  { ...orderedQuery, status: Type.Optional(oneOf(messageStatuses)) },
  { additionalProperties: false },
);
const channelWords = { sms: 'Text message', email: 'Email', letter: 'Letter' };

/** /messages: what goes out, went out or could not, and one message in both wordings. */
export function messagePages(app: App, deps: Deps): void {
  listFile(app, deps, {
    path: '/messages',
    query: ListQuery,
    list: (query) => listMessages(deps, query),
    count: ({ status }) => countMessages(deps, { ...(status && { status }) }),
    columns: {
      Way: ({ channel }) => channel && channelWords[channel],
      Status: ({ status }) => status,
      'Why not': ({ why }) => why && whyWords[why],
      Wording: ({ wording }) => wording,
      Run: ({ runDate }) => runDate,
      Sent: ({ sentAt }) => sentAt && civilDate(sentAt),
    },
  });

  app.get(
    '/messages',
    { config: { action: 'messages.read' }, schema: { querystring: ListQuery } },
    async (request, reply) => {
      const { status, order, after, limit } = request.query;
      const filters = { ...(status && { status }), ...(order && { order }) };
      const [list, count] = await Promise.all([
        listMessages(deps, { ...filters, after, limit }),
        countMessages(deps, filters),
      ]);
      return reply.page('messages/views/list.njk', {
        ...list,
        count,
        filters,
        after,
        query: new URLSearchParams(filters).toString(),
        statuses: messageStatuses,
        channelWords,
        whyWords,
      });
    },
  );

  app.get(
    '/messages/:id',
    { config: { action: 'messages.read' }, schema: { params: idParams } },
    async (request, reply) =>
      reply.page('messages/views/message.njk', await view(request.ctx, request.params.id)),
  );

  app.post(
    '/messages/:id/retries',
    { config: { action: 'messages.retry' }, schema: { params: idParams } },
    async (request, reply) => {
      const { id } = request.params;
      try {
        const { status } = await retryMessage(deps, request.ctx, id);
        const text =
          status === 'queued'
            ? 'The message goes out within a minute.'
            : 'The message goes out when the person’s hours begin.';
        return reply.done(`/messages/${id}`, {
          text,
          link: { href: '/messages?status=held', text: 'See other messages that are held' },
        });
      } catch (error) {
        const form = refused(typedIn(request.body), error);
        return reply
          .code(form.status)
          .page('messages/views/message.njk', { ...(await view(request.ctx, id)), form });
      }
    },
  );

  async function view(ctx: Context, id: string) {
    const message = await getMessage(deps, id);
    const [events] = await Promise.all([
      timelineOf(deps.db, id, { limit: 50 }),
      logAccess(deps, ctx, message.patient.id, 'message'),
    ]);
    return {
      message,
      why: message.why && whyWords[message.why],
      channelWords,
      reasonWords,
      timeline: timelineLines(events.items, id),
    };
  }
}
