import { sql } from 'kysely';
import type { Wording } from '../people/reach.rules.ts';
import { timestamp } from '../shared/clock.ts';
import type { Deps } from '../shared/deps.ts';
import { byId, type ListPage, toPage } from '../shared/lists.ts';
import { calledName } from '../shared/person-name.ts';
import { Problem } from '../shared/problem.ts';
import { col } from '../shared/rows.ts';
import { countOf, each, many, maybe } from '../shared/statements.ts';
import { draftsOf, type Rendered, renderDraft, templatesInUse } from './draft.queries.ts';
import { timed } from './kind.queries.ts';
import type { Draft, Reason } from './message.rules.ts';
import { Message, type MessageQuery, MessageSummary } from './message.schemas.ts';
import { isRetriable } from './message.states.ts';
import { smsFragments } from './template.rules.ts';

const summary = sql`m.id, m.channel, m.status, m.why, m.wording, m.to_trusted as "toTrusted", m.run_date as "runDate", m.send_after as "sendAfter", m.sent_at as "sentAt", m.body as text,
  json_build_object('id', p.id, 'name', ${calledName}) as patient`;

/** Messages, newest first, each with its text: as it went out, or as it would now. */
export async function listMessages(deps: Deps, query: MessageQuery): Promise<ListPage<MessageSummary>> {
  const { follows, by } = byId(sql`m.id`, query);
  const rows = await many(deps.db, each('message.list'), MessageSummary.properties)`
    select ${summary} from message m join patient p on p.id = m.patient_id
    where true ${query.status ? sql`and m.status = ${query.status}` : sql``}
      ${query.patientId ? sql`and m.patient_id = ${query.patientId}` : sql``}
      ${follows}
    order by ${by} limit ${query.limit + 1}`;
  const page = toPage(rows, query.limit, (row) => [row.id]);
  const unsent = page.items.filter(({ text, status }) => text === null && status !== 'cancelled');
  if (!unsent.length) return page;
  const [drafts, templates] = await Promise.all([
    draftsOf(
      deps,
      deps.db,
      unsent.map(({ id }) => id),
    ),
    templatesInUse(deps, deps.db),
  ]);
  const texts = new Map(
    drafts.map((draft) => [draft.id, preview(deps, templates, draft, draft.wording)?.body ?? null]),
  );
  return {
    ...page,
    items: page.items.map((item) => ({ ...item, text: item.text ?? texts.get(item.id) ?? null })),
  };
}

/**
 * One message with its reminders and, while it has not gone, what would go out now in both wordings.
 * @throws Problem `not-found`
 */
export async function getMessage(deps: Deps, id: string): Promise<Message> {
  const message = await maybe(
    deps.db,
    each('message.get'),
    col.omit(Message.properties, 'previews', 'retriable'),
  )`
    select ${summary}, m.subject, m.changed_at as "changedAt", case when m.to_trusted then coalesce(m.trusted_number, p.trusted_person ->> 'phone') else c.value end as recipient,
      coalesce((select json_agg(json_build_object('id', r.id, 'reason', r.reason, 'subjectId', r.subject_id, 'status', r.status, 'forDate', r.for_date,
          'at', case when r.reason in ${timed} then to_char(r.useless_after at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"') end) order by r.useless_after, r.id)
        from reminder r where r.message_id = m.id), '[]') as reminders
    from message m join patient p on p.id = m.patient_id left join contact_point c on c.id = m.contact_point_id
    where m.id = ${id}`;
  if (!message) throw new Problem('not-found');
  const previews =
    message.text === null && message.status !== 'cancelled' ? await previewsOf(deps, id) : null;
  return {
    ...message,
    text: message.text ?? previews?.[message.wording].body ?? null,
    previews,
    retriable: isRetriable.of(message.status),
  };
}

async function previewsOf(deps: Deps, id: string): Promise<Message['previews']> {
  const [drafts, templates] = await Promise.all([
    draftsOf(deps, deps.db, [id]),
    templatesInUse(deps, deps.db),
  ]);
  const draft = drafts[0];
  const both = (['discreet', 'identified'] as const).map(
    (wording) => draft && preview(deps, templates, draft, wording),
  );
  const [discreet, identified] = both.map(
    (text) => text && { subject: text.subject ?? '', body: text.body, sms: smsFragments(text.body) },
  );
  return discreet && identified ? { discreet, identified } : null;
}

function preview(
  deps: Deps,
  templates: Awaited<ReturnType<typeof templatesInUse>>,
  draft: Draft,
  wording: Wording,
): Rendered | null {
  const now = timestamp(deps.clock);
  const left: Reason[] = draft.reasons.filter(
    ({ status, stands, uselessAfter }) => status === 'standing' && stands && uselessAfter > now,
  );
  if (!left.length) return null;
  const way = draft.point?.channel;
  const channel = way && way !== 'phone' ? way : null;
  return renderDraft(deps, templates, left, { ...draft, wording, channel });
}

/** How many messages the filters of a list match. */
export async function countMessages(deps: Deps, query: Pick<MessageQuery, 'status'>): Promise<number> {
  return countOf(
    deps.db,
    each('message.count'),
  )`from message where true ${query.status ? sql`and status = ${query.status}` : sql``}`;
}
