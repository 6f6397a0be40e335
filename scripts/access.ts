import { parseArgs } from 'node:util';
import { addApiClient, addApiKey } from '../src/access/client.commands.ts';
import type { ClientRole } from '../src/access/client.rules.ts';
import { newPassword } from '../src/access/password.ts';
import { addStaff } from '../src/access/staff.commands.ts';
import { type StaffRole, staffRoles } from '../src/access/staff.rules.ts';
import { addOrganisation } from '../src/scheme/organisations/organisation.commands.ts';
import { withDatabase } from './with-database.ts';

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

await withDatabase('access', async (deps, ctx) => {
  if (isStaff) {
    const password = newPassword();
    await addStaff(deps, ctx, { name, email, role: role as StaffRole, password });
    console.log(`${name} signs in with ${email} and ${password}`);
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
