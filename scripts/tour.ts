import { randomInt, randomUUID } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { luhn } from '../src/devices/device.rules.ts';
import { readNhsNumber } from '../src/patients/patient.rules.ts';
import { addDays, systemClock, today } from '../src/shared/clock.ts';

// npm run tour                                     the main story over the API of the Lendwell that `npm start` runs
// npm run tour -- --record openapi/examples         also keeps each call with its reply in a file
// npm run tour -- --url … --officer-key … --clinic-key …   of another one, with ALLOW_TEST_PHONE_NUMBERS=true

const { values: options } = parseArgs({
  options: {
    record: { type: 'string' },
    url: { type: 'string' },
    'officer-key': { type: 'string' },
    'clinic-key': { type: 'string' },
  },
});
const demo = readDemo();
const url = (options.url ?? demo.url).replace(/\/$/, '');
const keys = {
  officer: options['officer-key'] ?? demo.keys.officer,
  clinic: options['clinic-key'] ?? demo.keys.clinic,
};

type Json = Record<string, unknown>;
type Reply<T> = { status: number; headers: Headers; body: T };

let steps = 0;
/** Names of the calls that were kept. */
const recorded = new Set<string>();

try {
  await tour();
  console.log('\nThe whole story went as it should.');
} catch (error) {
  const { cause } = error as { cause?: { code?: string } };
  const away =
    cause?.code === 'ECONNREFUSED' ? `nothing answers at ${url}. Start Lendwell first: npm start` : undefined;
  console.error(`\n✖ ${away ?? (error instanceof Error ? error.message : error)}`);
  process.exitCode = 1;
}

async function tour(): Promise<void> {
  const day = today(systemClock);
  const devices = await receiveDonation(day);
  const [tablet, dongle] = devices;
  await prepare(devices, day);
  const referralId = await refer(day);
  const loan = await lend(referralId, tablet!, dongle!);
  await remind(loan);
  await giveBack(loan, tablet!, dongle!);
  await lookBack(tablet!);
}

type Device = { id: string; assetTag: string; status: string; openChecks: string[] };

async function receiveDonation(day: string): Promise<Device[]> {
  title('A donor brings a tablet and a dongle');
  const { body } = await call<{ reference: string; devices: Device[] }>(
    'officer',
    'POST',
    '/donations',
    201,
    {
      donor: { name: 'Tour Stores' },
      receivedOn: day,
      devices: [
        {
          kind: 'tablet',
          make: 'Samsung',
          model: 'Galaxy Tab A8',
          serialNumber: randomCode(),
          condition: 'B',
        },
        { kind: 'dongle', make: 'Huawei', model: 'E5576-320', serialNumber: randomCode(), condition: 'A' },
      ],
    },
  );
  say(
    `donation ${body.reference}; ${body.devices.map(({ assetTag, status, openChecks }) => `${assetTag} is ${status}, open: ${openChecks.join(', ')}`).join('; ')}`,
  );
  for (const { status, openChecks } of body.devices) {
    same(status, 'in_preparation', 'a new device is being prepared');
    same(openChecks, ['sanitisation', 'electrical', 'setup'], 'and its three checks are open');
  }
  return body.devices;
}

async function prepare(devices: Device[], day: string): Promise<void> {
  title('Each is wiped, tested and set up; the last check makes it ready');
  const checks = {
    sanitisation: {
      method: 'purge',
      tool: 'Factory reset with encryption',
      verifiedBy: 'Tour Verifier',
      sdCardRemoved: true,
    },
    electrical: { level: 'visual' },
    setup: {},
  };
  for (const { id, assetTag } of devices) {
    for (const [kind, evidence] of Object.entries(checks)) {
      const { body } = await call<{ device: Device }>('officer', 'POST', `/devices/${id}/checks`, 201, {
        kind,
        result: 'pass',
        performedOn: day,
        performedBy: 'Tour Preparer',
        evidence,
      });
      say(`${assetTag}: ${kind} passed, now ${body.device.status}`);
      same(
        body.device.status,
        kind === 'setup' ? 'ready' : 'in_preparation',
        `the status of ${assetTag} after ${kind}`,
      );
    }
  }
  title('The dongle gets a SIM with its data plan');
  const plan = { network: 'O2', iccid: randomIccid(), gbPerMonth: 20, durationMonths: 12, activatedOn: day };
  const { body } = await call<{ expiresOn: string }>(
    'officer',
    'POST',
    `/devices/${devices[1]!.id}/data-plans`,
    201,
    plan,
  );
  say(`20 GB a month until ${body.expiresOn}`);
  see(`/devices/${devices[1]!.id}`);
}

async function refer(day: string): Promise<string> {
  title('A clinic refers a patient; sent twice, it counts once');
  const referral = {
    patient: {
      givenName: 'Tess',
      familyName: `Tour ${randomCode().slice(0, 4)}`,
      dateOfBirth: '1979-05-17',
      nhsNumber: randomNhsNumber(),
      contactPoints: [{ channel: 'sms', value: `07700 900${randomInt(100, 1000)}`, safe: true }],
      wording: 'discreet',
    },
    needs: ['device', 'data', 'support'],
    barriers: ['skills', 'access_to_device'],
    referrer: { name: 'Dr Young' },
    consent: { shareWithScheme: true, givenOn: day },
  };
  const once = { 'idempotency-key': randomUUID() };
  const first = await call<{ id: string; reference: string; status: string }>(
    'clinic',
    'POST',
    '/referrals',
    201,
    referral,
    once,
  );
  say(`referral ${first.body.reference} is ${first.body.status}`);
  const again = await call<{ id: string }>('clinic', 'POST', '/referrals', 201, referral, once);
  say(`the same answer again, Idempotent-Replayed: ${again.headers.get('idempotent-replayed')}`);
  same(again.body.id, first.body.id, 'the repeated request gives the first referral');
  same(again.headers.get('idempotent-replayed'), 'true', 'and says so');

  title('The officer accepts');
  const { id } = first.body;
  const { body } = await call<{ status: string; waitingPosition: number }>(
    'officer',
    'POST',
    `/referrals/${id}/decisions`,
    201,
    { decision: 'accept' },
  );
  say(`${body.status}, number ${body.waitingPosition} on the waiting list`);
  same(body.status, 'waiting', 'an accepted referral waits');
  see(`/referrals/${id}`);
  return id;
}

type Loan = {
  id: string;
  reference: string;
  status: string;
  dueOn: string;
  items: { id: string; assetTag: string }[];
  followUps: { id: string; step: string; dueOn: string; status: string }[];
};

async function lend(referralId: string, tablet: Device, dongle: Device): Promise<Loan> {
  title('Both go out on one loan, with its support calls');
  const wanted = {
    referralId,
    items: [{ assetTag: tablet.assetTag }, { assetTag: dongle.assetTag }],
    agreement: { acceptedBy: 'verbal' },
  };
  const { body: loan } = await call<Loan>('officer', 'POST', '/loans', 201, wanted);
  say(
    `loan ${loan.reference}, due back ${loan.dueOn}; calls: ${loan.followUps.map(({ step, dueOn }) => `${step} ${dueOn}`).join(', ')}`,
  );
  same(
    loan.items.map(({ assetTag }) => assetTag),
    [tablet.assetTag, dongle.assetTag],
    'both are on the loan',
  );
  same(loan.followUps.length, 4, 'the plan has four calls');
  see(`/loans/${loan.id}`);

  title('A second issue of the tablet is refused, and names the loan');
  const { body: refused } = await call<{ type: string; title: string; conflicts: { loanId: string }[] }>(
    'officer',
    'POST',
    '/loans',
    409,
    {
      referralId,
      items: [{ assetTag: tablet.assetTag }],
      agreement: { acceptedBy: 'verbal' },
    },
  );
  say(`${refused.type}: ${refused.title}; loan ${refused.conflicts[0]?.loanId}`);
  same(refused.type, '/problems/device-not-available', 'the refusal');
  same(refused.conflicts[0]?.loanId, loan.id, 'it names the loan in the way');
  return loan;
}

async function remind(loan: Loan): Promise<void> {
  const [first] = loan.followUps;
  const localDate = addDays(first!.dueOn, -1);
  title(`The night before the first call (${localDate}) plans its reminder`);
  type Run = { steps: { step: string; count: number }[] };
  const counts = ({ steps }: Run) => steps.map(({ step, count }) => `${step} ${count}`).join(', ');
  const { body: night } = await call<Run>('officer', 'POST', '/job-runs', 201, { job: 'nightly', localDate });
  say(counts(night));
  const { body: again } = await call<Run>('officer', 'POST', '/job-runs', 201, { job: 'nightly', localDate });
  say(`and once more changes nothing: ${counts(again)}`);
  same(
    again.steps.filter(({ count }) => count > 0),
    [],
    'a second run finds nothing to do',
  );

  title('What the patient gets to read');
  const { body: of } = await call<{ patient: { id: string } }>('officer', 'GET', `/loans/${loan.id}`, 200);
  const { body: messages } = await call<{
    items: { status: string; wording: string; channel: string; text: string | null }[];
  }>('officer', 'GET', `/messages?patientId=${of.patient.id}`, 200);
  same(messages.items.length, 1, 'there is one message for this patient');
  const [message] = messages.items;
  say(`${message!.channel}, ${message!.status}, ${message!.wording}: “${message!.text}”`);
  same(message!.wording, 'discreet', 'the wording that the patient chose');
  same(
    /lendwell|device|tablet|clinic|support|health/i.exec(message!.text ?? 'nothing')?.[0],
    undefined,
    'a discreet text tells nobody what it is about',
  );
  see('/messages');

  title('The call was made');
  const { body: outcome } = await call<{ followUp: { status: string } }>(
    'officer',
    'POST',
    `/follow-ups/${first!.id}/outcomes`,
    201,
    {
      result: 'done',
      topics: ['getting_started'],
      minutes: 25,
      confidence: 3,
      nextStep: 'Show how to join a video call',
    },
  );
  say(`${first!.step} is ${outcome.followUp.status}`);
  same(outcome.followUp.status, 'done', 'the call has its outcome');
}

async function giveBack(loan: Loan, tablet: Device, dongle: Device): Promise<void> {
  const give = async (device: Device) => {
    const item = loan.items.find(({ assetTag }) => assetTag === device.assetTag)!;
    const { body } = await call<{ loan: { status: string } }>(
      'officer',
      'POST',
      `/loans/${loan.id}/returns`,
      201,
      { items: [{ itemId: item.id, condition: 'B' }] },
    );
    say(`${device.assetTag} is back; the loan is ${body.loan.status}`);
    return body.loan.status;
  };
  title('The dongle comes back: the loan stays open for the tablet');
  same(await give(dongle), 'open', 'what is missing keeps the loan open');
  title('The tablet comes back: the loan closes by itself');
  same(await give(tablet), 'closed', 'the last item closes the loan');
  const { body } = await call<{ followUps: { status: string }[] }>(
    'officer',
    'GET',
    `/loans/${loan.id}`,
    200,
  );
  say(`its calls: ${body.followUps.map(({ status }) => status).join(', ')}`);
  same(
    body.followUps.map(({ status }) => status),
    ['done', 'cancelled', 'cancelled', 'cancelled'],
    'the calls that were ahead are cancelled',
  );
}

async function lookBack(tablet: Device): Promise<void> {
  title('The tablet remembers all of it');
  const { body: device } = await call<Device>('officer', 'GET', `/devices/${tablet.id}`, 200);
  say(`${device.assetTag} is ${device.status}, open: ${device.openChecks.join(', ')}`);
  same([device.status, device.openChecks.length], ['in_preparation', 3], 'what came back is prepared again');
  const { body: history } = await call<{ items: { at: string; type: string; actor: { name: string } }[] }>(
    'officer',
    'GET',
    `/devices/${tablet.id}/history`,
    200,
  );
  for (const { at, type, actor } of history.items)
    say(`${at.slice(0, 19).replace('T', ' ')}  ${type}  by ${actor.name}`);
  same(
    history.items.map(({ type }) => type),
    [
      'loan.returned',
      'loan.issued',
      'device.checked',
      'device.checked',
      'device.checked',
      'donation.recorded',
    ],
    'its history, newest first',
  );
  see(`/devices/${tablet.id}`);
}

/** Sends a request, shows it in a line, and holds the reply to the status that it should have. */
async function call<T>(
  who: keyof typeof keys,
  method: string,
  where: string,
  status: number,
  body?: Json,
  headers: Record<string, string> = {},
): Promise<Reply<T>> {
  const response = await fetch(`${url}/api/v1${where}`, {
    method,
    headers: {
      authorization: `Bearer ${keys[who]}`,
      ...(body && { 'content-type': 'application/json' }),
      ...headers,
    },
    ...(body && { body: JSON.stringify(body) }),
  });
  const text = await response.text();
  console.log(
    `   ${who} ${method} ${where.replaceAll(/[0-9a-f-]{30}([0-9a-f]{6})/g, '…$1')} → ${response.status}`,
  );
  if (response.status !== status)
    throw new Error(`${method} ${where} answered ${response.status} instead of ${status}:\n${text}`);
  record({ method, path: `/api/v1${where}`, headers, body }, { status, body: JSON.parse(text) });
  return { status, headers: response.headers, body: JSON.parse(text) as T };
}

/** Keeps a call as an example, the first of each route and status. */
function record(
  request: { method: string; path: string; headers: Json; body?: Json | undefined },
  reply: { status: number; body: Json },
): void {
  if (!options.record) return;
  const route = request.path
    .split('?')[0]!
    .replace(/^\/api\/v1\//, '')
    .replaceAll(/\/[0-9a-f-]{36}/g, '');
  const name = `${request.method.toLowerCase()}-${route.replaceAll('/', '-')}-${reply.status}`;
  if (recorded.has(name)) return;
  recorded.add(name);
  mkdirSync(options.record, { recursive: true });
  const file = `${String(recorded.size).padStart(2, '0')}-${name}.json`;
  writeFileSync(path.join(options.record, file), `${JSON.stringify({ request, reply }, null, 2)}\n`);
}

function title(words: string): void {
  console.log(`\n${++steps}. ${words}`);
}

function say(words: string): void {
  console.log(`     ${words}`);
}

function see(page: string): void {
  console.log(`     to look at it: ${url}${page}`);
}

function same(found: unknown, wanted: unknown, what: string): void {
  if (JSON.stringify(found) === JSON.stringify(wanted)) return;
  throw new Error(`${what}: expected ${JSON.stringify(wanted)}, found ${JSON.stringify(found)}`);
}

function readDemo(): { url: string; keys: { officer: string; clinic: string } } {
  const file = path.join(import.meta.dirname, '../.lendwell/demo.json');
  if (existsSync(file)) return JSON.parse(readFileSync(file, 'utf8')) as ReturnType<typeof readDemo>;
  if (options.url && options['officer-key'] && options['clinic-key'])
    return { url: '', keys: { officer: '', clinic: '' } };
  console.error(
    'There is no .lendwell/demo.json. Run `npm start` first, or give --url, --officer-key and --clinic-key.',
  );
  process.exit(1);
}

function randomDigits(length: number): string {
  return Array.from({ length }, () => randomInt(10)).join('');
}

function randomCode(): string {
  return randomUUID().replaceAll('-', '').slice(0, 11).toUpperCase();
}

/** Of the range that is kept for tests. */
function randomNhsNumber(): string {
  for (;;) {
    const number = readNhsNumber(`999${randomDigits(7)}`);
    if (number) return number;
  }
}

function randomIccid(): string {
  const start = `8944${randomDigits(14)}`;
  return start + [...'0123456789'].find((digit) => luhn(start + digit));
}
