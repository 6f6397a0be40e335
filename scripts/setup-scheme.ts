import { createInterface } from 'node:readline/promises';
import { parseArgs } from 'node:util';
import { sql } from 'kysely';
import type { Static, TSchema } from 'typebox';
import { addPasswordLink } from '../src/access/password-link.commands.ts';
import { addStaff } from '../src/access/staff.commands.ts';
import { NewStaff } from '../src/access/staff.schemas.ts';
import { NewLocation } from '../src/scheme/organisations/location.schemas.ts';
import { addLocation, addOrganisation } from '../src/scheme/organisations/organisation.commands.ts';
import { changeScheme } from '../src/scheme/scheme.commands.ts';
import { readScheme, schemeTag } from '../src/scheme/scheme.queries.ts';
import { NewScheme } from '../src/scheme/scheme.schemas.ts';
import type { Context } from '../src/shared/actor.ts';
import type { Deps } from '../src/shared/deps.ts';
import { invalid } from '../src/shared/problem.ts';
import { fieldErrors, strict } from '../src/shared/validation.ts';
import { withDatabase } from './with-database.ts';

const usage = `Begins a scheme on the database of DATABASE_URL, which npm run migrate has made ready, with its SECRET.
  npm run setup-scheme
  npm run setup-scheme -- --name <of the scheme> --admin <your name> --email <your address> --place <where stock is kept> [--phone <number that patients ring>] [--clinic <who refers>]
What is not given is asked for. What is there already stays as it is, so it may be run again. The link by which the first administrator sets a password is shown this once.`;

const questions = {
  name: 'What is the scheme called?',
  phone: 'Which number do patients ring? Enter alone leaves it out.',
  admin: 'What is your name?',
  email: 'What is your email address?',
  place: 'Where is stock kept, such as “Hub”?',
  clinic: 'Which clinic refers first? Enter alone leaves it out.',
} as const;
type Answer = keyof typeof questions;
const optional: Answer[] = ['phone', 'clinic'];

const given = readArguments();
await withDatabase('setup-scheme', setUp);

async function setUp(deps: Deps, ctx: Context): Promise<void> {
  const { rows } = await sql<Record<'named' | 'staffed' | 'placed' | 'referred', boolean>>`
    select (select name is not null from scheme) as named, exists (select from staff) as staffed, exists (select from location) as placed,
      exists (select from organisation where 'clinic' = any(roles)) as referred`.execute(deps.db);
  const there = rows[0]!;
  const wanted: Answer[] = [
    ...(there.named ? [] : (['name', 'phone'] as const)),
    ...(there.staffed ? [] : (['admin', 'email'] as const)),
    ...(there.placed ? [] : (['place'] as const)),
    ...(there.referred ? [] : (['clinic'] as const)),
  ];
  const { name, phone, admin, email, place, clinic } = await ask(wanted);
  // All is looked at before anything is written.
  const scheme = !there.named && held(NewScheme, { name, ...(phone && { phone }) });
  const hub = !there.placed && held(NewLocation, { name: place, kind: 'hub' });
  const person = !there.staffed && held(NewStaff, { name: admin, email, role: 'administrator' });
  if (scheme) {
    await changeScheme(deps, { ...ctx, ifMatch: schemeTag(await readScheme(deps, deps.db)) }, scheme);
    console.log(`The scheme is called ${scheme.name}.`);
  }
  if (hub) {
    await addLocation(deps, ctx, hub);
    console.log(`Stock is kept at ${hub.name}.`);
  }
  if (!there.referred && clinic) {
    await addOrganisation(deps, ctx, { name: clinic, role: 'clinic' });
    console.log(`${clinic} refers patients.`);
  }
  if (person) {
    const { id } = await addStaff(deps, ctx, person);
    const { token } = await addPasswordLink(deps, ctx, id);
    const { PUBLIC_URL, HOST, PORT } = deps.config;
    const address = PUBLIC_URL || `http://${HOST}:${PORT}`;
    console.log(
      `${person.name} signs in with ${person.email}, once they have set a password here, within three days:\n${address}/password/${token}`,
    );
  } else console.log('Someone can sign in already: npm run access adds others.');
  console.log(
    `Start Lendwell and sign in${deps.config.PUBLIC_URL && ` at ${deps.config.PUBLIC_URL}`}: the first steps are listed there.`,
  );
}

/** @throws Problem `invalid` with what would be right */
function held<T extends TSchema>(schema: T, value: unknown): Static<T> {
  const isRight = strict.compile(schema as object);
  if (isRight(value)) return value as Static<T>;
  throw invalid(...fieldErrors(isRight.errors ?? []));
}

/** What was given, and what a person at a terminal answers; asked again until it is there. */
async function ask(wanted: Answer[]): Promise<Partial<Record<Answer, string>>> {
  const missing = wanted.filter((name) => !given[name] && !optional.includes(name));
  if (missing.length && !process.stdin.isTTY) {
    console.error(`Say ${missing.map((name) => `--${name}`).join(', ')}.\n\n${usage}`);
    process.exit(1);
  }
  const answers: Partial<Record<Answer, string>> = { ...given };
  if (!missing.length) return answers;
  const terminal = createInterface({ input: process.stdin, output: process.stdout });
  for (const name of wanted) {
    while (!answers[name]) {
      answers[name] = (await terminal.question(`${questions[name]}\n> `)).trim();
      if (optional.includes(name)) break;
    }
  }
  terminal.close();
  return answers;
}

function readArguments(): Partial<Record<Answer, string>> {
  try {
    const options = Object.fromEntries(
      Object.keys(questions).map((name) => [name, { type: 'string' as const }]),
    );
    const { values } = parseArgs({ options });
    return Object.fromEntries(Object.entries(values).map(([name, value]) => [name, String(value).trim()]));
  } catch {
    console.error(usage);
    process.exit(1);
  }
}
