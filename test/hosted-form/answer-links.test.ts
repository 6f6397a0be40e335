import t from 'tap';
import { buildApp } from '../../src/app.ts';
import { recordConsent } from '../../src/referrals/consent.commands.ts';
import { decideReferral } from '../../src/referrals/decision.commands.ts';
import { getReferral } from '../../src/referrals/referral.queries.ts';
import { createLogger } from '../../src/shared/logging.ts';
import { testApp } from '../helpers/app.ts';
import { factories, officer } from '../helpers/factories.ts';
import { formVisitor } from '../helpers/hosted-form.ts';
import { forms, signedInBrowser } from '../helpers/pages.ts';

const { as, deps, db, clock, clinicId } = await testApp(t, { SCHEME_PHONE: '020 7946 0123' });
const lines: string[] = [];
const app = await buildApp({
  ...deps,
  log: createLogger('debug', { write: (line: string) => void lines.push(line) }),
});
t.teardown(() => app.close());
const make = factories(deps);
const { get, post } = forms(app, as.officer);

async function askedReferral(question = 'Is there Wi-Fi at home?') {
  const referral = await make.referral({ clinicId, person: { familyName: 'Quillfeather' } });
  await decideReferral(deps, officer, referral.id, { decision: 'ask', question });
  const { questions } = await getReferral(db, officer.actor, referral.id);
  return { ...referral, questionId: questions[0]!.id };
}
const linkPath = ({ id, questionId }: { id: string; questionId: string }) =>
  `/referrals/${id}/questions/${questionId}/links`;
const tokenIn = (body: string) => /\/answer\/([\w-]{22})\b/.exec(body)?.[1];
const visit = (token: string) => {
  const visitor = formVisitor(app, token);
  const url = `/answer/${token}`;
  return {
    see: () => visitor.get(url),
    say: async (answer: string, shown?: string) =>
      visitor.ask('POST', url, { answer, ...visitor.hiddenIn(shown ?? (await visitor.get(url)).body) }),
  };
};
const openTasks = (id: string) =>
  db.selectFrom('task').select('kind').where('subject_id', '=', id).where('status', '=', 'open').execute();

t.test('a clinic answers one question by a link, as if by its key', async (t) => {
  const referral = await askedReferral();
  t.match((await get(`/referrals/${referral.id}`)).body, `action="${linkPath(referral)}"`);
  const made = await post(linkPath(referral), { _once: 'one' });
  t.equal(made.statusCode, 201);
  const token = tokenIn(made.body)!;
  t.match(made.body, /a question about the referral R-\w{6}[\s\S]*by 7 December 2026/);
  t.equal(tokenIn((await post(linkPath(referral), { _once: 'one' })).body), undefined, 'it is shown once');
  const kept = [
    await db.selectFrom('answer_link').selectAll().execute(),
    await db.selectFrom('idempotency_key').selectAll().execute(),
  ];
  t.notMatch(JSON.stringify(kept), token);
  t.match(
    (await get(`/referrals/${referral.id}`)).body,
    /Link for the clinic’s answer made, to work until 7 December 2026/,
  );

  lines.length = 0;
  const clinic = visit(token);
  const page = await clinic.see();
  t.match(page.body, new RegExp(`Referral ${referral.reference}[\\s\\S]*Is there Wi-Fi at home\\?`));
  t.notMatch(page.body, /Amal|Quillfeather|Elm Street/, 'no name');
  t.match(page.headers, {
    'referrer-policy': 'no-referrer',
    'cache-control': 'no-store',
    'x-robots-tag': 'noindex',
  });
  const blank = await clinic.say(' ');
  t.equal(blank.statusCode, 422);
  t.match(blank.body, /Enter your answer/);
  const forged = await app.inject({
    method: 'POST',
    url: `/answer/${token}`,
    headers: { 'content-type': 'application/x-www-form-urlencoded' },
    payload: 'answer=Typed+long+ago',
  });
  t.equal(forged.statusCode, 403);
  t.match(forged.body, /It is as you left it[\s\S]*Typed long ago/);
  const [shown, words] = [page.body, 'Yes.\r\nAt her mother’s too.'];
  const both = await Promise.all([clinic.say(words, shown), clinic.say(words, shown)]);
  t.same(
    both.map(({ statusCode }) => statusCode),
    [303, 303],
    'a double click is one answer',
  );
  t.match((await clinic.see()).body, /This question is answered[\s\S]*ring us on 020 7946 0123/);
  t.notMatch((await clinic.see()).body, /Wi-Fi|her mother/, 'and shows it no more');
  t.match(await getReferral(db, officer.actor, referral.id), {
    status: 'received',
    questions: [{ answer: 'Yes.\nAt her mother’s too.' }],
  });
  t.match(await openTasks(referral.id), [{ kind: 'clinic_answered' }]);
  const late = await clinic.say('No.', shown);
  t.equal(late.statusCode, 409);
  t.match(late.body, /What you wrote was not sent[\s\S]*No\./);
  t.equal((await post(linkPath(referral))).statusCode, 409, 'what is answered needs no link');
  for (const secret of [token, 'her mother']) t.notOk(lines.join('\n').includes(secret), 'is in no log');
});

t.test('a link is for its question alone, and ends after 14 days or with the decision', async (t) => {
  const [one, other] = [await askedReferral(), await askedReferral('Which network?')];
  t.equal((await post(linkPath({ id: one.id, questionId: other.questionId }))).statusCode, 409);
  t.equal((await forms(app, as.auditor).post(linkPath(one))).statusCode, 403);
  const token = tokenIn((await post(linkPath(one))).body)!;
  clock.set('2026-12-07T09:29:00Z');
  t.equal((await visit(token).see()).statusCode, 200);
  clock.set('2026-12-07T09:30:00Z');
  const ended = await visit(token).see();
  t.equal(ended.statusCode, 404);
  t.match(ended.body, /The link has ended/);
  t.notMatch(ended.body, one.reference);
  clock.set('2026-11-23T09:30:00Z');
  t.equal((await visit('A'.repeat(22)).see()).statusCode, 404);
  const clinic = visit(token);
  const shown = (await clinic.see()).body;
  await decideReferral(deps, officer, one.id, { decision: 'accept' });
  t.match((await clinic.see()).body, /There is nothing to answer now/);
  const late = await clinic.say('Yes.', shown);
  t.equal(late.statusCode, 409);
  t.match(late.body, /What you wrote was not sent[\s\S]*Yes\./);
});

t.test(
  'rule 29: the page of a question tells that it goes on only where the patient agreed to that',
  async (t) => {
    for (const shareBackWithClinic of [true, false]) {
      const { id } = await make.referral({
        clinicId,
        consent: { shareWithScheme: true, shareBackWithClinic, givenOn: '2026-11-20' },
      });
      await decideReferral(deps, officer, id, { decision: 'ask', question: 'Is there Wi-Fi at home?' });
      const { questions } = await getReferral(db, officer.actor, id);
      const clinic = visit(tokenIn((await post(linkPath({ id, questionId: questions[0]!.id }))).body)!);
      t.match((await clinic.see()).body, 'Is there Wi-Fi at home?', 'what is asked reaches them');
      await decideReferral(deps, officer, id, { decision: 'decline', reason: 'Told us why' });
      const { body } = await clinic.see();
      t.match(body, /There is nothing to answer now/);
      t.equal(body.includes('The referral went on without an answer'), shareBackWithClinic);
      t.notMatch(body, /Told us why|declined/);
      if (shareBackWithClinic) {
        await recordConsent(deps, officer, id, {
          shareBackWithClinic: false,
          source: 'patient',
          saidOn: '2026-11-23',
        });
        t.match((await clinic.see()).body, /An answer is no longer needed/, 'taken back');
      }
    }
  },
);

t.test('the pages by axe and at both widths', async (t) => {
  const referral = await askedReferral(`Is there Wi-Fi at home?\n${'Long'.repeat(40)}`);
  const { page, look } = await signedInBrowser(
    t,
    await app.listen({ host: '127.0.0.1', port: 0 }),
    as.officer,
  );
  const shot = async (name: string) => {
    if (process.env.SHOTS)
      await page.screenshot({ path: `${process.env.SHOTS}/${name}.png`, fullPage: true });
  };
  await page.goto(`/referrals/${referral.id}`);
  await look('a referral with a question');
  await page.getByRole('button', { name: 'Make a link for the clinic’s answer' }).click();
  const message = await page.getByLabel('Copy this message now').inputValue();
  await look('the link is made');
  await shot('answer-link');
  await page.context().clearCookies();
  await page.goto(/http\S+/.exec(message)![0]);
  await look('the question');
  await shot('answer');
  await page.getByRole('button', { name: 'Send answer' }).click();
  await page.getByRole('link', { name: 'Enter your answer' }).waitFor();
  await page.getByLabel('Your answer').fill('Yes.');
  await page.getByRole('button', { name: 'Send answer' }).click();
  await page.getByRole('heading', { name: 'This question is answered' }).waitFor();
  await look('the question is answered');
});
