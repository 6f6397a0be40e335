import { sql } from 'kysely';
import { currentScheme, readScheme } from '../scheme/scheme.queries.ts';
import type { Scheme } from '../scheme/scheme.schemas.ts';
import type { Reader } from '../shared/database.ts';
import type { Deps } from '../shared/deps.ts';
import { Problem } from '../shared/problem.ts';
import { col, type RowOf } from '../shared/rows.ts';
import { many } from '../shared/statements.ts';
import { addressOf, shownIn } from './draft.queries.ts';
import { messageKinds } from './kind.queries.ts';
import type { Reason } from './message.rules.ts';
import { type Appointment, renderTemplate, sentAs, smsFragments } from './template.rules.ts';
import { Template, type TemplateVersions } from './template.schemas.ts';

const Row = col.omit(Template.properties, 'sample');
type Row = RowOf<typeof Row>;
const columns = sql`id, reason, wording, channel, language, subject, body, version, created_at as "createdAt", created_by as "createdBy"`;

/** The texts that are in use, each with how it reads. */
export async function listTemplates(deps: Deps): Promise<Template[]> {
  const rows = await many(deps.db, 'template.list', Row)`
    select distinct on (reason, wording, channel, language) ${columns} from template
    order by reason, wording, channel, language, version desc`;
  const scheme = await currentScheme(deps);
  return rows.map((row) => withSample(deps, scheme, row));
}

/**
 * One text in its newest version, by the id of any, with those before it.
 * @throws Problem `not-found`
 */
export async function getTemplate(deps: Deps, db: Reader, id: string): Promise<TemplateVersions> {
  const rows = await many(db, 'template.get', Row)`
    select ${columns} from template where (reason, wording, channel, language) = (
      select reason, wording, channel, language from template where id = ${id}) order by version desc limit 50`;
  const scheme = await readScheme(deps, db);
  const [newest, ...earlier] = rows.map((row) => withSample(deps, scheme, row));
  if (!newest) throw new Problem('not-found');
  return { ...newest, earlier };
}

const news = 'From 12 January we are at another place.';
const made: Appointment = {
  at: '2027-01-12T10:30:00Z',
  way: 'phone',
  text: { identified: news, discreet: news },
};

/** What a text is shown with: somebody made up, or a person by name and their own time. */
export function readsAs(
  deps: Deps,
  scheme: Scheme,
  row: Pick<Row, 'reason' | 'wording' | 'channel' | 'language' | 'subject' | 'body'>,
  who: { name: string; at?: string | undefined } = { name: 'Amal' },
): Template['sample'] {
  const { says } = messageKinds[row.reason];
  const appointment = {
    at: who.at ?? made.at,
    way: says === 'time' ? made.way : null,
    ...(says === 'address' && { address: addressOf(deps, sentAs(row.wording), 'g/1/en/a') }),
    text: made.text,
  } satisfies Partial<Reason>;
  const to = {
    name: who.name,
    scheme: scheme.name,
    schemePhone: scheme.phone ?? '',
    ...shownIn(deps, sentAs(row.wording), row.channel === 'any' ? null : row.channel),
  };
  const text = renderTemplate(row, row.wording, [appointment], to);
  return { ...text, sms: smsFragments(text.body) };
}

const withSample = (deps: Deps, scheme: Scheme, row: Row): Template => ({
  ...row,
  sample: readsAs(deps, scheme, row),
});
