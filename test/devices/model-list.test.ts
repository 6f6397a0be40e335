import t from 'tap';
import { testApp } from '../helpers/app.ts';
import { factories } from '../helpers/factories.ts';
import { forms } from '../helpers/pages.ts';

const { app, as, db, deps } = await testApp(t);
const make = factories(deps);
const office = forms(app, as.manager);

const send = (payload: object, who: 'manager' | 'officer' = 'manager') =>
  app.inject({ method: 'POST', url: '/api/v1/device-models/lists', headers: as[who], payload });
const modelOf = async (model: string) => {
  const reply = await app.inject({ url: '/api/v1/device-models', headers: as.manager });
  return reply.json().items.find((one: { model: string }) => one.model === model);
};
const messages = (reply: { json(): { errors: { message: string }[] } }) =>
  reply.json().errors.map(({ message }) => message);

t.test('a list says it of many at once, and moves their devices', async (t) => {
  const [ready] = await make.readyDevices(1, { model: 'Tab List' });
  const csv = [
    'Maker\tModel\tEnd of support\tSource\tURL\tOS',
    'Samsung\tTab list\t01/12/2026\tThe maker’s page\thttps://example.org/a\tAndroid',
    'Lenovo\tM10\t2031-05-01\tThe maker’s page\t\t',
    'Apple\tiPad 9\t\tSomebody looked\t\tiPadOS',
  ].join('\n');
  t.equal((await send({ csv }, 'officer')).statusCode, 403);
  t.same((await send({ csv })).json(), { models: 3, same: 0, moved: 1 });
  t.match(await modelOf('iPad 9'), { said: { updatesEndOn: null, source: 'Somebody looked' } });
  t.match(await modelOf('Tab list'), {
    devices: 1,
    said: { updatesEndOn: '2026-12-01', system: 'Android', sourceUrl: 'https://example.org/a' },
  });
  const device = await app.inject({ url: `/api/v1/devices/${ready!.id}`, headers: as.officer });
  t.equal(device.json().status, 'in_preparation');
  t.same((await send({ csv })).json(), { models: 3, same: 3, moved: 0 }, 'sent again it changes nothing');
  const { n } = await db
    .selectFrom('event')
    .select(db.fn.countAll<number>().as('n'))
    .where('type', '=', 'device_model.said')
    .executeTakeFirstOrThrow();
  t.equal(n, 3, 'one event for each that was said');
});

t.test('a fault is told by its row, and nothing of the list is taken', async (t) => {
  const csv = [
    'Make,Model,Updates end on,Source,Colour',
    'Acer,One,2030-01-01,A page,red',
    'Acer,Two,soon,A page,',
    'Acer,Three,2030-01-01,,',
    'ACER,o n e,2030-01-01,A page,',
  ].join('\n');
  const reply = await send({ csv });
  t.equal(reply.statusCode, 422);
  t.match(messages(reply), [
    /column “Colour”/,
    /^Row 3, Updates end on: Give a real date/,
    /^Row 4, Source/,
    /^Row 5, Model: It stands in row 2 already/,
  ]);
  t.equal(await modelOf('One'), undefined);
  t.equal((await send({ csv: 'Make,Model\nAcer,One' })).statusCode, 422);
  t.equal((await send({ csv: '' })).statusCode, 422);
});

t.test('what is said already is replaced only where the list may', async (t) => {
  const csv = 'Make,Model,Updates end on,Source\nLenovo,M10,2032-05-01,Another page';
  const refused = await send({ csv });
  t.equal(refused.statusCode, 422);
  t.match(messages(refused), [/^Row 2: Lenovo M10 is said already, by Test manager: until 1 May 2031/]);
  const page = await office.post('/settings/models/list', { csv });
  t.equal(page.statusCode, 422);
  t.match(page.body, /Lenovo M10 is said already/);
  t.ok(page.body.includes('Lenovo,M10,2032-05-01,Another page'), 'what was pasted is still there');
  const done = await office.post('/settings/models/list', { csv, replace: 'true' });
  t.equal(done.statusCode, 303);
  t.match(await modelOf('M10'), { said: { updatesEndOn: '2032-05-01', source: 'Another page' } });
});

t.test('of two lists at once the later is held against the earlier', async (t) => {
  const list = (day: string) => ({ csv: `Make,Model,Updates end on,Source\nNokia,T20,${day},A page` });
  const replies = await Promise.all([send(list('2030-01-01')), send(list('2031-01-01'))]);
  t.same(replies.map(({ statusCode }) => statusCode).sort(), [201, 422]);
});

t.test('two spellings of one model are one, and a long list is taken', async (t) => {
  const heading = 'Make,Model,Updates end on,Source';
  const twice = await send({
    csv: `${heading}\nSony,Tab™ 1,2030-01-01,A page\nSony,TabTM 1,2030-01-01,A page`,
  });
  t.match(messages(twice), [/^Row 3, Model: It stands in row 2 already/]);
  const rows = Array.from({ length: 1000 }, (_, at) => `Fairphone,F${at},2032-01-01,${'A page '.repeat(40)}`);
  t.match((await send({ csv: [heading, ...rows].join('\n') })).json(), { models: 1000, same: 0 });
});
