import t from 'tap';
import { readConfig } from '../../src/config.ts';
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
