import { randomInt, randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import sharp from 'sharp';
import { prepareZXingModule, readBarcodes } from 'zxing-wasm/reader';
import { addDays } from '../../src/shared/clock.ts';
import { date } from '../../src/shared/formats.ts';
import { call, quietly, read, same, say, see, title, url } from './calls.ts';
import { randomCode, randomNhsNumber } from './made-up.ts';
import type { Device } from './way-out.ts';

type Report = {
  headline: { row: Record<string, number> };
  parts: { key: string; rows: Record<string, string | number | null>[] }[];
};

async function report(name: string, from: string, to: string): Promise<Report> {
  const { body } = await call<Report>('officer', 'GET', `/reports/${name}?from=${from}&to=${to}`, 200);
  return body;
}

/** So many people that a figure of theirs may be told. */
const cohort = 8;

/**
 * Eight people say how sure they feel before and after two calls, and the report has gained just them.
 * @returns the day of their next call
 */
export async function helpCohort(day: string): Promise<string> {
  title(`${cohort} people are helped, and say how sure they feel, from 1 to 5, before and after`);
  const until = addDays(day, 60);
  const before = await report('confidence', day, until);
  const firstPhone = randomInt(100, 900);
  let nextCall = day;
  await quietly('the same for each of the others', async (person) => {
    for (let number = 0; number < cohort; number++)
      await person(async () => {
        nextCall = await help(day, number, firstPhone + number);
      });
  });
  const after = await report('confidence', day, until);
  const people = after.headline.row.people! - before.headline.row.people!;
  say(`${after.headline.row.people} people were asked twice, ${people} of them now`);
  same(people, cohort, 'the report counts each of them once');
  see('/reports/confidence');
  return nextCall;
}

/** The night before their next calls plans what they get to read: messages that still have something to say. */
export async function remindCohort(nextCall: string): Promise<void> {
  const localDate = addDays(nextCall, -1);
  title(`The night before their next calls (${date(localDate)}) plans a reminder for each`);
  await call('officer', 'POST', '/job-runs', 201, { job: 'nightly', localDate });
  const { body } = await call<{ items: { status: string; text: string | null }[] }>(
    'officer',
    'GET',
    `/messages?limit=${cohort}`,
    200,
  );
  same(
    body.items.filter(({ status, text }) => status === 'planned' && text === null),
    [],
    'of the newest messages each that waits has something to say',
  );
  say('they wait until that day; nothing leaves your machine');
  see('/messages');
}

async function help(day: string, number: number, phone: number): Promise<string> {
  const { body: referral } = await call<{ id: string }>(
    'clinic',
    'POST',
    '/referrals',
    201,
    {
      patient: {
        givenName: ['Ada', 'Bram', 'Cleo', 'Dev', 'Esi', 'Finn', 'Gwen', 'Hana'][number],
        familyName: `Tour ${randomCode().slice(0, 4)}`,
        dateOfBirth: `${1950 + 4 * number}-03-${10 + number}`,
        nhsNumber: randomNhsNumber(),
        contactPoints: [{ channel: 'sms', value: `07700 900${phone}`, safe: true }],
      },
      needs: ['support'],
      barriers: ['skills'],
      referrer: { name: 'Dr Young' },
      consent: { shareWithScheme: true, givenOn: day },
    },
    { 'idempotency-key': randomUUID() },
  );
  await call('officer', 'POST', `/referrals/${referral.id}/decisions`, 201, { decision: 'accept' });
  const { body: of } = await call<{ patient: { id: string } }>(
    'officer',
    'GET',
    `/referrals/${referral.id}`,
    200,
  );
  const { body: calls } = await call<{ items: { id: string; dueOn: string }[] }>(
    'officer',
    'GET',
    `/follow-ups?patientId=${of.patient.id}&status=ahead`,
    200,
  );
  for (const [at, { id }] of calls.items.slice(0, 2).entries())
    await call('officer', 'POST', `/follow-ups/${id}/outcomes`, 201, {
      result: 'done',
      minutes: 20,
      confidence: at === 0 ? 2 : 3 + (number % 2),
    });
  return calls.items[2]?.dueOn ?? day;
}

/** Ten visitors of a drop-in are counted without a name, and the report has gained those who are new. */
export async function holdDropIn(day: string): Promise<void> {
  title('A drop-in: ten people come, and nobody is asked for a name');
  const before = await report('drop-ins', day, day);
  const { body: places } = await call<{ items: { id: string; kind: string }[] }>(
    'officer',
    'GET',
    '/locations',
    200,
  );
  const place = places.items.find(({ kind }) => kind === 'access_point');
  if (!place) throw new Error('There is no access point for a drop-in. A manager adds one in Settings.');
  const { body: dropIn } = await call<{ id: string }>('officer', 'POST', '/drop-ins', 201, {
    locationId: place.id,
    heldOn: day,
    // A place has one drop-in at a time, and the tour may be run again and again.
    startsAt: `${randomInt(10, 18)}:${randomInt(10, 60)}`,
    minutes: 120,
  });
  await quietly('the same for each of the others', async (visitor) => {
    for (let number = 0; number < 10; number++)
      await visitor(() =>
        call('officer', 'POST', `/drop-ins/${dropIn.id}/visitors`, 201, {
          cameBefore: number % 3 === 0,
          ageBand: '45_to_64',
          topics: [number % 2 ? 'managing_health' : 'getting_started'],
        }),
      );
  });
  const after = await report('drop-ins', day, day);
  const more = after.headline.row.people! - before.headline.row.people!;
  say(`${more} people more in the report of drop-ins: four of the ten had been there before`);
  same(more, 6, 'nobody is counted twice');
  see('/reports/drop-ins');
}

/** The paper for whoever pays, of the latest year that is over: asked for twice it is made once, with small numbers hidden. */
export async function makePaper(day: string): Promise<void> {
  title('The scheme makes its paper for whoever pays');
  const year = Number(day.slice(0, 4));
  const to = [`${year}-09-30`, `${year}-03-31`, `${year - 1}-09-30`].find((end) => end < day);
  type Paper = { id: string; sections: unknown[]; halves: { suppressed: boolean }[][] };
  const once = { 'idempotency-key': randomUUID() };
  const make = () => call<Paper>('officer', 'POST', '/papers', 201, { to }, once);
  const [{ body: paper }, { body: again }] = [await make(), await make()];
  same(again.id, paper.id, 'the same request makes one paper');
  same(
    paper.halves.flat().every(({ suppressed }) => suppressed),
    true,
    'each of its figures is as it may leave the scheme',
  );
  say(`it has ${paper.sections.length} sections of both half-years, with small numbers hidden`);
  see(`/reports/papers/${paper.id}`);
}

/** What the second code on a label says, read as a phone reads it, and what comes of it. */
export async function findDevice(device: Device): Promise<void> {
  title('Somebody finds the tablet on a bus and scans the second code on its label');
  const label = await read('officer', `/devices/${device.id}/label.svg?help=true`);
  const address = (await codesOn(label)).find((text) => text.includes('/f/'));
  if (!address) throw new Error('The label has no second code');
  const page = `${url}${new URL(address).pathname}`;
  const shown = await (await fetch(page)).text();
  same(
    new RegExp(`lendwell|clinic|patient|health|${device.assetTag}`, 'i').exec(shown)?.[0],
    undefined,
    'the page says nothing of whose it is, or what',
  );
  say('it leads to a page that names nobody and nothing: “Found this, or is it yours?”');

  const tasks = async () => {
    const { body } = await call<{ items: { id: string }[] }>(
      'officer',
      'GET',
      '/tasks?kind=said_found&status=open',
      200,
    );
    return body.items.length;
  };
  const before = await tasks();
  const { status } = await fetch(page, {
    method: 'POST',
    redirect: 'manual',
    body: new URLSearchParams({ kind: 'found', words: 'On the number 4 bus' }),
  });
  same(status, 303, 'what a finder writes is taken');
  same((await tasks()) - before, 1, 'and is a task for the office');
  see('/tasks');
}

/** The QR codes of a drawing, as a camera reads them. */
async function codesOn(drawing: string): Promise<string[]> {
  const wasmBinary = readFileSync(fileURLToPath(import.meta.resolve('zxing-wasm/reader/zxing_reader.wasm')));
  await prepareZXingModule({ overrides: { wasmBinary: wasmBinary.buffer }, fireImmediately: true });
  const image = await sharp(Buffer.from(drawing), { density: 600 })
    .flatten({ background: '#fff' })
    .png()
    .toBuffer();
  const codes = await readBarcodes(new Uint8Array(image), { formats: ['QRCode'] });
  return codes.map(({ text }) => text);
}
