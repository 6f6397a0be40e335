import { type SpawnOptions, spawn, spawnSync } from 'node:child_process';
import { accessSync, constants, existsSync, mkdirSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import path from 'node:path';
import { startEmbeddedPostgres } from '../src/embedded/postgres.ts';
import { commandOf } from '../src/embedded/processes.ts';

// npm test                                 every check and every test
// node scripts/test.ts --only <files…>     these test files, quickly; the server for tests stays up
// node scripts/test.ts --stop              ends that server

const root = path.join(import.meta.dirname, '..');
const bin = (name: string) => path.join(root, 'node_modules/.bin', name);
const script = (name: string) => path.join(import.meta.dirname, name);
const tapFile = path.join(root, '.tap/all.tap');

/** The checks before the tests: heading, program, arguments. */
const checks: [string, string, string[]][] = [
  ['Types', process.execPath, [bin('tsc'), '--noEmit']],
  ['Lint and format', process.execPath, [bin('biome'), 'check']],
  ['Import rule', process.execPath, [script('check-imports.ts')]],
  ['Table types match the migrations', process.execPath, [script('table-types.ts'), '--check']],
  ['Schema matches the migrations', process.execPath, [script('schema.ts'), '--check']],
  ['OpenAPI matches the routes', process.execPath, [script('openapi.ts'), '--check']],
  ['Dead code', process.execPath, [bin('knip')]],
];

/** The packages of fonts and what a page calls them: a narrow and a wide one. */
const fonts = { 'fonts-liberation': 'Liberation Sans Narrow', 'fonts-dejavu-core': 'DejaVu Sans' };

const env: NodeJS.ProcessEnv = {
  ...process.env,
  PATH: `${path.dirname(process.execPath)}:${bin('')}:${process.env.PATH ?? ''}`,
};
const [option, ...files] = process.argv.slice(2);

let stopServer = async () => {};
let stopStep = () => {};
let told = false;
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) {
  process.on(signal, () => {
    told = true;
    stopStep();
  });
}

try {
  if (option === '--stop') await (await startServer()).stop();
  else if (option === '--only') process.exitCode = (await only()) ? 0 : 1;
  else process.exitCode = (await everything()) ? 0 : 1;
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
} finally {
  await stopServer();
  await endLeftOvers();
}
process.exit(told ? 130 : process.exitCode);

async function everything(): Promise<boolean> {
  provideSystemPrograms();
  await provideDatabase(true);
  let passed = 0;
  let failed = 0;
  for (const [heading, program, args] of checks) {
    const ok = (await step(heading, program, args)) === 0;
    if (ok) passed++;
    else failed++;
    if (told) return false;
    if (!ok) console.log(`✖ ${heading}`);
  }
  const tests = await runTap([]);
  passed += tests.passed;
  failed += tests.failed;
  console.log(`\n${passed} passed, ${failed} failed`);
  return failed === 0 && !told;
}

async function only(): Promise<boolean> {
  await provideDatabase(false);
  const { passed, failed } = await runTap(['--disable-coverage', ...files]);
  console.log(`\n${passed} passed, ${failed} failed`);
  return failed === 0;
}

/** Runs tap; a skipped or unfinished test, a file without tests and a run that broke off count as failed. */
async function runTap(args: string[]): Promise<{ passed: number; failed: number }> {
  const built = path.join(root, 'node_modules/@tapjs/test/test-built/dist/esm/index.js');
  // tap as installed has all its plugins; the ones of .taprc hold only once it is built.
  if (!existsSync(built) || readFileSync(built, 'utf8').includes('@tapjs/typescript')) {
    await step('Build tap with the plugins of .taprc', process.execPath, [bin('tap'), 'build']);
  }
  mkdirSync(path.dirname(tapFile), { recursive: true });
  rmSync(tapFile, { force: true });
  const status = await step('Tests', process.execPath, [
    bin('tap'),
    '--reporter=terse',
    `--output-file=${tapFile}`,
    ...args,
  ]);
  const output = existsSync(tapFile) ? readFileSync(tapFile, 'utf8') : '';
  const counts = /^# \{ (total: \d+[^}]*) \}$/m.exec(output)?.[1] ?? '';
  const count = (name: string) => Number(new RegExp(`${name}: (\\d+)`).exec(counts)?.[1] ?? 0);
  const notRun = count('skip') + count('todo');
  if (notRun) console.log(`✖ ${notRun} skipped or unfinished`);
  const failed = count('fail') + notRun;
  for (const failure of failuresIn(output)) console.log(failure);
  if (failed === 0 && (status !== 0 || count('pass') === 0)) {
    console.log(`✖ tap did not finish as it should (exit code ${status})`);
    return { passed: count('pass'), failed: 1 };
  }
  return { passed: count('pass'), failed };
}

/** Each failed assertion with what was expected, which the reporter leaves out where there is no terminal. */
function failuresIn(output: string): string[] {
  const lines = output.split('\n');
  return lines.flatMap((line, at) =>
    /^ +not ok /.test(line) && lines[at + 1]?.trim() === '---' && !/# time=/.test(line)
      ? [lines.slice(at, at + 30).join('\n')]
      : [],
  );
}

/** Runs a program under a heading, its output as it comes. @returns its exit code */
function step(heading: string, program: string, args: string[]): Promise<number> {
  console.log(`\n── ${heading}`);
  const toScreen = process.stdout.isTTY;
  const options: SpawnOptions = {
    cwd: root,
    env,
    stdio: ['ignore', toScreen ? 'inherit' : 'pipe', 'inherit'],
  };
  return new Promise((resolve) => {
    const child = spawn(program, args, options);
    child.on('error', (error) => {
      console.error(error.message);
      resolve(1);
    });
    if (child.stdout) printWithoutRedraws(child.stdout);
    stopStep = () => child.kill('SIGTERM');
    child.on('close', (code) => resolve(code ?? 1));
  });
}

/** Where nothing can be drawn over, the running counts of tap would fill the log. */
function printWithoutRedraws(output: NodeJS.ReadableStream): void {
  let rest = '';
  let blank = true;
  const print = (line: string) => {
    // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is taken out
    const text = line.replaceAll(/\x1b\[[?\d;]*[A-Za-z]/g, '');
    if (/^(Asserts|Suites): +\d+ pass/.test(text) || (blank && !text.trim())) return;
    blank = !text.trim();
    console.log(text);
  };
  output.setEncoding('utf8').on('data', (chunk: string) => {
    const lines = (rest + chunk).split('\n');
    rest = lines.pop() ?? '';
    lines.forEach(print);
  });
  output.on('end', () => print(rest));
}

async function provideDatabase(stopAfter: boolean): Promise<void> {
  if (process.env.TEST_DATABASE_URL) {
    env.TEST_DATABASE_ADMIN_URL = process.env.TEST_DATABASE_URL;
    return;
  }
  const server = await startServer();
  env.TEST_DATABASE_ADMIN_URL = server.adminUrl;
  if (stopAfter && server.started) stopServer = server.stop;
}

function startServer() {
  const dir = path.join(root, '.lendwell/test-postgres');
  return startEmbeddedPostgres({ dir, durable: false, shared: true, log: (line) => console.log(line) });
}

/** Ends the servers of tests that were broken off before they could. */
async function endLeftOvers(): Promise<void> {
  const lendwell = path.join(root, '.lendwell');
  const folders = existsSync(lendwell) ? readdirSync(lendwell) : [];
  for (const folder of folders) {
    const pid = /^test-embedded-\w+-(\d+)$/.exec(folder)?.[1];
    if (!pid || commandOf(Number(pid))) continue;
    const dir = path.join(lendwell, folder);
    const { data, stop } = await startEmbeddedPostgres({ dir, durable: false, shared: true });
    await stop();
    rmSync(path.join(data, '../..'), { recursive: true, force: true });
    rmSync(dir, { recursive: true, force: true });
  }
}

/** Redis for the queue, Chromium for the pages and the fonts that they are measured in: installed where we may, else named. */
function provideSystemPrograms(): void {
  const missing = [
    ...['redis-server', 'chromium'].filter((program) => !isInstalled(program)),
    ...Object.entries(fonts).flatMap(([name, family]) => (hasFont(family) ? [] : [name])),
  ];
  if (missing.length === 0) return;
  const release = existsSync('/etc/os-release') ? readFileSync('/etc/os-release', 'utf8') : '';
  const isDebian = /^ID(_LIKE)?=.*\b(debian|ubuntu)\b/m.test(release) && existsSync('/usr/bin/apt-get');
  if (!isDebian || process.getuid?.() !== 0) {
    const how = isDebian ? `: sudo apt-get install ${missing.join(' ')}` : ' so that they are on the PATH.';
    throw new Error(
      `The tests need ${missing.join(' and ')}. Please install ${missing.length > 1 ? 'them' : 'it'}${how}`,
    );
  }
  console.log(`Installing ${missing.join(' and ')} with apt-get…`);
  const options = {
    stdio: ['ignore', 'ignore', 'inherit'] as const,
    env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' },
  };
  for (const args of [['update'], ['install', '-y', '--no-install-recommends', ...missing]]) {
    const { status } = spawnSync('apt-get', ['-qq', ...args], { ...options, stdio: [...options.stdio] });
    if (status !== 0)
      throw new Error(`apt-get ${args[0]} did not succeed. The tests need ${missing.join(' and ')}.`);
  }
}

function hasFont(family: string): boolean {
  return spawnSync('fc-list', [family], { encoding: 'utf8' }).stdout?.includes(family) ?? false;
}

function isInstalled(program: string): boolean {
  return (process.env.PATH ?? '').split(':').some((folder) => {
    try {
      accessSync(path.join(folder, program), constants.X_OK);
      return true;
    } catch {
      return false;
    }
  });
}
