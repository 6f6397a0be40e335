import type { Config } from '../config.ts';
import { seeingAll } from '../shared/asker.ts';
import type { Reader } from '../shared/database.ts';
import type { Deps } from '../shared/deps.ts';
import { etagOf } from '../shared/etag.ts';
import { Problem } from '../shared/problem.ts';
import { col, type RowOf } from '../shared/rows.ts';
import { maybe, one } from '../shared/statements.ts';
import { Scheme } from './scheme.schemas.ts';

const Row = { ...col.omit(Scheme.properties, 'name', 'isSet'), name: col.orNull(col.text) };
type Row = RowOf<typeof Row>;

/** The scheme, read now; until it was named, its name and phone are those of the settings. */
export async function readScheme({ config }: Pick<Deps, 'config'>, db: Reader): Promise<Scheme> {
  return said(await readRow(db), config);
}

async function readRow(db: Reader): Promise<Row> {
  return one(db, 'scheme.get', Row)`
    select name, phone, email, opening_hours as "openingHours", website, changed_at as "changedAt",
      case when logo_hash is not null then json_build_object('href', '/scheme-logo/' || logo_hash,
        'type', logo_type, 'width', logo_width, 'height', logo_height) end as logo
    from scheme`;
}

function said({ name, ...row }: Row, { SCHEME_NAME, SCHEME_PHONE }: Config): Scheme {
  return name === null
    ? { ...row, name: SCHEME_NAME, phone: SCHEME_PHONE || null, isSet: false }
    : { ...row, name, isSet: true };
}

/** For how long a process goes on with what it read, in milliseconds: another's change shows after that. */
const keptFor = 2_000;
const kept = new WeakMap<Deps['db'], { row: Promise<Row>; until: number }>();

/** The scheme as pages and messages show it: at most two seconds old, so that it costs no statement of its own on most pages. */
export async function currentScheme({ db, config }: Pick<Deps, 'db' | 'config'>): Promise<Scheme> {
  const now = performance.now();
  let entry = kept.get(db);
  if (!entry || entry.until < now) {
    // It is read for everyone, whoever asks first.
    entry = { row: seeingAll(() => readRow(db)), until: now + keptFor };
    kept.set(db, entry);
    entry.row.catch(() => kept.delete(db));
  }
  return said(await entry.row, config);
}

/** Lets this process see its own change at once. */
export function forgetScheme({ db }: Pick<Deps, 'db'>): void {
  kept.delete(db);
}

/** The version of the scheme, for If-Match. */
export const schemeTag = ({ changedAt }: Pick<Scheme, 'changedAt'>) => etagOf('scheme', changedAt);

/**
 * The picture of this hash.
 * @throws Problem `not-found` for another than the present one
 */
export async function readLogo(db: Reader, hash: string): Promise<{ type: string; bytes: Buffer }> {
  const row = await maybe(db, 'scheme.logo', { type: col.text, bytes: col.bytes })`
    select logo_type as type, logo as bytes from scheme where logo_hash = ${hash}`;
  if (!row) throw new Problem('not-found');
  return row;
}
