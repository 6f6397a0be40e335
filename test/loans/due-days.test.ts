import t from 'tap';
import { addLocation } from '../../src/scheme/organisations/organisation.commands.ts';
import { closeDays } from '../../src/support/closed-days.commands.ts';
import { apiOf } from '../helpers/api.ts';
import { testApp } from '../helpers/app.ts';
import { factories, manager, officer } from '../helpers/factories.ts';
import { forms } from '../helpers/pages.ts';

// 31 May 2027 is the spring bank holiday, a Monday; 5 June 2027 is a Saturday.
const { app, as, deps } = await testApp(t);
const make = factories(deps);
const api = apiOf(app, as.officer);
const { post } = forms(app, as.officer);
const holiday =
  'The desk is closed on 2027-05-31, Monday (Spring bank holiday). It is open again on 2027-06-01.';
const saturday = 'The desk is closed on 2027-06-05, a Saturday. It is open again on 2027-06-07.';
const shown =
  /The desk is closed on 31 May 2027, Monday \(Spring bank holiday\)\. It is open again on 1 June 2027\./;
const dateFields = (name: string, date: string) => {
  const [year, month, day] = date.split('-') as [string, string, string];
  return { [`${name}-day`]: day, [`${name}-month`]: month, [`${name}-year`]: year };
};
const bannerOf = ({ cookies }: { cookies: { name: string; value: string }[] }) =>
  decodeURIComponent(cookies.find(({ name }) => name === 'lendwell-banner')!.value);
/** What a form that asked about a closed day sends with the same day. */
const keptIn = (body: string) => /name="keptDay" value="([^"]+)"/.exec(body)![1]!;

t.test(
  'a date that nobody chose is a working day; one that somebody chose stays, and is told of',
  async (t) => {
    const handover = { way: 'in_person', on: '2026-11-30' } as const;
    t.match(await make.loan({ handover }), { dueOn: '2027-06-01' });
    const { id: locationId } = await addLocation(deps, officer, { name: 'Library', kind: 'access_point' });
    const place = await make.loan({ handover, locationId });
    t.same(place.dueOn, null, 'a place keeps it without a date');

    const chosen = await make.loan({ dueOn: '2027-05-31' });
    t.equal(chosen.dueOn, '2027-05-31');
    t.same(chosen.warnings, [holiday]);
    t.same((await make.loan({ dueOn: '2027-06-05' })).warnings, [saturday]);
    t.same((await make.loan({ dueOn: '2027-06-04' })).warnings, []);
  },
);

t.test('an extension is suggested to a working day, and told of when the desk is closed then', async (t) => {
  const loan = await make.loan({ dueOn: '2027-03-01' });
  const rules = async (id: string) => (await api('GET', `/loans/${id}/extension-rules`)).body.suggestedDueOn;
  t.equal(await rules(loan.id), '2027-06-01', 'thirteen weeks later is the bank holiday');
  const extended = await apiOf(app, as.manager)('POST', `/loans/${loan.id}/extensions`, {
    dueOn: '2027-06-05',
    reason: 'Needed',
  });
  t.match(extended, { status: 201, body: { dueOn: '2027-06-05', warnings: [saturday] } });
  t.equal(await rules(loan.id), '2027-09-06', 'and thirteen weeks after a Saturday is a Monday');
  const open = await make.loan({ openEnded: true });
  const review = { outcome: 'comes_back', dueOn: '2027-05-31' };
  t.match(await api('POST', `/loans/${open.id}/reviews`, review), {
    status: 201,
    body: { dueOn: '2027-05-31', warnings: [holiday] },
  });
});

t.test('a replacement keeps the date of its loan, and says that the desk is closed then', async (t) => {
  const loan = await make.loan({ dueOn: '2027-05-31' });
  const [device] = await make.readyDevices(1);
  const of = { itemId: loan.items[0]!.id, deviceId: device!.id, handedIn: true };
  const { body } = await api('POST', `/loans/${loan.id}/replacements`, of);
  t.match(body, { loan: { dueOn: '2027-05-31' }, warnings: [holiday] });
});

t.test('a day that the scheme closes itself is stepped over, and what is due then is told', async (t) => {
  await make.loan({ dueOn: '2027-04-12' });
  await make.loan({ dueOn: '2027-04-13' });
  const closed = await closeDays(deps, manager, {
    from: '2027-04-12',
    to: '2027-04-13',
    title: 'Move of office',
  });
  t.match(closed, { days: ['2027-04-12', '2027-04-13'], loansDue: 2 });
  const later = await make.loan({ dueOn: '2027-04-13' });
  t.match(later.warnings, [
    /closed on 2027-04-13, Tuesday \(Move of office\)\. It is open again on 2027-04-14/,
  ]);
  const calendar = (await forms(app, as.manager).get('/settings/calendar')).body;
  t.match(calendar, /Loans due back/);
  const page = await forms(app, as.manager).post('/settings/calendar', {
    ...dateFields('from', '2027-06-04'),
    title: 'Training',
  });
  t.match(bannerOf(page), /1 day closed\. 1 loan is due back then\. It stays so until someone extends it/);
});

t.test('a list of what is out says so of a row', async (t) => {
  const csv =
    'Type,Make,Model,Serial,Place,Issued on,Due back\ntablet,Apple,iPad,DD1,Library,01/11/2026,31/05/2027\n';
  const reply = await app.inject({
    method: 'POST',
    url: '/api/v1/loans/imports?donor=Before&receivedOn=2026-11-20&preview=true',
    headers: { ...as.manager, 'content-type': 'text/csv' },
    payload: csv,
  });
  t.match(reply.json(), { lines: [{ verdict: 'ready', remarks: [holiday] }] });
});

t.test('the pages ask once before they save, and say it after', async (t) => {
  const { id } = await make.waitingReferral();
  const [device] = await make.readyDevices(1);
  const url = `/referrals/${id}/issue`;
  const start = await post(url, { kit: device!.assetTag, contactConfirmed: 'yes', do: 'terms' });
  const termsId = /name="termsId"[^>]*value="([0-9a-f-]+)"[^>]*checked/.exec(start.body)![1]!;
  const issue = (fields: Record<string, string>) =>
    post(url, {
      do: 'issue',
      kit: device!.assetTag,
      contactConfirmed: 'yes',
      termsId,
      until: 'date',
      'handover.way': 'in_person',
      ...dateFields('handover.on', '2026-11-23'),
      'agreement.version': '1',
      'agreement.acceptedBy': 'verbal',
      ...dateFields('dueOn', '2027-05-31'),
      ...fields,
    });
  const asked = await issue({});
  t.equal(asked.statusCode, 422);
  t.match(asked.body, shown);
  t.match(asked.body, /Choose another day, or send the form once more to keep this one/);
  const done = await issue({ keptDay: keptIn(asked.body) });
  t.equal(done.statusCode, 303);
  t.match(bannerOf(done), shown);
  const loanUrl = String(done.headers.location);

  const extend = (fields: Record<string, string>) =>
    post(`${loanUrl}/extend`, { until: 'date', from: '2027-05-31', reason: 'Needed', ...fields });
  const other = await extend({ ...dateFields('dueOn', '2027-06-05'), keptDay: keptIn(asked.body) });
  t.equal(other.statusCode, 422, 'another day is asked about again');
  t.match(other.body, /closed on 5 June 2027, a Saturday\. It is open again on 7 June 2027/);
  const kept = await extend({ ...dateFields('dueOn', '2027-06-05'), keptDay: keptIn(other.body) });
  t.equal(kept.statusCode, 303);
  t.match(
    bannerOf(kept),
    /now due back on 5 June 2027\. The desk is closed on 5 June 2027, a Saturday/,
    'and the banner of what was saved says it too',
  );
});
