import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import {
  chownSync,
  closeSync,
  existsSync,
  mkdirSync,
  openSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import { findPlace, type Place } from './place.ts';
import { commandOf, freePort, postmaster, withLock } from './processes.ts';

export type EmbeddedPostgres = {
  /** As `lendwell_owner`, who owns the database and migrates it. */
  ownerUrl: string;
  /** As `lendwell_app`, as whom Lendwell runs. */
  appUrl: string;
  /** As the superuser, on the database `postgres`. */
  adminUrl: string;
  /** Folder of the data. */
  data: string;
  /** False when a server that was already running is used. */
  started: boolean;
  /** Ends connections, shuts the server down and waits until it is gone. */
  stop(): Promise<void>;
};

export type EmbeddedOptions = {
  /** Folder for the data and for `postgres.json`, which has the addresses and passwords. */
  dir: string;
  /** False for tests: nothing is forced to disk, and there are many connections. */
  durable?: boolean;
  /** True when several processes use the same server at once. */
  shared?: boolean;
  log?: (line: string) => void;
};

/** What `postgres.json` holds, mode 0600. */
type Kept = { ownerUrl: string; appUrl: string; adminUrl: string; startedBy: number };
type Passwords = { admin: string; owner: string; app: string };

/**
 * Starts the PostgreSQL that comes with the install, on loopback with a port and passwords of
 * its own, and makes its roles and the database `lendwell` the first time. It runs apart from
 * our process group, so that Ctrl-C leaves it to be stopped last; a server that a killed start
 * left behind is used again.
 * @throws Error when Lendwell already runs from this folder, or Postgres does not start
 */
export async function startEmbeddedPostgres(options: EmbeddedOptions): Promise<EmbeddedPostgres> {
  mkdirSync(options.dir, { recursive: true });
  return withLock(path.join(options.dir, 'postgres.lock'), () => startOrReuse(options));
}

async function startOrReuse(options: EmbeddedOptions): Promise<EmbeddedPostgres> {
  const { dir, durable = true, shared = false, log = () => {} } = options;
  const place = findPlace(dir);
  if (place.movedTo)
    log(`${dir} is closed to the user that PostgreSQL runs as; its data is in ${place.movedTo}.`);
  const data = path.join(place.cluster, 'data');
  const keptFile = path.join(dir, 'postgres.json');
  const kept = existsSync(keptFile) ? (JSON.parse(readFileSync(keptFile, 'utf8')) as Kept) : undefined;
  if (!kept && existsSync(data)) await clearOrphan(place, data, keptFile);
  const words = kept ? passwordsOf(kept) : { admin: randomWord(), owner: randomWord(), app: randomWord() };
  const save = (port: number) => {
    const urls = urlsOf(words, port);
    writeFileSync(keptFile, `${JSON.stringify({ ...urls, startedBy: process.pid }, null, 2)}\n`, {
      mode: 0o600,
    });
    return urls;
  };

  const pid = postmaster(data);
  if (pid) {
    if (kept && !shared) refuseSecondStart(kept);
    const port = Number(readFileSync(path.join(data, 'postmaster.pid'), 'utf8').split('\n')[3]);
    if (await answers(urlsOf(words, port).adminUrl, () => !postmaster(data))) {
      return { ...save(port), data, started: false, stop: () => shutDown(pid, data) };
    }
    await shutDown(pid, data);
  }
  save(0);
  if (!existsSync(data)) await initialise(place, data, words.admin);
  for (let attempt = 1; attempt <= 3; attempt++) {
    // Another program may take the port between our look and the start, hence three attempts.
    const port = await freePort();
    const child = launch(place, data, port, durable);
    const hasEnded = () => child.exitCode !== null || child.signalCode !== null;
    if (await answers(urlsOf(words, port).adminUrl, hasEnded)) {
      const urls = save(port);
      await makeRoles(urls.adminUrl, words);
      return { ...urls, data, started: true, stop: () => shutDown(child.pid!, data) };
    }
    if (!hasEnded()) await shutDown(child.pid!, data);
  }
  const output = readFileSync(path.join(place.cluster, 'postgres.log'), 'utf8').trim();
  throw new Error(`PostgreSQL did not start:\n${output}`);
}

/** Removes data under /var/tmp whose folder is no more; data in its own folder is never removed. */
async function clearOrphan(place: Place, data: string, keptFile: string): Promise<void> {
  if (!place.movedTo) {
    throw new Error(
      `${keptFile} is missing, so nobody knows the passwords of the database in ${data}. Restore it, or remove ${path.dirname(keptFile)} to begin anew.`,
    );
  }
  const pid = postmaster(data);
  if (pid) await shutDown(pid, data);
  rmSync(data, { recursive: true });
}

function refuseSecondStart({ startedBy }: Kept): void {
  if (startedBy === process.pid || !commandOf(startedBy).includes('node')) return;
  throw new Error(`Lendwell is already running from this folder (process ${startedBy}).`);
}

function launch(place: Place, data: string, port: number, durable: boolean): ChildProcess {
  const settings = {
    listen_addresses: '127.0.0.1',
    port,
    unix_socket_directories: '',
    // Messages of the server quote values of rows.
    log_min_messages: 'fatal',
    log_min_error_statement: 'panic',
    ...(durable
      ? {}
      : { fsync: 'off', synchronous_commit: 'off', full_page_writes: 'off', max_connections: 300 }),
  };
  const output = openSync(path.join(place.cluster, 'postgres.log'), 'w');
  const args = [
    '-D',
    data,
    ...Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`]),
  ];
  const child = spawn(path.join(place.bin, 'postgres'), args, {
    ...place.user,
    cwd: place.cluster,
    env: environment(),
    detached: true,
    stdio: ['ignore', output, output],
  });
  closeSync(output);
  child.unref();
  return child;
}

/** initdb into a folder that gets its name once it is whole. */
async function initialise(place: Place, data: string, password: string): Promise<void> {
  const making = `${data}.making`;
  const passwordFile = path.join(place.cluster, 'password');
  rmSync(making, { recursive: true, force: true });
  writeFileSync(passwordFile, password, { mode: 0o600 });
  if (place.user.uid !== undefined) chownSync(passwordFile, place.user.uid, place.user.gid!);
  try {
    execFileSync(
      path.join(place.bin, 'initdb'),
      // Said in full: without a locale in the environment initdb would choose SQL_ASCII.
      [
        '-D',
        making,
        '--username=lendwell_admin',
        `--pwfile=${passwordFile}`,
        '--auth=scram-sha-256',
        '--encoding=UTF8',
        '--locale-provider=builtin',
        '--builtin-locale=C.UTF-8',
        '--locale=C',
        '--no-instructions',
        '--no-sync',
      ],
      { ...place.user, cwd: place.cluster, env: environment(), stdio: ['ignore', 'ignore', 'pipe'] },
    );
  } catch (error) {
    throw new Error(
      `PostgreSQL could not make its data folder: ${String((error as { stderr?: unknown }).stderr ?? error).trim()}`,
    );
  } finally {
    rmSync(passwordFile, { force: true });
  }
  renameSync(making, data);
}

/** The roles and the database, where they are missing. */
async function makeRoles(adminUrl: string, words: Passwords): Promise<void> {
  const client = new pg.Client(adminUrl);
  await client.connect();
  try {
    for (const [role, word] of [
      ['lendwell_owner', words.owner],
      ['lendwell_app', words.app],
    ] as const) {
      const { rowCount } = await client.query('select from pg_roles where rolname = $1', [role]);
      if (!rowCount) await client.query(`create role ${role} login password ${client.escapeLiteral(word)}`);
    }
    for (const role of ['lendwell_clinic', 'lendwell_supporter']) {
      const { rowCount } = await client.query('select from pg_roles where rolname = $1', [role]);
      if (!rowCount) await client.query(`create role ${role}; grant ${role} to lendwell_app`);
    }
    const { rowCount } = await client.query(`select from pg_database where datname = 'lendwell'`);
    if (!rowCount) await client.query('create database lendwell owner lendwell_owner');
  } finally {
    await client.end();
  }
}

/** True once the server takes connections, false when it has gone or a minute has passed. */
async function answers(adminUrl: string, gone: () => boolean): Promise<boolean> {
  const until = performance.now() + 60_000;
  while (performance.now() < until) {
    const client = new pg.Client({ connectionString: adminUrl, connectionTimeoutMillis: 5_000 });
    client.on('error', () => {});
    try {
      await client.connect();
      await client.end();
      return true;
    } catch (error) {
      // A server of other passwords is not ours.
      if ((error as { code?: string }).code === '28P01') return false;
      if (gone()) return false;
      await sleep(30);
    }
  }
  return false;
}

/** Fast shutdown: open transactions are rolled back, everything committed is written. */
async function shutDown(pid: number, data: string): Promise<void> {
  if (postmaster(data) !== pid) return;
  process.kill(pid, 'SIGINT');
  const urgentAt = performance.now() + 60_000;
  while (postmaster(data) === pid) {
    if (performance.now() > urgentAt) process.kill(pid, 'SIGQUIT');
    await sleep(20);
  }
}

function urlsOf(words: Passwords, port: number) {
  const url = (role: string, word: string, database: string) =>
    `postgres://${role}:${word}@127.0.0.1:${port}/${database}`;
  return {
    ownerUrl: url('lendwell_owner', words.owner, 'lendwell'),
    appUrl: url('lendwell_app', words.app, 'lendwell'),
    adminUrl: url('lendwell_admin', words.admin, 'postgres'),
  };
}

function passwordsOf(kept: Kept): Passwords {
  const word = (url: string) => new URL(url).password;
  return { admin: word(kept.adminUrl), owner: word(kept.ownerUrl), app: word(kept.appUrl) };
}

const randomWord = () => randomBytes(24).toString('base64url');

const environment = () => ({ PATH: '/usr/bin:/bin', LC_ALL: 'C', TZ: 'UTC' });
