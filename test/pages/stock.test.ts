import { parse } from 'csv-parse/sync';
import t from 'tap';
import { endItems } from '../../src/lending/loans/ending.commands.ts';
import { type Context, systemContext } from '../../src/shared/actor.ts';
import { workIn } from '../../src/shared/work.ts';
import { disposeDevices } from '../../src/stock/devices/disposal.commands.ts';
import { testApp } from '../helpers/app.ts';
import { factories, officer } from '../helpers/factories.ts';
import { forms, signedInBrowser } from '../helpers/pages.ts';

const manager: Context = { actor: { ...officer.actor, role: 'manager' }, requestId: 'test' };
const { app, as, deps, db, ids } = await testApp(t);
const make = factories(deps);
const { get, post } = forms(app, as.officer);

t.test(
  'a manager adds places, sends for repair, moves and retires by scanner, and reads the losses',
  async (t) => {
    const { app, as, deps, db } = await testApp(t);
    const make = factories(deps);
    const [one, two, sim] = [...(await make.readyDevices(2)), ...(await make.devices(1, { kind: 'sim' }))];
    const lent = await make.loan();
    const late = await make.loan();
    await db
      .transaction()
      .execute((trx) =>
        endItems(workIn(trx, deps, systemContext('test')), [
          { itemId: late.items[0]!.id, as: 'replaced', device: 'due_back' },
        ]),
      );
    const lateTag = late.items[0]!.assetTag;
    const baseURL = await app.listen({ host: '127.0.0.1', port: 0 });
    const { page, step, scan, look } = await signedInBrowser(t, baseURL, as.manager);
    const press = (name: string) => page.getByRole('button', { name, exact: true }).click();

    await step('places are added, and one is renamed', async (t) => {
      await page.goto('/devices/move');
      await page.getByText('There is no place to move devices to yet.').waitFor();
      await look('moves, no place');
      await page.getByRole('link', { name: 'See the places' }).click();
      await page.getByText('There are no places yet.').waitFor();
      await press('Add place');
      await page.getByRole('link', { name: 'Choose what it is' }).waitFor();
      await look('places, refused');
      for (const [name, kind, organisation] of [
        ['Camden Road hub', 'Hub', ''],
        ['Fixit', 'Repairer', 'Fixit Ltd'],
      ]) {
        await page.getByLabel('Name', { exact: true }).fill(name!);
        await page.getByLabel(kind!, { exact: true }).check();
        await page.getByLabel('Who runs it (optional)').fill(organisation!);
        await press('Add place');
        await page.getByText(`${name} is added.`).waitFor();
      }
      await look('places');
      await page.getByRole('link', { name: 'Fixit', exact: true }).click();
      t.equal(await page.getByLabel('Who runs it (optional)').inputValue(), 'Fixit Ltd');
      await look('a place');
      await page.getByLabel('Name', { exact: true }).fill('Fixit Camden');
      await press('Save');
      await page.getByText('Fixit Camden is saved.').waitFor();
    });

    await step('ticked devices are printed, moved or retired together', async (t) => {
      await page.goto('/devices');
      await look('devices, with links');
      const ticked = async (name: string) => {
        await page.goto('/devices');
        for (const { assetTag } of [one!, two!]) await page.getByRole('checkbox', { name: assetTag }).check();
        await page.getByRole('button', { name, exact: true }).click();
      };
      await ticked('Print labels');
      await page.waitForURL(/labels\/print/);
      t.equal(
        new URL(page.url()).searchParams.get('tags')!.split(',').sort().join(),
        [one, two]
          .map((device) => device!.assetTag)
          .sort()
          .join(),
      );
      for (const name of ['Move', 'Retire']) {
        await ticked(name);
        await page.getByText('2 devices').waitFor();
        await look(`ticked devices, ${name}`);
      }
    });

    await step('devices are scanned and moved, but for the one on loan', async () => {
      await page.goto('/devices');
      await page.getByRole('link', { name: 'Move devices' }).click();
      await scan(one!.assetTag.toLowerCase());
      await page.getByText(`${one!.assetTag}: ready.`).waitFor();
      await scan(one!.assetTag);
      await page.getByText('already in the list.').waitFor();
      await scan(two!.assetTag);
      await scan(lent.items[0]!.assetTag);
      await page.getByText('It is on loan. Take it back first.').first().waitFor();
      await look('moves, a list with verdicts');
      await press('Move what is in the list');
      await page
        .getByRole('link', { name: `Take out what cannot be moved: ${lent.items[0]!.assetTag}` })
        .waitFor();
      await page.getByRole('button', { name: `Remove ${lent.items[0]!.assetTag}` }).click();
      await page.getByText('2 devices', { exact: true }).waitFor();
      await press('Move what is in the list');
      await page.getByRole('link', { name: 'Choose where it is kept now' }).waitFor();
      await page.getByLabel('Where they are kept now').selectOption('Camden Road hub');
      await page.getByRole('button', { name: 'Move what is in the list' }).dblclick();
      await page.getByText('2 devices moved to Camden Road hub.').waitFor();
    });

    await step('a device is sent for repair, and comes back to be prepared', async () => {
      await page.goto(`/devices/${one!.id}`);
      await page.getByText('Send for repair').click();
      await press('Record repair');
      await page.getByRole('link', { name: 'Enter what is wrong with it' }).waitFor();
      await look('a device, repair refused');
      await page.getByLabel('What is wrong with it').fill('The screen is cracked');
      await page.getByLabel('Repairer (optional)').selectOption('Fixit Camden');
      await press('Record repair');
      await page.getByText('The device is in repair.', { exact: true }).waitFor();
      await look('a device in repair');
      await page.getByRole('link', { name: 'See what is in repair' }).click();
      await page.getByText('The screen is cracked').waitFor();
      await look('in repair');
      await page.getByRole('link', { name: one!.assetTag }).click();
      await page.getByRole('group', { name: 'Is it repaired?' }).getByLabel('Yes').check();
      await press('Record that it is back');
      await page.getByText('The device is back. To do: sanitisation, electrical, setup.').waitFor();
      await page.getByText('Retire for good').click();
      await look('a device to retire that is not erased');
    });

    await step('devices are scanned and retired, with a certificate for what is not erased', async () => {
      await page.goto('/devices/retire');
      await look('retire, empty');
      await scan(sim!.assetTag);
      await scan(one!.assetTag);
      await page.getByText('Not erased: it needs a destruction certificate.').first().waitFor();
      await scan(lateTag);
      await page.getByText('Only as written off.').first().waitFor();
      await page.getByLabel('Recycled').check();
      await press('Retire what is in the list');
      await page
        .getByRole('link', { name: `Take out what cannot be retired so: ${one!.assetTag}, ${lateTag}` })
        .waitFor();
      await look('retire, refused');
      await page.getByRole('button', { name: `Remove ${lateTag}` }).click();
      await page.getByText('2 devices', { exact: true }).waitFor();
      await page.getByLabel('Destruction certificate (optional)').fill('DC-77');
      await page.getByLabel('Who took it (optional)').fill('Green Circuits');
      await page.getByRole('button', { name: 'Retire what is in the list' }).dblclick();
      await page.getByText('2 devices retired.').waitFor();
      await page.goto(`/devices/${one!.id}`);
      await page.getByText('Green Circuits').waitFor();
      await look('a retired device');
    });

    await step('what never arrived is written off, and is in the losses register', async () => {
      await page.goto(`/devices/${late.items[0]!.deviceId}`);
      await page.getByRole('heading', { name: 'Has it arrived?' }).waitFor();
      await page
        .getByRole('table', { name: 'Who had it when' })
        .getByRole('link', { name: 'Amal Example' })
        .waitFor();
      await look('a device due back');
      await page.getByText('Write off', { exact: true }).click();
      await page.getByLabel('Book value (optional)').fill('80');
      await press('Write off device');
      await page.getByText('The device is retired.').first().waitFor();
      await page.getByRole('link', { name: 'See the losses register' }).click();
      await page.getByText('£80').waitFor();
      await look('losses register');
    });
  },
);

t.test(
  'device pages without scripts: each form keeps what was typed, and roles see what they may do',
  async (t) => {
    const [raw] = await make.devices(1);
    const url = `/devices/${raw!.id}`;
    const refused = await post(`${url}/disposals`, {
      way: 'passed_on',
      'disposedOn-day': '23',
      'disposedOn-month': '11',
      'disposedOn-year': '2026',
      organisation: 'Seaview',
    });
    t.equal(refused.statusCode, 409);
    t.match(
      refused.body,
      /is not erased since it last came in\. Erase it and record the check before someone else has it\./,
    );
    t.match(refused.body, /value="Seaview"/);
    const early = await post(`${url}/disposals`, {
      way: 'destroyed',
      'disposedOn-day': '1',
      'disposedOn-month': '11',
      'disposedOn-year': '2026',
      destructionCertificate: 'DC-1',
    });
    t.match(early.body, 'came in on 23 November 2026');
    for (const [path, fields, wanted] of [
      ['repairs', {}, 'Enter what is wrong with it'],
      ['moves', {}, 'Choose where it is kept now'],
      ['repair-returns', { result: 'repaired' }, 'The device is being prepared.'],
      ['arrivals', { condition: 'A' }, 'Only what is due back or lost arrives.'],
      ['losses', { reason: 'x' }, 'Only what is due back is given up.'],
    ] as const)
      t.match((await post(`${url}/${path}`, fields)).body, wanted, path);

    const loan = await make.loan();
    const lent = await get(`/devices/${loan.items[0]!.deviceId}`);
    t.match(lent.body, 'The device is on loan. Take it back first.');
    t.notMatch(lent.body, /Record repair|Retire device/);
    await db
      .transaction()
      .execute((trx) =>
        endItems(workIn(trx, deps, systemContext('test')), [
          { itemId: loan.items[0]!.id, as: 'lost', device: 'lost' },
        ]),
      );
    const lost = await get(`/devices/${loan.items[0]!.deviceId}`);
    t.match(lost.body, 'A manager writes off what is lost or never arrived.');
    t.match(lost.body, 'It is here again');
    const looked = await db
      .selectFrom('access_log')
      .select('id')
      .where('list', '=', '/devices/:id')
      .execute();
    t.equal(looked.length, 2, 'each look at who had it is logged');

    const asAdministrator = (await forms(app, as.administrator).get(url)).body;
    t.notMatch(asAdministrator, /Record repair|Who had it when/);
    t.equal((await forms(app, as.auditor).get('/settings/locations')).statusCode, 200);
    t.equal((await forms(app, as.officer).get('/losses-register')).statusCode, 403);
    t.notMatch((await get('/devices/retire')).body, 'value="written_off"', 'an officer writes nothing off');
    t.match((await get('/repairs')).body, 'Nothing is in repair.');
    t.match((await get('/repairs?late=true')).body, 'No repair is overdue.');
  },
);

t.test('the losses register as a file, written down with who took it', async (t) => {
  const loan = await make.loan({ count: 3 });
  await db.transaction().execute((trx) =>
    endItems(
      workIn(trx, deps, systemContext('test')),
      loan.items.map(({ id }) => ({ itemId: id, as: 'lost', device: 'lost' })),
    ),
  );
  t.match((await forms(app, as.manager).get('/losses-register')).body, 'Nothing has been written off.');
  await disposeDevices(deps, manager, {
    items: loan.items.map(({ deviceId }) => ({ deviceId })),
    way: 'written_off',
    disposedOn: '2026-11-20',
    authorisedBy: '=HYPERLINK("x")',
  });
  const file = await forms(app, as.manager).get('/losses-register/export.csv?from=2026-11-20');
  t.equal(file.statusCode, 200);
  const rows = parse(file.body, { bom: true, columns: true }) as Record<string, string>[];
  t.same(rows.map((row) => row['Asset tag']).sort(), loan.items.map(({ assetTag }) => assetTag).sort());
  t.ok(rows.every((row) => row['Authorised by']!.startsWith("'=")));
  const log = await app.inject({ url: '/api/v1/events?limit=1', headers: as.manager });
  t.match(log.json().items[0], {
    type: 'losses.exported',
    subjects: [{ id: ids.manager }],
    values: { count: 3 },
  });
  t.match(
    (await forms(app, as.manager).get('/losses-register?to=2026-11-01')).body,
    'Nothing was written off in this time.',
  );
});

t.test('whoever may not open a loan or a referral gets no link to it on a device', async (t) => {
  const { items } = await make.loan();
  const pageOf = async (headers: Record<string, string>) =>
    (await forms(app, headers).get(`/devices/${items[0]!.deviceId}`)).body;
  t.match(await pageOf(as.officer), /href="\/loans\//);
  const page = await pageOf(as.administrator);
  t.notMatch(page, /href="\/(loans|referrals|patients)\//);
  t.match(page, /href="\/donations\//);
});
