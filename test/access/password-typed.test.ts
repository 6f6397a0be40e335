import t from 'tap';
import { addStaff } from '../../src/access/staff.commands.ts';
import { systemContext } from '../../src/shared/actor.ts';
import { testApp } from '../helpers/app.ts';
import { visitor } from '../helpers/visitor.ts';

const ctx = systemContext('test');

t.test('a password is what was typed: spaces at its ends, odd characters, any length', async (t) => {
  const { app, deps } = await testApp(t);
  const passwords = [
    '  four loose words here  ',
    'tab\tand\u00a0hard space, kettle',
    `${'seven green kettles and '.repeat(3)}one`,
    'quiet zebras fold umbrellas',
    '🫖🫖🦓🦓🦩🦩🌂🌂🪁🪁🪗🪗',
    'UPPER lower 0 ünïcode ‮ zebra',
  ];
  const email = 'ana@example.org';
  await addStaff(deps, ctx, { name: 'Ana Lima', email, role: 'officer', password: passwords[0]! });
  for (const [at, current] of passwords.entries()) {
    const browser = visitor(app);
    t.equal(
      (await browser.signIn(email, current)).statusCode,
      303,
      `signs in with ${JSON.stringify(current)}`,
    );
    if (current.trim() !== current)
      t.equal((await visitor(app).signIn(email, current.trim())).statusCode, 422, 'nothing is cut off');
    if (current.toUpperCase() !== current)
      t.equal((await visitor(app).signIn(email, current.toUpperCase())).statusCode, 422, 'nor made small');
    await browser.get('/account/password');
    const next = passwords[at + 1] ?? passwords[3]!;
    const changed = await browser.send('/account/password', { current, password: next });
    t.equal(changed.statusCode, 303, `and changes it from ${JSON.stringify(current)}`);
  }
});

t.test('what asks for a password hides it, and lets a password manager fill it in', async (t) => {
  const { app, as } = await testApp(t);
  for (const [url, ways] of [
    ['/sign-in', ['current-password']],
    ['/account/password', ['current-password', 'new-password']],
  ] as const) {
    const { body } = await app.inject({ url, headers: url === '/sign-in' ? {} : as.officer });
    const inputs = body.match(/<input[^>]*type="password"[^>]*>/g) ?? [];
    t.same(
      inputs.map((input) => /autocomplete="([^"]*)"/.exec(input)?.[1]),
      ways,
      url,
    );
    t.notMatch(body, /onpaste|name="(password|current)"[^>]*type="text"/, url);
  }
});
