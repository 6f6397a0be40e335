import { parseArgs } from 'node:util';
import { sql } from 'kysely';
import { addApiClient, addApiKey } from '../src/access/client.commands.ts';
import type { ClientRole } from '../src/access/client.rules.ts';
import { addPasswordLink } from '../src/access/password-link.commands.ts';
import { releaseAccount } from '../src/access/sign-in.commands.ts';
import { addStaff } from '../src/access/staff.commands.ts';
import { type StaffRole, staffRoles } from '../src/access/staff.rules.ts';
import { addOrganisation } from '../src/scheme/organisations/organisation.commands.ts';
import type { Context } from '../src/shared/actor.ts';
import type { Deps } from '../src/shared/deps.ts';
import { Problem } from '../src/shared/problem.ts';
import { withDatabase } from './with-database.ts';

const usage = `Adds who may use Lendwell, on the database of DATABASE_URL and with its SECRET.
  npm run access -- staff --role officer|supporter|manager|auditor|administrator --name <name> --email <address>
  npm run access -- link --email <address>
  npm run access -- unlock --email <address>
  npm run access -- key --role officer|integration --name <name of the system>
  npm run access -- key --role clinic --name <name of the system> --clinic <name of the clinic>
A new account, or one whose password is lost, gets a link by which its owner sets a password. Links and keys are shown this once.
unlock ends the wait of an account after wrong passwords.`;

const clientRoles = ['officer', 'clinic', 'integration'];

const { positionals, values } = readArguments();
const [what] = positionals;
const { role = '', name, email, clinic } = values;
const isStaff = what === 'staff' && (staffRoles as readonly string[]).includes(role) && name && email;
const isClient = what === 'key' && clientRoles.includes(role) && name && (role !== 'clinic' || clinic);
const isAccount = (what === 'link' || what === 'unlock') && email;
if (!isStaff && !isClient && !isAccount) showUsage();

await withDatabase('access', async (deps, ctx) => {
  if (isStaff) {
    const { id } = await addStaff(deps, ctx, { name, email, role: role as StaffRole });
    console.log(
      `${name} signs in with ${email}, once they have set a password:\n${await linkFor(deps, ctx, id)}`,
    );
    return;
  }
  if (isAccount) {
    const { id } = await findByEmail(deps, email);
    if (what === 'link') console.log(`${email} sets a password here:\n${await linkFor(deps, ctx, id)}`);
    else if ((await releaseAccount(deps, ctx, id)).hadWaited) console.log(`${email} may try again at once.`);
    else console.log(`${email} was not waiting.`);
    return;
  }
  const organisationId = clinic && (await addOrganisation(deps, ctx, { name: clinic, role: 'clinic' })).id;
  const client = await addApiClient(deps, ctx, {
    name: name!,
    role: role as ClientRole,
    ...(organisationId && { clinicId: organisationId }),
  });
  console.log(`The key of ${name} is ${(await addApiKey(deps, ctx, client.id)).key}`);
});

/** The link by which someone sets their password; it works once, for three days. */
async function linkFor(deps: Deps, ctx: Context, staffId: string): Promise<string> {
  const { token } = await addPasswordLink(deps, ctx, staffId);
  const { PUBLIC_URL, HOST, PORT } = deps.config;
  return `${PUBLIC_URL || `http://${HOST}:${PORT}`}/password/${token}`;
}

/** @throws Problem `not-found` */
async function findByEmail({ db }: Deps, email: string): Promise<{ id: string }> {
  const person = await db
    .selectFrom('staff')
    .select('id')
    .where(sql`lower(email)`, '=', email.trim().toLowerCase())
    .executeTakeFirst();
  if (!person) throw new Problem('not-found', { detail: `Nobody has an account with ${email}.` });
  return person;
}

function readArguments() {
  try {
    return parseArgs({
      allowPositionals: true,
      options: {
        role: { type: 'string' },
        name: { type: 'string' },
        email: { type: 'string' },
        clinic: { type: 'string' },
      },
    });
  } catch {
    return showUsage();
  }
}

function showUsage(): never {
  console.error(usage);
  process.exit(1);
}
