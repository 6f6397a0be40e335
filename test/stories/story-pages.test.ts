import { sql } from 'kysely';
import t from 'tap';
import { forms, savedByTwo, signedInBrowser } from '../helpers/pages.ts';
import { world } from '../helpers/world.ts';

t.test('pages: told at a follow-up, agreed to, changed, withdrawn', async (t) => {
  const w = await world(t);
  const { patientId } = await w.refer();
  const followUp = await w.followUp(patientId);
  const page = forms(w.app, w.as.officer);
  const tell = `/follow-ups/${followUp}/stories`;
  t.match((await page.get(`/follow-ups/${followUp}`)).body, tell);
  t.match((await page.get(`/patients/${patientId}`)).body, `/stories?patientId=${patientId}`);
  t.match((await page.get('/stories')).body, /Nobody told a story yet/);
  const bad = await page.post(tell, { words: 'Amal saw the GP.' });
  t.equal(bad.statusCode, 422);
  t.match(bad.body, /Choose what followed.*Choose whose words/s);
  t.match(bad.body, /Amal saw the GP\./, 'what was typed is kept');
  const typed = { words: 'Amal saw the GP.', telling: 'retold', followed: 'saw_gp' };
  const own = String((await page.post(tell, typed)).headers.location).split('?')[0]!;
  const story = (await page.get(own)).body;
  t.match(story, /told nowhere.*It seems to say|It seems to say.*told nowhere/s);
  const agree = (more: object = {}) =>
    page.post(`${own}/consents`, { version: '1', purposes: ['inside', 'papers'], way: 'in_words', ...more });
  const refused = await agree();
  t.equal(refused.statusCode, 422);
  t.match(refused.body, /href="#purposes"/);
  t.match(refused.body, /value="papers" checked/);
  t.match(refused.body, /It is not their name/);
  t.equal((await agree({ notTheirName: 'true' })).statusCode, 303);
  t.match((await page.get(own)).body, /What seems to be one is none/);
  t.match((await agree({ purposes: [] })).body, /Choose for what it may be told/);
  w.clock.goOn(1);
  const next = { ...typed, followed: 'other', words: 'She saw the GP.' };
  await savedByTwo(t, page, {
    page: `${own}/change`,
    first: { ...typed, words: 'They saw the GP.' },
    second: next,
    shows: [/They saw the GP/],
  });
  t.match((await agree()).body, /changed meanwhile/);
  t.equal((await agree({ version: '3', toldName: 'Zyx' })).statusCode, 303);
  t.match((await page.get(own)).body, /They agreed that it is told.*In papers.*Zyx/s);
  t.match((await page.get('/stories?state=consented')).body, /In papers for those who pay/);
  t.match((await page.get('/stories?state=withdrawn')).body, /There is no such story/);

  const baseURL = await w.app.listen({ port: 0 });
  const browser = await signedInBrowser(t, baseURL, w.as.officer);
  for (const [name, url] of Object.entries({
    telling: tell,
    story: own,
    change: `${own}/change`,
    list: '/stories',
  }))
    await browser.step(name, async () => {
      await browser.page.goto(url);
      await browser.look(name);
    });
  await browser.step('withdrawn with one press', async () => {
    await browser.page.goto(own);
    await browser.page.getByRole('button', { name: 'They no longer agree' }).click();
    await browser.page.getByText('The consent was withdrawn').waitFor();
    await browser.look('withdrawn');
  });
  t.equal((await page.post(`${own}/retirements`)).statusCode, 303);
  t.match((await page.get(own)).body, /taken out for good/);
});

t.test('pages: a supporter writes from their follow-up and drop-in, without anybody’s record', async (t) => {
  const w = await world(t);
  const { patientId } = await w.refer();
  const followUp = await w.followUp(patientId);
  await sql`update follow_up set supporter_id = ${w.ids.supporter}::uuid where id = ${followUp}`.execute(
    w.db,
  );
  const { id: locationId } = await w.make.store();
  const { body } = await w.call('supporter', 'POST', '/drop-ins', {
    locationId,
    heldOn: '2026-11-20',
    startsAt: '14:00',
    minutes: 60,
  });
  const page = forms(w.app, w.as.supporter);
  t.match((await page.get(`/drop-ins/${body.id}`)).body, `/drop-ins/${body.id}/stories`);
  t.match((await page.get(`/drop-ins/${body.id}/stories`)).body, /Told at a drop-in/);
  const typed = { words: 'They saw the GP.', telling: 'retold', followed: 'saw_gp' };
  for (const at of [`/follow-ups/${followUp}`, `/drop-ins/${body.id}`]) {
    t.equal((await page.get(`${at}/stories`)).statusCode, 200, at);
    const own = String((await page.post(`${at}/stories`, typed)).headers.location).split('?')[0]!;
    t.equal((await page.get(own)).statusCode, 200);
    t.notMatch((await page.get(own)).body, `/patients/${patientId}"`);
    t.equal((await page.get(`${own}/change`)).statusCode, 200);
  }
  t.match((await page.get('/stories')).body, /Told at a drop-in/);
});
