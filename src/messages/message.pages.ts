import Type, { type Static } from 'typebox';
import { logAccess } from '../people/look.queries.ts';
import type { Context } from '../shared/actor.ts';
import { civilDate } from '../shared/clock.ts';
import type { Deps } from '../shared/deps.ts';
import { timelineOf } from '../shared/event.queries.ts';
import { count } from '../shared/formats.ts';
import { type App, idParams, strictObject } from '../shared/http.ts';
import { orderedQuery } from '../shared/lists.ts';
import { Problem } from '../shared/problem.ts';
import { oneOf } from '../shared/schemas.ts';
import { type Form, fields, newForm } from '../web/forms.ts';
import { listFile } from '../web/list-file.ts';
import { submit } from '../web/submit.ts';
import { timelineLines } from '../web/timeline.view.ts';
import { announcementPages } from './announcement.pages.ts';
import { messageKinds } from './kind.queries.ts';
import { subjects } from './kinds/kind.ts';
import { type MessagesRetried, retryMessage, retryMessages } from './message.commands.ts';
import { countMessages, getMessage, listMessages } from './message.queries.ts';
import { isRetriedTogether, messageStatuses } from './message.rules.ts';
import { whyNotSent } from './not-sent.rules.ts';

const ListQuery = Type.Object(
  { ...orderedQuery, status: Type.Optional(oneOf(messageStatuses)) },
  { additionalProperties: false },
);
type MessageQuery = Static<typeof ListQuery>;
const MessageRetries = strictObject({
  messages: Type.Array(Type.String({ format: 'uuid' }), { minItems: 1, maxItems: 200, uniqueItems: true }),
});
const channelWords = { sms: 'Text message', email: 'Email', letter: 'Letter' };

/** /messages: what goes out, went out or could not, one message in both wordings, and news for many. */
export function messagePages(app: App, deps: Deps): void {
  announcementPages(app, deps);
  listFile(app, deps, {
    name: 'messages',
    query: ListQuery,
    list: (query) => listMessages(deps, query),
    count: ({ status }) => countMessages(deps, { ...(status && { status }) }),
    columns: {
      Way: ({ channel }) => channel && channelWords[channel],
      Status: ({ status }) => status,
      'Why not': ({ why }) => why && whyNotSent[why].words,
      Wording: ({ wording }) => wording,
      Run: ({ runDate }) => runDate,
      Sent: ({ sentAt }) => sentAt && civilDate(sentAt),
    },
    dates: ['Run', 'Sent'],
  });

  app.get(
    '/messages',
    { config: { action: 'messages.read' }, schema: { querystring: ListQuery } },
    async (request, reply) => reply.page('messages/views/list.njk', await listView(request.query, newForm())),
  );

  submit(app, '/messages/retries', {
    action: 'messages.retry',
    querystring: ListQuery,
    view: 'messages/views/list.njk',
    show: (form, { query }) => listView(query, form),
    async take(typed, { ctx, query }) {
      const { messages } = fields(MessageRetries, typed, { messages: 'Tick at least one message' });
      const result = await retryMessages(deps, ctx, messages);
      if (!result.retried) throw new Problem('message-not-retriable', { detail: refusals(result) });
      const again = `${count(result.retried, 'message')} ${result.retried === 1 ? 'is' : 'are'} tried again.`;
      return {
        href: `/messages?${new URLSearchParams(filtersOf(query))}`,
        text: result.refused.size ? `${again} Not tried: ${refusals(result)}` : again,
      };
    },
  });

  app.get(
    '/messages/:id',
    { config: { action: 'messages.read' }, schema: { params: idParams } },
    async (request, reply) =>
      reply.page('messages/views/message.njk', await view(request.ctx, request.params.id)),
  );

  submit(app, '/messages/:id/retries', {
    action: 'messages.retry',
    params: idParams,
    view: 'messages/views/message.njk',
    show: (_form, { ctx, params }) => view(ctx, params.id),
    async take(_typed, { ctx, params: { id } }) {
      const { status } = await retryMessage(deps, ctx, id);
      const text =
        status === 'queued'
          ? 'The message goes out within a minute.'
          : 'The message goes out when the person’s hours begin.';
      return {
        href: `/messages/${id}`,
        text,
        link: { href: '/messages?status=held', text: 'See other messages that are held' },
      };
    },
  });

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
      whyNotSent,
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
      why: message.why && whyNotSent[message.why].words,
      channelWords,
      about: message.reminders.map((reminder) => {
        const { words, subject } = messageKinds[reminder.reason];
        return { ...reminder, words, href: `${subjects[subject].page}${reminder.subjectId}` };
      }),
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
