import { sql } from 'kysely';
import t from 'tap';
import { taskFor } from '../../src/lending/found/found.rules.ts';
import { templateFaults } from '../../src/messages/template.rules.ts';
import { forgetWhatIsOver } from '../../src/privacy/forgetting.commands.ts';
import { slugIn } from '../../src/stock/labels/label-code.queries.ts';
import { testApp } from '../helpers/app.ts';
import { axeClean, openBrowser, overflows } from '../helpers/browser.ts';
import { factories } from '../helpers/factories.ts';
import { forms } from '../helpers/pages.ts';

t.setTimeout(400_000);

async function setUp(t: Parameters<typeof testApp>[0], settings: Record<string, string> = {}) {
  const world = await testApp(t, { LINK_URL: 'https://answer.example.org', ...settings });
  const { app, as, db, deps } = world;
  const make = factories(deps);
  const nobody = forms(app, {});
  const office = forms(app, as.officer);
  /** Prints the label of a device with its second code: what is kept of it, and what its address is. */
  const codeOf = async (deviceId: string) => {
    const reply = await office.get(`/api/v1/devices/${deviceId}/label.svg?help=true`);
    if (reply.statusCode !== 200) throw new Error(reply.body);
    const row = await db
      .selectFrom('device_code')
      .select(['slug_sealed as sealed', 'slug_hash as hash'])
      .where('device_id', '=', deviceId)
      .where('ended_at', 'is', null)
      .executeTakeFirst();
    return { drawing: reply.body, slug: row && slugIn(deps, row.sealed), hash: row?.hash };
  };
  const tasks = () =>
    db
      .selectFrom('task')
      .select(['id', 'kind', 'subject_type', 'subject_id', 'patient_id', 'urgent'])
      .where('status', '=', 'open')
      .where('kind', 'in', Object.values(taskFor))
      .orderBy('id')
      .execute();
  const lose = (deviceId: string) =>
    sql`update device set status = 'lost' where id = ${deviceId}`.execute(db);
  return { ...world, make, nobody, office, codeOf, tasks, lose };
}

t.test(
  'a label has a second code that says nothing of its device, and has it again when it is printed again',
  async (t) => {
    const { make, codeOf, office, db } = await setUp(t);
    const [one, other] = await make.readyDevices(2);
    const first = await codeOf(one!.id);
    t.equal(first.drawing.match(/<svg x="/g)?.length, 3, 'two QR codes and the bars');
    t.match(first.slug, /^[\w-]{15}$/, '88 bits');
    t.equal((await codeOf(one!.id)).slug, first.slug);
    t.not((await codeOf(other!.id)).slug, first.slug);
    t.notOk((await office.get(`/api/v1/devices/${one!.id}/label.svg`)).body.includes('Found? Help?'));
    const { rows } = await sql<{
      kept: string;
    }>`select row_to_json(c)::text as kept from device_code c`.execute(db);
    t.notOk(
      rows.some(({ kept }) => kept.includes(first.slug!)),
      'the tables alone open nothing',
    );
    const page = (
      await office.get(`/labels/print?tags=${one!.assetTag},${other!.assetTag}&layout=sheet&help=true`)
    ).body;
    t.equal(page.match(/Found\? Help\?/g)?.length, 2);
    t.match(page, /name="help"[^>]*value="true"[^>]*checked/);
  },
);

t.test(
  'the page is one and the same, names nobody and nothing, and keeps its address to itself',
  async (t) => {
    const { make, nobody, codeOf, lose } = await setUp(t);
    const [one] = await make.readyDevices(1);
    const { items } = await make.loan();
    const [stock, lent] = [await codeOf(one!.id), await codeOf(items[0]!.deviceId)];
    const slugs = [stock.slug!, lent.slug!, 'AAAAAAAAAAAAAAA', 'no-code-at-all'];
    const bodies = new Set<string>();
    for (const slug of slugs) {
      const reply = await nobody.get(`/f/${slug}`);
      t.equal(reply.statusCode, 200, slug);
      bodies.add(reply.body.replaceAll(slug, '…'));
      t.match(reply.headers, {
        'referrer-policy': 'no-referrer',
        'cache-control': 'no-store',
        'x-robots-tag': 'noindex',
      });
      t.equal(reply.headers['set-cookie'], undefined);
    }
    await lose(one!.id);
    bodies.add((await nobody.get(`/f/${stock.slug}`)).body.replaceAll(stock.slug!, '…'));
    t.equal(bodies.size, 1);
    for (const end of ['', '?said=found', '?said=mine', '?said=nothing', '?said=odd']) {
      const words = (await nobody.get(`/f/${lent.slug}${end}`)).body.replace(/<[^>]+>/g, ' ');
      t.same(templateFaults({ subject: '', body: words }, 'discreet'), [], end);
      t.notMatch(words, /Lendwell|Test scheme|LW-|lost/i, end);
    }
    for (const slug of [stock.slug!, lent.slug!, 'AAAAAAAAAAAAAAA']) {
      const said = await nobody.post(`/f/${slug}`, { kind: 'ring' });
      t.equal(said.statusCode, 303);
      t.equal(said.headers.location, `/f/${slug}?said=mine`);
    }
    t.equal((await nobody.post('/f/AAAAAAAAAAAAAAB', { kind: 'odd' })).statusCode, 422);
  },
);

t.test(
  'what a finder writes reaches the office, also when the device is lost; of a retired one nothing does',
  async (t) => {
    const { make, nobody, codeOf, tasks, lose, office, db, deps, clock } = await setUp(t);
    const { items } = await make.loan();
    const deviceId = items[0]!.deviceId;
    const { slug } = await codeOf(deviceId);
    await lose(deviceId);
    const words = 'On the <b>bus</b>';
    t.match(await nobody.post(`/f/${slug}`, { kind: 'found', words, reach: '07700 900000' }), {
      statusCode: 303,
      headers: { location: `/f/${slug}?said=found` },
    });
    t.match(await nobody.post(`/f/${slug}`, { kind: 'found', words: '  ' }), {
      headers: { location: `/f/${slug}?said=nothing` },
    });
    const [task, ...others] = await tasks();
    t.match(task, { kind: 'said_found', subject_type: 'found_message', urgent: true });
    t.same(others, []);
    const page = (await office.get(`/tasks/${task!.id}`)).body;
    t.match(page, /On the &lt;b&gt;bus&lt;\/b&gt;[\s\S]*07700 900000/);
    t.match(page, new RegExp(`href="/devices/${deviceId}"`));
    const { rows } = await sql<{
      all: string;
    }>`select string_agg(row_to_json(e)::text, ' ') as all from event e`.execute(db);
    t.notMatch(rows[0]!.all, /bus|900000/, 'the log has none of it');

    const relabelled = await codeOf(deviceId);
    t.equal(relabelled.slug, undefined, 'a lost device gets no code');
    const [gone] = await make.readyDevices(1);
    const retired = await codeOf(gone!.id);
    await sql`update device set status = 'retired' where id = ${gone!.id}`.execute(db);
    await nobody.post(`/f/${retired.slug}`, { kind: 'found', words: 'Here' });
    await nobody.post('/f/AAAAAAAAAAAAAAA', { kind: 'found', words: 'Here' });
    t.equal((await tasks()).length, 1);

    await sql`update device set status = 'in_preparation', cycle = cycle + 1 where id = ${deviceId}`.execute(
      db,
    );
    const anew = await codeOf(deviceId);
    t.ok(anew.slug && anew.slug !== slug, 'found again, its label has a new code');
    await nobody.post(`/f/${slug}`, { kind: 'ring' });
    t.equal((await tasks()).length, 1, 'and the first one has ended');

    clock.set('2027-03-01T10:00:00Z');
    t.equal((await forgetWhatIsOver(deps)).found_message, 1);
    t.same(await tasks(), []);
  },
);

t.test('whoever has it asks for help: one task of a kind, about them where it is lent', async (t) => {
  const { make, nobody, codeOf, tasks, office, db } = await setUp(t);
  const loan = await make.loan();
  const borrower = await db
    .selectFrom('loan')
    .select('patient_id')
    .where('id', '=', loan.id)
    .executeTakeFirstOrThrow();
  const [stock] = await make.readyDevices(1);
  const lent = loan.items[0]!.deviceId;
  const { slug } = await codeOf(lent);
  for (const kind of ['help', 'charger', 'help'] as const)
    await nobody.post(`/f/${slug}`, { kind, words: 'x' });
  const { slug: second } = await codeOf(stock!.id);
  await nobody.post(`/f/${second}`, { kind: 'data' });
  const made = await tasks();
  t.same(
    made.map(({ kind, subject_id, patient_id }) => [kind, subject_id, patient_id === borrower.patient_id]),
    [
      ['asked_for_help', lent, true],
      ['asked_for_charger', lent, true],
      ['said_run_out', stock!.id, false],
    ],
  );
  t.equal(made[2]!.patient_id, null);
  t.match((await office.get(`/tasks/${made[0]!.id}`)).body, /They pressed a button behind the code on/);
  t.match((await office.get(`/tasks/${made[2]!.id}`)).body, /lent to nobody now/);
});

t.test('three in ten minutes, of a code that leads nowhere too', async (t) => {
  const { make, nobody, codeOf, tasks } = await setUp(t);
  const [one] = await make.readyDevices(1);
  const { slug } = await codeOf(one!.id);
  for (const at of [slug!, 'AAAAAAAAAAAAAAA']) {
    for (let time = 1; time <= 3; time++)
      t.equal((await nobody.post(`/f/${at}`, { kind: 'found', words: `Here ${time}` })).statusCode, 303);
    const late = await nobody.post(`/f/${at}`, { kind: 'found', words: 'Here' });
    t.equal(late.statusCode, 429);
    t.match(late.body, 'Please try again in ten minutes');
    t.notMatch(late.body, /Lendwell|Test scheme/);
  }
  t.equal((await tasks()).length, 3);
});

t.test('in a browser without scripts, on a small phone and with large text', async (t) => {
  const { make, app, codeOf, tasks } = await setUp(t);
  const baseURL = await app.listen({ host: '127.0.0.1', port: 0 });
  const [one] = await make.readyDevices(1);
  const { slug } = await codeOf(one!.id);
  await make.notice('hand_in', 'Any library counter takes it.');
  await make.notice('patients_discreet');
  const page = await openBrowser(t, { baseURL, scripts: false, width: 360 });
  await page.goto(`/f/${slug}`);
  await page.getByText('I found this').click();
  await page.getByLabel('Where it is').fill('At the park');
  t.equal(await overflows(page), '');
  await page.getByRole('button', { name: 'Send' }).click();
  t.match(await page.textContent('main'), /Thank you for writing[\s\S]*Any library counter/);
  t.equal(await page.getByRole('link', { name: 'What becomes of what you tell us' }).count(), 1);
  t.equal((await tasks()).length, 1);
  await page.setViewportSize({ width: 240, height: 600 });
  await page.goto(`/f/${slug}`);
  await page.getByText('This is mine').click();
  t.equal(await overflows(page), '', 'text half as large again on a narrow phone');
  const looking = await openBrowser(t, { baseURL, width: 1440 });
  for (const end of ['', '?said=found', '?said=mine', '?said=nothing']) {
    await looking.goto(`/f/${slug}${end}`);
    await axeClean(t, looking, `the page of a code ${end}`);
  }
});
