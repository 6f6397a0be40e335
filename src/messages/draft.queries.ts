import { sql } from 'kysely';
import { pointJson } from '../people/doubt.queries.ts';
import type { MessageChannel, Wording } from '../people/reach.rules.ts';
import { trustedPointJson } from '../people/trusted.queries.ts';
import { readScheme } from '../scheme/scheme.queries.ts';
import type { Scheme } from '../scheme/scheme.schemas.ts';
import { jsonInstant, type Reader } from '../shared/database.ts';
import type { Deps } from '../shared/deps.ts';
import { firstName } from '../shared/person-name.ts';
import { col } from '../shared/rows.ts';
import { many } from '../shared/statements.ts';
import { goesThrough, ofKind, subjectJoins, timed } from './kind.queries.ts';
import { Draft, type Reason } from './message.rules.ts';
import {
  type Addressee,
  renderTemplate,
  type TemplateText,
  type TemplateWording,
  templateWordings,
} from './template.rules.ts';

/** To whom a message goes, in which language and wording; `channel`: the way it takes, or null while there is none. */
type Addressed = Pick<Draft, 'name' | 'language' | 'toTrusted'> & {
  wording: Wording;
  channel: MessageChannel | null;
};
type InUse = TemplateText & { id: string; language: string };
/** The templates in use, by reason, wording, channel and language, and the scheme that they may name. */
export type Templates = { texts: Map<string, InUse>; scheme: Scheme };

/** The newest version of each template, with the scheme. */
export async function templatesInUse(deps: Deps, db: Reader): Promise<Templates> {
  const rows = await many(db, 'template.in-use', {
    id: col.text,
    reason: col.text,
    wording: col.oneOf(templateWordings),
    channel: col.text,
    language: col.text,
    subject: col.text,
    body: col.text,
  })`
    select distinct on (reason, wording, channel, language) id, reason, wording, channel, language, subject, body from template
    order by reason, wording, channel, language, version desc`;
  const texts = new Map(rows.map((row) => [keyOf(row.reason, row.wording, row.channel, row.language), row]));
  return { texts, scheme: await readScheme(deps, db) };
}

const keyOf = (...key: string[]) => key.join(' ');

/** The text that fits best: in the person's language, as `pt-BR` or else `pt`, before English, and of the channel before one for any. */
function bestTemplate(
  templates: Templates,
  reason: string,
  wording: TemplateWording,
  { channel, language }: Pick<Addressed, 'channel' | 'language'>,
): InUse {
  for (const spoken of [language, language.split('-', 1).join(), 'en'])
    for (const way of [channel ?? 'any', 'any']) {
      const found = templates.texts.get(keyOf(reason, wording, way, spoken));
      if (found) return found;
    }
  throw new Error(`there is no ${wording} template for ${reason}`);
}

/** Whether a reminder `r` of a patient `p` is still to be said, to whom it may be said. */
const stillStands = (deps: Deps) =>
  ofKind(sql`r`, ({ stands, toThemAlone }) =>
    toThemAlone ? sql`(${stands} and not ${goesThrough(deps, sql`r`)})` : stands,
  );

/** What is known just now of messages that have not gone: the person, the contact point, each reason. */
export async function draftsOf(deps: Deps, db: Reader, ids: string[]): Promise<Draft[]> {
  return many(db, 'message.drafts', Draft)`
    select m.id, m.claim, m.to_trusted as "toTrusted", case when m.to_trusted then 'discreet' else p.wording end as wording, ${firstName} as name,
      case when m.to_trusted then 'en' else coalesce(p.language, 'en') end as language,
      json_build_object('contactChoice', p.contact_choice, 'contactState', p.contact_state, 'pausedUntil', p.paused_until) as wishes,
      case when m.to_trusted then '{}'::text[] else p.communication_needs end as needs,
      case when m.to_trusted then ${trustedPointJson} when c.id is not null then ${pointJson} end as point,
      coalesce((
        select json_agg(json_build_object('id', r.id, 'reason', r.reason, 'status', r.status, 'way', f.way, 'text', case when a.id is not null then json_build_object('identified', a.identified, 'discreet', a.discreet) end,
          'because', coalesce(f.why, r.why),
          'at', case when r.reason in ${timed} then ${jsonInstant('r.useless_after')} else to_char(r.for_date, 'YYYY-MM-DD"T12:00:00Z"') end,
          'uselessAfter', ${jsonInstant('r.useless_after')}, 'path', h.path,
          'through', ${goesThrough(deps, sql`r`)},
          'stands', ${stillStands(deps)}) order by r.id)
        from reminder r ${subjectJoins(sql`r`)}
        where r.message_id = m.id), '[]') as reasons
    from message m join patient p on p.id = m.patient_id left join contact_point c on c.id = m.contact_point_id
    where m.id = any(${ids}::uuid[]) order by m.id`;
}

export type Rendered = { subject: string | null; body: string; templateIds: string[] };

/** Where the links in messages of a wording begin; nothing where there is no address that may be told. */
export const linkBase = ({ config }: Deps, wording: Wording): string =>
  config.LINK_URL || (wording === 'identified' ? config.PUBLIC_URL : '');

/** The address of a public page in messages of a wording; `…` stands for where it begins, where that may not be told. */
export const addressOf = (deps: Deps, wording: Wording, path: string): string =>
  `${linkBase(deps, wording) || '…'}/${path}`;

/** How a link is shown where it is not to work. */
export const linkShown = (deps: Deps, wording: Wording): string => {
  const base = linkBase(deps, wording);
  return base && `${base}/a/…`;
};

/** What a text shows of Lendwell itself: where an answer goes by link, and by the way that it came. */
export const shownIn = (deps: Deps, wording: Wording, channel: MessageChannel | null): Shown => ({
  link: linkShown(deps, wording),
  replies:
    channel !== 'letter' && channel !== 'email' && deps.config.NOTIFY_CALLBACK_TOKEN
      ? 'If you reply, someone reads it, but not at once.'
      : 'Replies to this message are not read.',
});
export type Shown = Pick<Addressee, 'link' | 'replies'>;

/** The text of a message: one part for each reason, each naming all that is said for it. */
export function renderDraft(
  deps: Deps,
  templates: Templates,
  reasons: Reason[],
  addressed: Addressed,
): Rendered {
  const { name, channel } = addressed;
  const wording = addressed.toTrusted ? 'trusted' : addressed.wording;
  const to = {
    name,
    scheme: templates.scheme.name,
    schemePhone: templates.scheme.phone ?? '',
    ...shownIn(deps, addressed.wording, channel),
    ...(addressed.toTrusted && { link: '' }),
  };
  const parts = [...Map.groupBy(reasons, ({ reason }) => reason)].map(([reason, together]) => {
    const template = bestTemplate(templates, reason, wording, addressed);
    const said = together.map(({ path, ...one }) =>
      path ? { ...one, address: addressOf(deps, addressed.wording, path) } : one,
    );
    return { id: template.id, ...renderTemplate(template, wording, said, to) };
  });
  return {
    subject: channel === 'sms' ? null : (parts[0]?.subject ?? null),
    body: parts.map(({ body }) => body).join('\n\n'),
    templateIds: parts.map(({ id }) => id),
  };
}
