import { type Kysely, sql } from 'kysely';
import type { DB } from '../../src/shared/database.ts';

/** Tables whose name is not the singular of the part of the address before the id. */
const tables: Record<string, string> = {
  people: 'staff',
  'drop-in-people': 'drop_in_person',
  measures: 'measure_asking',
  instruments: 'instrument',
  bench: 'device',
  checks: 'preparation_check',
  'loan-terms': 'loan_terms',
  terms: 'loan_terms',
  networks: 'data_offer',
  'data-offers': 'data_offer',
  offers: 'data_offer',
  agreements: 'agreement_version',
  clinics: 'organisation',
  donors: 'organisation',
  keys: 'api_key',
  clients: 'api_client',
  replies: 'inbound_message',
  retention: 'retention_batch',
  'retention-batches': 'retention_batch',
};

/** What stands for a parameter that is no id of a record. */
const words: Record<string, string[]> = {
  kind: ['tablet', 'sim'],
  deviceKind: ['tablet', 'sim'],
  question: ['age', 'area'],
  reason: ['follow_up'],
  wording: ['discreet'],
  // A code that leads nowhere looks as one that does.
  slug: ['AAAAAAAAAAAAAAA'],
  notice: ['accessibility', 'patients_discreet'],
  thing: ['agreement', 'answer_page'],
  language: ['bn'],
  format: ['easy_read'],
  version: ['1'],
  name: [
    'reach',
    'referral-to-loan',
    'losses',
    'endings',
    'follow-ups',
    'confidence',
    'drop-ins',
    'measures',
    'guides',
    'who-is-reached',
    'mobile-data',
    'security-updates',
    'need',
    'costs',
    'clinics',
    'donors',
  ],
};

const clinic = `select id from organisation where 'clinic' = any(roles) limit 1`;
const given = `select patient_id as id, id as "exportId" from privacy_decision where kind = 'export' limit 1`;
const draft = `select version, rules -> 0 ->> 'id' as "ruleId" from suggestion_tree where status = 'draft'`;
/** What only some records of their kind have: how to find one, by the names of the parameters. */
const special: Record<string, string> = {
  '/g/:number/:language/:format': `select language, 'a' as format, number from guide_version join guide on id = guide_id where format = 'standard' limit 1`,
  '/w/:number': 'select number from signpost where id in (select signpost_id from handout) limit 1',
  '/reports/donors/:organisationId': `select donor_id as "organisationId" from donation limit 1`,
  '/reports/:name/:part.csv': `select 'clinics' as name, 'clinics' as part`,
  '/reports/:name/:part.xlsx': `select 'clinics' as name, 'clinics' as part`,
  '/api/v1/organisations/:id/form-links': clinic,
  '/settings/clinics/:id/form-links': clinic,
  '/patients/:id/contact-points/:pointId':
    'select patient_id as id, id as "pointId" from contact_point limit 1',
  '/follow-ups/:id/measures/:instrumentId':
    'select f.id, i.id as "instrumentId" from follow_up f, instrument i limit 1',
  '/patients/:id/exports/:exportId': given,
  '/api/v1/patients/:id/exports/:exportId': given,
  '/donations/import/:id': `select id from kept_sheet where kind = 'donation' order by id limit 1`,
  '/loans/take-over/:id': `select id from kept_sheet where kind = 'take_over' order by id limit 1`,
  '/settings/staff/proposals/:id': 'select id from proposed_account limit 1',
  '/scheme-logo/:hash': 'select logo_hash as hash from scheme where logo_hash is not null',
  ...Object.fromEntries(
    ['device', 'loan', 'incident'].flatMap((place) =>
      ['', '/file', '/thumbnail', '/removal', '/removals'].flatMap((end) => {
        const path = `/${place}s/:id/attachments/:attachmentId${end}`;
        const query = `select ${place}_id as id, id as "attachmentId" from attachment where ${place}_id is not null
          and removed_at is null and width is not null ${place === 'device' ? 'and loan_id is null and incident_id is null' : ''} limit 1`;
        return [
          [path, query],
          [`/api/v1${path}`, query],
        ];
      }),
    ),
  ),
  '/settings/suggestions/:version/rules/new': draft,
  '/settings/suggestions/:version/rules/:ruleId': draft,
  '/settings/suggestions/:version/publish': draft,
  '/loans/:id/gift-letter': `select loan_id as id from loan_item where status = 'gifted' limit 1`,
};

/** Finds samples for the parameters of routes: of each record type one of every status, or the first and the last. */
export function createSamples(db: Kysely<DB>) {
  const known = new Map<string, Promise<string[]>>();
  const idsOf = (table: string): Promise<string[]> => {
    const found = known.get(table) ?? find(db, table);
    known.set(table, found);
    return found;
  };
  const tableOf = (segment: string) => tables[segment] ?? singular(segment.replaceAll('-', '_'));

  return {
    /** The addresses that a route's pattern stands for; empty where there is no sample. */
    async urls(pattern: string): Promise<string[]> {
      const query = special[pattern];
      if (query) {
        const { rows } = await sql.raw<Record<string, string>>(query).execute(db);
        return rows.map((row) => pattern.replaceAll(/:(\w+)/g, (_, name: string) => String(row[name])));
      }
      let urls = [''];
      let before = '';
      for (const part of pattern.split('/').slice(1)) {
        const name = /^:(\w+)/.exec(part)?.[1];
        const values = !name ? [part] : (words[name] ?? (await idsOf(tableOf(before))));
        // A second parameter adds no more addresses: its first sample stands for all.
        const chosen = urls.length > 1 ? values.slice(0, 1) : values;
        urls = urls.flatMap((url) => chosen.map((value) => `${url}/${value}`));
        before = part;
      }
      return urls;
    },
    /** Ids that a filter such as `locationId` may have. */
    filterIds: (name: string): Promise<string[]> =>
      idsOf({ supporter: 'staff', donor: 'organisation', clinic: 'organisation' }[name] ?? singular(name)),
  };
}

const singular = (name: string) =>
  name.endsWith('ies')
    ? `${name.slice(0, -3)}y`
    : name.endsWith('s') && name !== 'loan_terms'
      ? name.slice(0, -1)
      : name;

async function find(db: Kysely<DB>, table: string): Promise<string[]> {
  const { rows: columns } = await sql<{ name: string }>`
    select column_name as name from information_schema.columns where table_schema = 'public' and table_name = ${table}`.execute(
    db,
  );
  const names = columns.map(({ name }) => name);
  if (!names.includes('id')) return [];
  const from = sql.table(table);
  const { rows } = names.includes('status')
    ? await sql<{
        id: string;
      }>`select distinct on (status) id::text from ${from} order by status, id desc`.execute(db)
    : await sql<{ id: string }>`
        (select id::text from ${from} order by id limit 1) union (select id::text from ${from} order by id desc limit 1)`.execute(
        db,
      );
  return rows.map(({ id }) => id);
}
