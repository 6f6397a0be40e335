import { createHash } from 'node:crypto';
import { sql } from 'kysely';
import type { Context } from '../shared/actor.ts';
import { command } from '../shared/command.ts';
import type { Deps } from '../shared/deps.ts';
import { readEmail } from '../shared/email.ts';
import { requireMatch } from '../shared/etag.ts';
import { callerOf, recordEvent } from '../shared/events.ts';
import { readPhoneNumber, showPhoneNumber } from '../shared/phone.ts';
import { type FieldError, invalid } from '../shared/problem.ts';
import { kept } from '../shared/reading.ts';
import { run } from '../shared/statements.ts';
import { forgetScheme, readScheme, schemeTag } from './scheme.queries.ts';
import { logoLimit, pictureIn, webAddress } from './scheme.rules.ts';
import type { NewScheme, Scheme } from './scheme.schemas.ts';

const changeable = ['name', 'phone', 'email', 'openingHours', 'website'] as const;

/**
 * Says what the scheme is called and how it is reached; what is left out is none. A logo is kept
 * as it is unless a new one, or null for none, comes along.
 * @throws Problem `invalid`, `if-match-required`, `changed-meanwhile`
 */
export async function changeScheme(
  deps: Deps,
  ctx: Context,
  input: NewScheme,
  logo?: Buffer | null,
): Promise<Scheme> {
  const faults: FieldError[] = [];
  const phone = kept('/phone', faults, input.phone, (text) =>
    readPhoneNumber(text, deps.config.ALLOW_TEST_PHONE_NUMBERS),
  );
  const next = {
    name: input.name.trim(),
    phone: phone ? showPhoneNumber(phone) : null,
    email: kept('/email', faults, input.email, readEmail) ?? null,
    openingHours: input.openingHours ?? null,
    website: input.website ? webAddress(input.website) : null,
  };
  const picture = logo ? pictureIn(logo) : null;
  if (input.website && !next.website)
    faults.push({ pointer: '/website', message: 'Give a web address, like lending.example.org.' });
  if (logo && logo.length > logoLimit)
    faults.push({ pointer: '/logo', message: 'Choose a picture of at most 200 kB.' });
  else if (logo && !picture)
    faults.push({
      pointer: '/logo',
      message: 'Choose a PNG or JPEG picture of at most 4,000 pixels on a side.',
    });
  if (faults.length) throw invalid(...faults);

  const scheme = await command(deps, ctx, async (work) => {
    await run(work.trx, 'scheme.lock', work.trx.selectFrom('scheme').forNoKeyUpdate());
    const before = await readScheme(deps, work.trx);
    requireMatch(ctx.ifMatch, schemeTag(before));
    const hash = logo && createHash('sha256').update(logo).digest('hex').slice(0, 32);
    const picturePart =
      logo === undefined
        ? sql``
        : sql`, logo = ${logo}, logo_type = ${picture?.type ?? null}, logo_width = ${picture?.width ?? null},
            logo_height = ${picture?.height ?? null}, logo_hash = ${hash}`;
    await run(work.trx, 'scheme.change')`
      update scheme set name = ${next.name}, phone = ${next.phone}, email = ${next.email}, opening_hours = ${next.openingHours},
        website = ${next.website}, changed_at = ${work.at} ${picturePart}`;
    const changed = changeable.filter((field) => next[field] !== before[field]);
    await recordEvent(work, {
      type: 'scheme.changed',
      subjects: callerOf(ctx),
      fields: [...changed, ...(logo === undefined ? [] : ['logo'])],
    });
    return readScheme(deps, work.trx);
  });
  forgetScheme(deps);
  return scheme;
}
