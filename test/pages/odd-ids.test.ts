import t from 'tap';
import { testApp } from '../helpers/app.ts';
import { factories } from '../helpers/factories.ts';

const { app, as, deps } = await testApp(t);
const make = factories(deps);
const { id } = await make.referral();
const loan = await make.loan();

const sent = async (url: string, typed: Record<string, string>) =>
  app.inject({
    method: 'POST',
    url,
    headers: { ...as.officer, 'content-type': 'application/x-www-form-urlencoded' },
    payload: new URLSearchParams(typed).toString(),
  });

t.test('an id in a form that is none is a fault of the form, whatever it was made to say', async (t) => {
  const forms: [string, Record<string, string>][] = [
    [`/referrals/${id}/assignments`, { staffId: 'x', insteadOf: '' }],
    [`/referrals/${id}/assignments`, { staffId: '', insteadOf: 'x' }],
    [`/loans/${loan.id}/swaps`, { itemId: 'x', scan: '', reason: 'The wrong one' }],
    ['/returns/many', { label: loan.items[0]!.assetTag, locationId: 'x' }],
  ];
  for (const [url, typed] of forms) {
    const { statusCode } = await sent(url, typed);
    t.equal(statusCode, 422, `${url} ${JSON.stringify(typed)}`);
  }
});
