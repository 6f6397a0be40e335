import t from 'tap';
import { readConfig } from '../../src/config.ts';
import { run } from '../../src/main.ts';
import { unsafeSettings } from '../../src/shared/unsafe-settings.ts';

const secret = 'Zq3v8Jr1xTn5Wb7Kc0Ld2Mf4Pg6Rh9Sy';
const faultsOf = (DATABASE_URL: string, SECRET = secret) =>
  unsafeSettings(readConfig({ DATABASE_URL, SECRET }));

t.test('a database on this machine, or over verified TLS, is safe', async (t) => {
  for (const url of [
    'postgres://lendwell_app@localhost/lendwell',
    'postgres://lendwell_app@127.0.0.1:5433/lendwell',
    'postgres://lendwell_app@[::1]/lendwell',
    'postgres:///lendwell?host=/var/run/postgresql',
    'postgres://lendwell_app@db.example.org/lendwell?sslmode=verify-full',
  ]) {
    t.same(faultsOf(url), [], url);
  }
});

t.test('a database elsewhere without verified TLS is refused', async (t) => {
  for (const url of [
    'postgres://lendwell_app@db.example.org/lendwell',
    'postgres://lendwell_app@db.example.org/lendwell?sslmode=require',
    'postgres://lendwell_app@localhost.example.org/lendwell',
    'postgres://lendwell_app@localhost/lendwell?host=db.example.org',
    'not a URL',
  ]) {
    t.match(faultsOf(url), [/^DATABASE_URL leads to another machine/], url);
  }
});

t.test('a secret of a few repeated characters is refused', async (t) => {
  t.match(faultsOf('postgres://localhost/lendwell', 'abcabc'.repeat(8)), [/^SECRET is not random/]);
});

const at = (settings: Record<string, string>) =>
  unsafeSettings(readConfig({ DATABASE_URL: 'postgres://localhost/lendwell', SECRET: secret, ...settings }));

const outside = { HOST: '0.0.0.0', PUBLIC_URL: 'https://lendwell.example.org' };

t.test('what others reach has an https address', async (t) => {
  t.same(at({}), [], 'the demonstration');
  t.same(at({ PUBLIC_URL: 'http://localhost:3000' }), []);
  t.same(at(outside), []);
  for (const settings of [
    { HOST: '0.0.0.0' },
    { HOST: '::' },
    { HOST: '192.168.1.2', PUBLIC_URL: 'http://lendwell.example.org' },
    { PUBLIC_URL: 'http://lendwell.example.org' },
    { PUBLIC_URL: 'lendwell.example.org' },
  ] as Record<string, string>[])
    t.match(at(settings), [/^PUBLIC_URL is not an https address/], JSON.stringify(settings));
  t.match(at({ ...outside, LINK_URL: 'http://answer.example.org' }), [/^LINK_URL is not/]);
});

t.test('few may say who calls', async (t) => {
  for (const TRUST_PROXY of ['', '1', '2', 'loopback', '10.1.2.3, 10.1.2.4', '172.30.250.0/29', 'fd00::5'])
    t.same(at({ TRUST_PROXY }), [], TRUST_PROXY);
  for (const TRUST_PROXY of [
    'uniquelocal',
    'linklocal',
    '0.0.0.0/0',
    '10.0.0.0/8',
    'fd00::/8',
    '::/0',
    'true',
  ])
    t.match(at({ TRUST_PROXY }), [/^TRUST_PROXY lets too many say who calls/], TRUST_PROXY);
});

t.test('what is sent to another machine is hidden from those on the way', async (t) => {
  const smtp = (SMTP_URL: string) => ({ EMAIL_BY: 'smtp', SMTP_URL });
  for (const settings of [
    { REDIS_URL: 'redis://localhost:6379' },
    { REDIS_URL: 'rediss://:word@redis.example.org' },
    { REDIS_URL: 'redis://:word@redis:6379', PRIVATE_HOSTS: 'postgres, redis' },
    { DATABASE_URL: 'postgres://lendwell_app:x@postgres/lendwell', PRIVATE_HOSTS: 'postgres' },
    smtp('smtps://me:word@mail.example.org'),
    smtp('smtp://me:word@mail.example.org:587?requireTLS=true'),
    smtp('smtp://localhost:25'),
    { NOTIFY_URL: 'http://127.0.0.1:4000' },
    { SECURITY_ALERT_URL: 'https://alerts.example.org/x' },
  ] as Record<string, string>[])
    t.same(at(settings), [], JSON.stringify(settings));
  const refused: [Record<string, string>, RegExp][] = [
    [{ REDIS_URL: 'redis://:word@redis.example.org' }, /^REDIS_URL/],
    [{ REDIS_URL: 'rediss://redis.example.org' }, /^REDIS_URL/],
    [{ REDIS_URL: 'rediss://:word@one.example.org,redis://two.example.org' }, /^REDIS_URL/],
    [{ REDIS_URL: 'redis://redis:6379', PRIVATE_HOSTS: 'redis' }, /^REDIS_URL/],
    [
      { DATABASE_URL: 'postgres://lendwell_app:x@other/lendwell', PRIVATE_HOSTS: 'postgres' },
      /^DATABASE_URL/,
    ],
    [smtp('smtp://me:word@mail.example.org'), /^SMTP_URL/],
    [smtp(''), /^SMTP_URL/],
    [{ NOTIFY_URL: 'http://notify.example.org' }, /^NOTIFY_URL/],
    [{ SECURITY_ALERT_URL: 'http://alerts.example.org/x' }, /^SECURITY_ALERT_URL/],
  ];
  for (const [settings, expected] of refused) t.match(at(settings), [expected], JSON.stringify(settings));
});

t.test('nothing starts with unsafe settings, by whichever way', async (t) => {
  const config = readConfig({
    DATABASE_URL: 'postgres://lendwell_app@db.example.org/lendwell',
    SECRET: 'a'.repeat(40),
    HOST: '0.0.0.0',
  });
  for (const role of ['api', 'worker'] as const)
    await t.rejects(run(config, [role]), {
      message: /^unsafe settings\.\n {2}DATABASE_URL.*SECRET.*PUBLIC_URL/s,
    });
});

t.test('a provider of single sign-on is reached by https, or on this machine', async (t) => {
  const faults = (OIDC_ISSUER: string) =>
    unsafeSettings(
      readConfig({
        DATABASE_URL: 'postgres://localhost/lendwell',
        SECRET: secret,
        OIDC_ISSUER,
        OIDC_CLIENT_ID: 'lendwell',
        OIDC_CLIENT_SECRET: 'a secret',
      }),
    );
  for (const issuer of ['https://login.example.org/v2.0', 'http://127.0.0.1:4000', 'http://localhost'])
    t.same(faults(issuer), [], issuer);
  for (const issuer of [
    'http://login.example.org',
    'http://localhost.example.org',
    'http://10.0.0.1',
    'ftp://localhost',
  ])
    t.match(faults(issuer), [/^OIDC_ISSUER is not https/], issuer);
});

t.test('settings of single sign-on that do not go together stop the start', async (t) => {
  const whole = {
    OIDC_ISSUER: 'https://login.example.org',
    OIDC_CLIENT_ID: 'lendwell',
    OIDC_CLIENT_SECRET: 'a secret',
  };
  const read = (settings: Record<string, string>) =>
    readConfig({ DATABASE_URL: 'postgres://localhost/lendwell', SECRET: secret, ...settings });
  t.doesNotThrow(() => read(whole));
  t.doesNotThrow(() =>
    read({ ...whole, OIDC_ROLE_CLAIM: 'roles', OIDC_ROLES: 'a=officer, b = manager,c=d=auditor' }),
  );
  for (const [settings, words] of [
    [{ ...whole, OIDC_CLIENT_ID: '' }, /wants OIDC_CLIENT_ID/],
    [{ ...whole, OIDC_CLIENT_SECRET: '' }, /either OIDC_CLIENT_SECRET or OIDC_PRIVATE_KEY/],
    [{ ...whole, OIDC_PRIVATE_KEY: '/key.pem' }, /either OIDC_CLIENT_SECRET or OIDC_PRIVATE_KEY/],
    [{ ...whole, OIDC_ISSUER: 'login.example.org' }, /OIDC_ISSUER is no address/],
    [{ ...whole, OIDC_SCOPES: 'profile email' }, /OIDC_SCOPES wants openid/],
    [{ ...whole, OIDC_ROLE_CLAIM: 'roles' }, /go together/],
    [{ ...whole, OIDC_ROLES: 'a=officer' }, /go together/],
    [{ ...whole, OIDC_ROLE_CLAIM: 'roles', OIDC_ROLES: 'a=clinic' }, /OIDC_ROLES is value=role/],
    [{ ...whole, OIDC_FIRST_SIGN_IN: 'make' }, /wants OIDC_ROLE_CLAIM/],
    [{ OIDC_LOCAL_SIGN_IN: 'break-glass:a@example.org' }, /closes the only way in/],
    [{ ...whole, OIDC_LOCAL_SIGN_IN: 'closed' }, /OIDC_LOCAL_SIGN_IN/],
  ] as const)
    t.throws(() => read(settings), words);
});
