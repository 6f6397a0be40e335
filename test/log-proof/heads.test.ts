import { execFile, spawn } from 'node:child_process';
import { createPublicKey } from 'node:crypto';
import { existsSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import path from 'node:path';
import { promisify } from 'node:util';
import { sql } from 'kysely';
import t from 'tap';
import { signHead } from '../../src/office/log-proof/head.commands.ts';
import { headLine, headsIn, headText } from '../../src/office/log-proof/head.rules.ts';
import { listHeads } from '../../src/office/log-proof/log-proof.queries.ts';
import { makeKeys, publicKeys } from '../../src/office/log-proof/signing.ts';
import { stampedAt } from '../../src/office/log-proof/stamp.ts';
import { verifyLog } from '../../src/office/log-proof/verify.queries.ts';
import { runNightly } from '../../src/office/nightly/nightly.commands.ts';
import { linkedLog, settled } from '../helpers/linked-log.ts';
import { refusal } from '../helpers/refusal.ts';

const run = promisify(execFile);
const root = path.join(import.meta.dirname, '../..');

/** A pair of keys, a linked log whose ends are signed with it, and the file to which they go. */
async function signedLog(
  t: Parameters<typeof linkedLog>[0] & { testdir(): string },
  settings: Record<string, string> = {},
  dir = t.testdir(),
) {
  const key = path.join(dir, 'log.pem');
  const file = path.join(dir, 'kept', 'heads.jsonl');
  await makeKeys(key);
  const log = await linkedLog(t, { LOG_SIGNING_KEY: key, LOG_HEADS_FILE: file, ...settings });
  const outside = () => headsIn(readFileSync(file, 'utf8'))!;
  const keys = publicKeys([`${key}.pub`]);
  const check = async () => (await verifyLog(log.db, { outside: outside(), keys })).fault;
  return { ...log, dir, key, file, keys, outside, check };
}

t.test('a head is signed, kept, and leaves by the file and the email that are set', async (t) => {
  const { deps, db, key, keys, file, outside } = await signedLog(t, { LOG_HEADS_EMAIL: 'log@example.org' });
  const done = (await signHead(deps))!;
  t.same(done.left, ['file', 'email']);
  t.same(outside(), [done.head]);
  t.equal(statSync(file).mode & 0o077, 0, 'and nobody else reads the file');
  t.equal(statSync(key).mode & 0o077, 0);
  const [kept] = await listHeads(db);
  t.match(kept, { ...done.head, stamp: null });
  const { rows } = await sql<{ to: string; body: string }>`
    select recipient as to, body from captured_message`.execute(db);
  t.equal(rows[0]!.to, 'log@example.org');
  t.same(headsIn(rows[0]!.body), [done.head], 'the email is read as it is');
  t.match(await verifyLog(db, { outside: outside(), keys }), { fault: undefined, heads: 2, signed: 2 });
});

t.test('the night signs, and says that it did', async (t) => {
  const { deps, outside, check } = await signedLog(t);
  const { steps } = await runNightly(deps);
  t.match(steps.at(-1), { step: 'log-head', count: 1 });
  t.equal(outside().at(-1)!.n >= 12, true);
  t.equal(await check(), undefined);
});

t.test('without a key a head is kept and not signed, with a key that is gone there is none', async (t) => {
  const { deps, db } = await linkedLog(t);
  t.match(await signHead(deps), { head: { n: 12, keyId: null, signature: null }, left: [], failed: [] });
  const config = { ...deps.config, LOG_SIGNING_KEY: '/nowhere/log.pem' };
  t.match(await refusal(signHead({ ...deps, config })), { type: 'conflict' });
  t.equal((await listHeads(db)).length, 1);
});

t.test('a way that fails stops neither the head nor the others', async (t) => {
  const { deps, dir, outside } = await signedLog(t, { LOG_TSA_URL: 'http://127.0.0.1:1/' });
  t.match(await signHead(deps), { left: ['file'], failed: ['stamp'] });
  t.equal(outside().length, 1);
  writeFileSync(path.join(dir, 'taken'), '');
  const config = { ...deps.config, LOG_HEADS_FILE: path.join(dir, 'taken', 'heads') };
  t.match(await signHead({ ...deps, config }), { left: [], failed: ['stamp', 'file'] });
});

t.test('a tail that was cut, a chain that was written anew and a forged head are found', async (t) => {
  const { deps, db, owner, keys, check, log, outside } = await signedLog(t);
  await signHead(deps);
  await log(1);
  await signHead(deps);
  t.equal(await check(), undefined);

  await owner.query('delete from log_link where n > 12');
  await owner.query('delete from event_subject where event_id not in (select row_id from log_link)');
  await owner.query('delete from outbox');
  await owner.query('delete from event where id not in (select row_id from log_link)');
  await owner.query('delete from access_log where id not in (select row_id from log_link)');
  t.match((await verifyLog(db)).fault, { kind: 'cut', n: 15 }, 'by the heads that are kept here');
  await owner.query('delete from log_head where n > 12');
  t.equal((await verifyLog(db)).fault, undefined, 'an old copy is whole by itself');
  t.match(await check(), { kind: 'cut', n: 15 }, 'and is found by what was kept elsewhere');

  await owner.query('truncate log_link');
  await owner.query('update log_sealing set place = 0, next_place = null, next_xid = null');
  await owner.query(`update event set actor_name = 'Somebody' where place = 2`);
  await settled({ deps, db });
  t.match(await check(), { kind: 'rewritten', n: 12 });
  await owner.query('delete from log_head');
  const forged = await linkedHead();
  t.match((await verifyLog(db, { outside: [forged], keys })).fault, { kind: 'signature', n: 12 });
  t.match((await verifyLog(db, { outside: [{ ...forged, keyId: null, signature: null }], keys })).fault, {
    kind: 'signature',
  });

  /** A head of the chain as it is now, with the signature of another. */
  async function linkedHead() {
    const { rows } = await sql<{ digest: string }>`
      select encode(digest, 'hex') as digest from log_link where n = 12`.execute(db);
    return { ...outside()[0]!, digest: rows[0]!.digest };
  }
});

t.test('another key is none', async (t) => {
  const { deps, db, dir, outside } = await signedLog(t);
  await signHead(deps);
  await makeKeys(path.join(dir, 'other.pem'));
  const keys = publicKeys([path.join(dir, 'other.pem.pub')]);
  t.match((await verifyLog(db, { outside: outside(), keys })).fault, { kind: 'signature', n: 12 });
  await t.rejects(makeKeys(path.join(dir, 'other.pem')), { code: 'EEXIST' }, 'a key is not written over');
  const rsa = path.join(dir, 'rsa.pem');
  await run('openssl', ['genrsa', '-out', rsa, '2048']);
  t.throws(() => publicKeys([rsa]), /not an Ed25519 key/);
});

t.test('a head is stamped by a time stamping authority, and the stamp is one for openssl too', async (t) => {
  const dir = t.testdir();
  const tsa = await timeStampingAuthority(t, path.join(dir, 'tsa'));
  const { deps, db } = await signedLog(t, { LOG_TSA_URL: tsa.url }, dir);
  const { head, left } = (await signHead(deps))!;
  t.ok(left.includes('stamp'));
  const stamp = (await listHeads(db))[0]!.stamp!;
  const at = Date.parse(stampedAt(stamp, headText(head))!);
  t.ok(Math.abs(at - Date.now()) < 600_000);
  t.equal(stampedAt(stamp, headText({ ...head, n: 11 })), undefined);
  t.match(await verifyLog(db), { fault: undefined, stamped: 1 });
  writeFileSync(path.join(dir, 'reply.tsr'), stamp);
  writeFileSync(path.join(dir, 'head.txt'), headText(head));
  const { stdout } = await run('openssl', [
    ...['ts', '-verify', '-in', path.join(dir, 'reply.tsr'), '-data', path.join(dir, 'head.txt')],
    ...['-CAfile', tsa.certificate],
  ]);
  t.match(stdout, /Verification: OK/);

  tsa.answers.push(stamp);
  t.match(await signHead(deps), { failed: ['stamp'] }, 'a stamp of something else is refused');
  tsa.answers.push(Buffer.from('nothing'));
  t.match(await signHead(deps), { failed: ['stamp'] }, 'and so is what is none');
});

t.test('npm run verify-log', async (t) => {
  const { dir, key, appUrl, owner, links, deps } = await signedLog(t);
  const heads = path.join(dir, 'kept', 'heads.jsonl');
  const script = (args: string[], settings: Record<string, string> = {}) =>
    new Promise<{ code: number | null; said: string }>((resolve) => {
      const env = { PATH: process.env.PATH ?? '', DATABASE_URL: appUrl, ...settings };
      const child = spawn(process.execPath, ['scripts/verify-log.ts', ...args], { cwd: root, env });
      let said = '';
      for (const output of [child.stdout, child.stderr])
        output.on('data', (chunk) => {
          said += chunk;
        });
      child.on('close', (code) => resolve({ code, said }));
    });
  const own = { LOG_SIGNING_KEY: key, LOG_HEADS_FILE: heads };
  const outside = ['--heads', heads, '--public-key', `${key}.pub`];

  t.match(await script(['--sign'], own), { code: 0, said: /link 12 is signed with the key .*by: file/s });
  t.match(await script([], own), {
    code: 0,
    said: /^The log is whole: 12 links; 0 rows not yet linked; 1 heads, 1 with a good/,
  });
  t.match(await script(outside), { code: 0, said: /2 heads, 2 with a good signature/ });
  t.match(await script([]), { code: 0, said: /signatures not looked at/ });

  const made = path.join(dir, 'new.pem');
  t.match(await script(['--new-key', made]), { code: 0, said: /new\.pem\.pub/ });
  t.equal(createPublicKey(readFileSync(made)).asymmetricKeyType, 'ed25519');
  t.match(await script(['--new-key', made]), { code: 1, said: /EEXIST/ });
  t.match(await script(['--public-key', `${made}.pub`]), { code: 1, said: /not signed by a key/ });
  t.match(await script(['--heads', path.join(dir, 'none')]), { code: 1, said: /ENOENT/ });
  t.notOk(existsSync(path.join(dir, 'none')));
  writeFileSync(path.join(dir, 'torn'), `${headLine((await listHeads(deps.db))[0]!).slice(0, 40)}\n`);
  t.match(await script(['--heads', path.join(dir, 'torn')]), { code: 1, said: /a line that is no head/ });
  t.match(await script(['--nonsense']), { code: 1, said: /npm run verify-log/ });

  const third = (await links())[2]!;
  await owner.query(`update event set actor_name = 'Somebody' where id = $1`, [third.id]);
  t.match(await script(outside), {
    code: 1,
    said: new RegExp(`not whole. link 3, event, ${third.id}: changed`),
  });
});

/** `openssl ts` behind a web server; what is in `answers` is answered first, as it is. */
async function timeStampingAuthority(t: { teardown(work: () => unknown): unknown }, dir: string) {
  const in_ = (file: string) => path.join(dir, file);
  await run('mkdir', ['-p', dir]);
  writeFileSync(in_('serial'), '01\n');
  writeFileSync(
    in_('tsa.cnf'),
    `[tsa]\ndefault_tsa = own\n[own]\nserial = ${in_('serial')}\nsigner_cert = ${in_('tsa.pem')}\nsigner_key = ${in_('tsa.key')}\n` +
      'signer_digest = sha256\ndefault_policy = 1.2.3.4.1\ndigests = sha256\naccuracy = secs:1\n[req]\ndistinguished_name = name\n[name]\n',
  );
  await run('openssl', [
    ...['req', '-x509', '-newkey', 'rsa:2048', '-nodes', '-days', '2', '-subj', '/CN=Test authority'],
    ...['-config', in_('tsa.cnf'), '-addext', 'extendedKeyUsage=critical,timeStamping'],
    ...['-keyout', in_('tsa.key'), '-out', in_('tsa.pem')],
  ]);
  const answers: Buffer[] = [];
  const server = createServer(async (request, reply) => {
    const asked = await Array.fromAsync(request);
    let answer = answers.shift();
    if (!answer) {
      writeFileSync(in_('query.tsq'), Buffer.concat(asked));
      const files = ['-queryfile', in_('query.tsq'), '-out', in_('reply.tsr')];
      await run('openssl', ['ts', '-reply', '-config', in_('tsa.cnf'), ...files]);
      answer = readFileSync(in_('reply.tsr'));
    }
    reply.writeHead(200, { 'content-type': 'application/timestamp-reply' }).end(answer);
  });
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
  t.teardown(() => {
    server.closeAllConnections();
    server.close();
  });
  const { port } = server.address() as AddressInfo;
  return { url: `http://127.0.0.1:${port}/`, certificate: in_('tsa.pem'), answers };
}
