import { parseArgs } from 'node:util';
import { addApiClient, addApiKey } from '../src/access/client.commands.ts';
import type { ClientRole } from '../src/access/client.rules.ts';
import { newPassword } from '../src/access/password.ts';
import { addStaff } from '../src/access/staff.commands.ts';
import { type StaffRole, staffRoles } from '../src/access/staff.rules.ts';
import { readConfig } from '../src/config.ts';
import { addOrganisation } from '../src/organisations/organisation.commands.ts';
import { systemContext } from '../src/shared/actor.ts';
import { systemClock } from '../src/shared/clock.ts';
import { createDatabase } from '../src/shared/database.ts';
import { createLogger } from '../src/shared/logging.ts';
import { toProblem } from '../src/shared/problem.ts';

const usage = `Adds who may use Lendwell, on the database of DATABASE_URL and with its SECRET.
  npm run access -- staff --role officer|supporter|manager|auditor|administrator --name <name> --email <address>
  npm run access -- key --role officer|integration --name <name of the system>
  npm run access -- key --role clinic --name <name of the system> --clinic <name of the clinic>
The password or key is shown this once.`;

const clientRoles = ['officer', 'clinic', 'integration'];

const { positionals, values } = readArguments();
const [what] = positionals;
const { role = '', name, email, clinic } = values;
const isStaff = what === 'staff' && (staffRoles as readonly string[]).includes(role) && name && email;
const isClient = what === 'key' && clientRoles.includes(role) && name && (role !== 'clinic' || clinic);
if (!isStaff && !isClient) showUsage();

const config = readConfig();
const db = createDatabase(config.DATABASE_URL, 2, () => {});
const deps = { config, db, clock: systemClock, log: createLogger('warn') };
const ctx = systemContext('scripts/access');
try {
  if (isStaff) {
    const password = newPassword();
    await addStaff(deps, ctx, { name, email, role: role as StaffRole, password });
    console.log(`${name} signs in with ${email} and ${password}`);
  } else {
    const organisationId = clinic && (await addOrganisation(deps, ctx, { name: clinic, role: 'clinic' })).id;
    const client = await addApiClient(deps, ctx, {
      name: name!,
      role: role as ClientRole,
      ...(organisationId && { clinicId: organisationId }),
    });
    console.log(`The key of ${name} is ${(await addApiKey(deps, ctx, client.id)).key}`);
  }
} catch (error) {
  // Never the error itself: what Postgres says quotes rows.
  const { type, title, detail, errors } = toProblem(error);
  if (type === 'internal') deps.log.error({ err: error }, 'nothing was added');
  console.error(errors?.[0]?.message ?? detail ?? title);
  process.exitCode = 1;
} finally {
  await db.destroy();
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
