import t from 'tap';
import { addFormLink } from '../../../src/referrals/hosted-form/form-link.commands.ts';
import { testApp } from '../../helpers/app.ts';
import { openBrowser } from '../../helpers/browser.ts';
import { manager } from '../../helpers/factories.ts';
import { handsOn, holdJourney } from '../../helpers/journeys.ts';

t.setTimeout(400_000);

t.test('a clinic refers someone by the form’s link, with what a referral cannot do without', async (t) => {
  const { app, deps, clinicId } = await testApp(t);
  const { token } = await addFormLink(deps, manager, clinicId, {
    label: 'Crisis team',
    expiresOn: '2027-11-01',
  });
  const baseURL = await app.listen({ host: '127.0.0.1', port: 0 });
  const page = await openBrowser(t, { baseURL });
  await page.goto(`/refer/${token}`);
  const hands = handsOn(page);
  const goOn = () => hands.go(page.getByRole('button', { name: 'Continue', exact: true }));
  await hands.go(page.getByRole('button', { name: 'Start now' }));
  await hands.press(page.getByRole('group', { name: 'Has the patient agreed' }).getByLabel('Yes'));
  await goOn();
  await hands.type(page.getByLabel('Your name'), 'Dr Young');
  await goOn();
  await hands.type(page.getByLabel('Given name'), 'Zoë');
  await hands.type(page.getByLabel('Family name'), 'Example');
  await hands.type(page.getByLabel('NHS number (optional)'), '999 000 0018');
  await goOn();
  const first = page.getByRole('group', { name: 'Way 1', exact: true });
  await hands.press(first.getByLabel('Text message'));
  await hands.type(first.getByLabel('Phone number'), '07700 900123');
  await hands.press(first.getByRole('group', { name: 'Did the patient' }).getByLabel('Yes'));
  await goOn();
  await hands.press(page.getByLabel('Device', { exact: true }));
  await goOn();
  await goOn();
  await hands.go(page.getByRole('button', { name: 'Send referral' }));
  await page.getByRole('heading', { name: 'Referral sent' }).waitFor();
  holdJourney(t, 'referral-by-clinic', hands.taken);
});
