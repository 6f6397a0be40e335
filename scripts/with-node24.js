// Runs a script of Lendwell with Node 24, from any Node since 20, installing what is missing first:
//   node scripts/with-node24.js scripts/start.ts [arguments]
// One program, because a shell that has looked up `node` before the install keeps the old one.
import { spawn, spawnSync } from 'node:child_process';
import { existsSync, statSync, utimesSync } from 'node:fs';
import { constants } from 'node:os';
import path from 'node:path';

const root = path.join(import.meta.dirname, '..');
// crypto.argon2 came with 24.7.
const needed = [24, 7];

const [script, ...args] = process.argv.slice(2);
if (!script) stop('Usage: node scripts/with-node24.js <script> [arguments]');

installWhatIsMissing();
const child = spawn(node24(), ['--disable-warning=ExperimentalWarning', script, ...args], {
  cwd: root,
  stdio: 'inherit',
});
child.on('error', (error) => stop(`${script} could not be started: ${error.message}`));
child.on('exit', (code, signal) => process.exit(signal ? 128 + constants.signals[signal] : code));

// Ctrl-C reaches the child too; we only wait for it. A second signal does no harm there.
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => child.kill(signal));

// `npm` told to end takes its shell with it but not us; without our parent it is time to end.
if (process.env.npm_lifecycle_event) {
  const parent = process.ppid;
  setInterval(() => process.ppid === parent || child.kill('SIGTERM'), 500).unref();
}

function installWhatIsMissing() {
  const lock = path.join(root, 'package-lock.json');
  const installed = path.join(root, 'node_modules/.package-lock.json');
  if (existsSync(installed) && statSync(installed).mtimeMs >= statSync(lock).mtimeMs) return;
  console.log('Installing what package-lock.json names (npm install)…');
  // Not `npm ci`: it refuses the lock where a registry lacks a package for some other platform.
  const flags = [
    'install',
    '--no-save',
    '--no-audit',
    '--no-fund',
    '--include=dev',
    '--include=optional',
    '--loglevel=error',
  ];
  const npm = process.env.npm_execpath;
  const run = npm?.endsWith('.js') ? [process.execPath, [npm, ...flags]] : ['npm', flags];
  const { status, error } = spawnSync(...run, { cwd: root, stdio: 'inherit' });
  if (error) stop(`npm could not be run: ${error.message}`);
  if (status !== 0) stop('npm install did not succeed; its messages are above.');
  utimesSync(installed, new Date(), new Date());
}

function node24() {
  if (isRecent(process.versions.node)) return process.execPath;
  const own = path.join(root, 'node_modules/.bin/node');
  const version = spawnSync(own, ['--version'], { encoding: 'utf8' }).stdout ?? '';
  if (isRecent(version.trim().slice(1))) return own;
  return stop(
    `Lendwell needs Node ${needed.join('.')} or newer. This is Node ${process.versions.node}, and npm has no newer one for ` +
      `${process.platform} ${process.arch}. Install Node 24 from https://nodejs.org and start again.`,
  );
}

function isRecent(version) {
  const [major = 0, minor = 0] = version.split('.').map(Number);
  return major > needed[0] || (major === needed[0] && minor >= needed[1]);
}

function stop(message) {
  console.error(message);
  process.exit(1);
}
