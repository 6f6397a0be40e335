import Type, { type Static } from 'typebox';
import { logAccess } from '../people/patient.queries.ts';
import type { Context } from '../shared/actor.ts';
import { civilDate } from '../shared/clock.ts';
import type { Deps } from '../shared/deps.ts';
import { timelineOf } from '../shared/event.queries.ts';
import { count } from '../shared/formats.ts';
import { type App, idParams, strictObject } from '../shared/http.ts';
import { orderedQuery } from '../shared/lists.ts';
import { Problem } from '../shared/problem.ts';
import { oneOf } from '../shared/schemas.ts';
import { type Form, fields, newForm, refused, typedIn } from '../web/forms.ts';
import { listFile } from '../web/list-file.ts';
import { timelineLines } from '../web/timeline.view.ts';
import { type MessagesRetried, retryMessage, retryMessages } from './message.commands.ts';
import { countMessages, getMessage, listMessages } from './message.queries.ts';
import { isRetriedTogether, messageStatuses, reasonWords, whyWords } from './message.rules.ts';

const ListQuery = Type.Object(
  { ...orderedQuery, status: Type.Optional(oneOf(messageStatuses)) },
  { additionalProperties: false },
);
type MessageQuery = Static<typeof ListQuery>;
const MessageRetries = strictObject({
  messages: Type.Array(Type.String({ format: 'uuid' }), { minItems: 1, maxItems: 200, uniqueItems: true }),
});
const channelWords = { sms: 'Text message', email: 'Email', letter: 'Letter' };

/** /messages: what goes out, went out or could not, and one message in both wordings. */
export function messagePages(app: App, deps: Deps): void {
  listFile(app, deps, {
    name: 'messages',
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
    async (request, reply) => reply.page('messages/views/list.njk', await listView(request.query, newForm())),
  );

  app.post(
    '/messages/retries',
    { config: { action: 'messages.retry' }, schema: { querystring: ListQuery } },
    async (request, reply) => {
      const typed = typedIn(request.body);
      try {
        const { messages } = fields(MessageRetries, typed, { messages: 'Tick at least one message' });
        const result = await retryMessages(deps, request.ctx, messages);
        if (!result.retried) throw new Problem('message-not-retriable', { detail: refusals(result) });
        const again = `${count(result.retried, 'message')} ${result.retried === 1 ? 'is' : 'are'} tried again.`;
        return reply.done(`/messages?${new URLSearchParams(filtersOf(request.query))}`, {
          text: result.refused.size ? `${again} Not tried: ${refusals(result)}` : again,
        });
      } catch (error) {
        const form = refused(typed, error);
        return reply.code(form.status).page('messages/views/list.njk', await listView(request.query, form));
      }
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

  async function listView(query: MessageQuery, form: Form) {
    const { after, limit } = query;
    const filters = filtersOf(query);
    const [list, found] = await Promise.all([
      listMessages(deps, { ...filters, after, limit }),
      countMessages(deps, filters),
    ]);
    return {
      items: list.items.map((message) => ({ ...message, mayTick: isRetriedTogether(message.status) })),
      next: list.next,
      count: found,
      filters,
      after,
      query: new URLSearchParams(filters).toString(),
      here: new URLSearchParams({ ...filters, ...(after && { after }) }).toString(),
      statuses: messageStatuses,
      channelWords,
      whyWords,
      form,
      ticked: [form.typed.messages ?? []].flat(),
    };
  }

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

/** What a list asks for, as it stands in its address. */
const filtersOf = ({ status, order }: MessageQuery) => ({
  ...(status && { status }),
  ...(order && { order }),
});

/** What stood in the way, with how many it kept. */
const refusals = ({ refused }: MessagesRetried) =>
  [...refused].map(([why, times]) => `${why} (${count(times, 'message')})`).join(' ');
