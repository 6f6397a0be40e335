import { spawn } from 'node:child_process';
import { closeSync, existsSync, mkdirSync, openSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import path from 'node:path';
import { startEmbeddedPostgres } from '../src/embedded/postgres.ts';
import { commandOf } from '../src/embedded/processes.ts';
import { changedSince, commonCommit, concernedBy } from './tests/changed.ts';
import { allTestFiles, keepTimes, longestFirst, slowest, timesIn } from './tests/files.ts';
import { provideSystemPrograms } from './tests/programs.ts';

// npm test                                 every check and every test; searches at random are short
// npm test -- --times                      the same, and keeps how long each file took, for the order of the next run
// npm run test:long                        the tests that search at random, at length
// npm run test:changed [-- <commit>]       test files near what differs from a commit (where the branch left main): changed test
//                                          files, those that import a changed file, and those of a changed feature's folder.
//                                          It is quick, and sees nothing that breaks elsewhere; npm test does
// npm run coverage                         all tests under tap, which tells what they cover
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

const env: NodeJS.ProcessEnv = {
  ...process.env,
  PATH: `${path.dirname(process.execPath)}:${bin('')}:${process.env.PATH ?? ''}`,
};
/** Each test file is a process that loads all of Lendwell: compiled once for all of them. */
const compiled = { NODE_COMPILE_CACHE: path.join(root, 'node_modules/.cache/lendwell') };
const [option, ...given] = process.argv.slice(2);

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
  else process.exitCode = (await run()) ? 0 : 1;
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
} finally {
  await stopServer();
  await endLeftOvers();
}
process.exit(told ? 130 : process.exitCode);

function run(): Promise<boolean> {
  switch (option) {
    case '--only':
      return only(given);
    case '--changed':
      return only(concernedBy(changedSince(given[0] ?? commonCommit())));
    case '--long':
      env.LONG_SEARCHES = '1';
      return only(allTestFiles().filter(searches));
    default:
      return everything();
  }
}

const searches = (file: string) =>
  readFileSync(path.join(root, file), 'utf8').includes("/helpers/searches.ts'");

async function everything(): Promise<boolean> {
  provideSystemPrograms();
  await provideDatabase(true);
  let passed = 0;
  let failed = 0;
  for (const [heading, program, args] of option === '--coverage' ? [] : checks) {
    const ok = (await step(heading, program, args)) === 0;
    if (ok) passed++;
    else failed++;
    if (told) return false;
    if (!ok) console.log(`✖ ${heading}`);
  }
  const tests = option === '--coverage' ? await runUnderTap() : await runTests(allTestFiles());
  passed += tests.passed;
  failed += tests.failed;
  if (option === '--times' && !told) keepTimes(tests.times);
  console.log(`\nThe slowest files:\n${slowest(tests.times)}`);
  console.log(`\n${passed} passed, ${failed} failed`);
  return failed === 0 && !told;
}

async function only(files: string[]): Promise<boolean> {
  if (files.length === 0) {
    console.log('No test file concerns that.');
    return true;
  }
  await provideDatabase(false);
  const { passed, failed } = await runTests(files);
  console.log(`\n${passed} passed, ${failed} failed`);
  return failed === 0;
}

type Result = { passed: number; failed: number; times: Record<string, number> };

/** Runs test files, the slow ones first. One more than there are cores, since much of a test waits for the database or a browser. */
async function runTests(files: string[]): Promise<Result> {
  await buildTap();
  const jobs = String(availableParallelism() + 1);
  const output = openSync(tapFile, 'w');
  const args = [script('test-files.ts'), jobs, ...longestFirst(files)];
  const status = await step('Tests', process.execPath, args, { output, env: { ...env, ...compiled } });
  closeSync(output);
  return resultOf(status);
}

/** All tests under tap itself, which measures what each process covers. */
async function runUnderTap(): Promise<Result> {
  await buildTap();
  rmSync(tapFile, { force: true });
  const args = [bin('tap'), '--reporter=silent', `--output-file=${tapFile}`];
  return resultOf(await step('Tests', process.execPath, args));
}

/** tap as installed has all its plugins; the ones of .taprc hold only once it is built. */
async function buildTap(): Promise<void> {
  const built = path.join(root, 'node_modules/@tapjs/test/test-built/dist/esm/index.js');
  if (!existsSync(built) || readFileSync(built, 'utf8').includes('@tapjs/typescript')) {
    await step('Build tap with the plugins of .taprc', process.execPath, [bin('tap'), 'build']);
  }
  mkdirSync(path.dirname(tapFile), { recursive: true });
}

/** What a run says in its TAP; a skipped or unfinished test, a file without tests and a run that broke off count as failed. */
function resultOf(status: number): Result {
  const output = existsSync(tapFile) ? readFileSync(tapFile, 'utf8') : '';
  const counts = /^# \{ (total: \d+[^}]*) \}$/m.exec(output)?.[1] ?? '';
  const count = (name: string) => Number(new RegExp(`${name}: (\\d+)`).exec(counts)?.[1] ?? 0);
  const notRun = count('skip') + count('todo');
  if (notRun) console.log(`✖ ${notRun} skipped or unfinished`);
  for (const failure of failuresIn(output)) console.log(failure);
  const result = { passed: count('pass'), failed: count('fail') + notRun, times: timesIn(output) };
  if (result.failed === 0 && (status !== 0 || result.passed === 0)) {
    console.log(`✖ the tests did not finish as they should (exit code ${status})`);
    return { ...result, failed: 1 };
  }
  return result;
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

/** Runs a program under a heading; what it writes goes to the screen or to an open file. @returns its exit code */
function step(
  heading: string,
  program: string,
  args: string[],
  { output, env: own = env }: { output?: number; env?: NodeJS.ProcessEnv } = {},
): Promise<number> {
  console.log(`\n── ${heading}`);
  return new Promise((resolve) => {
    const child = spawn(program, args, {
      cwd: root,
      env: own,
      stdio: ['ignore', output ?? 'inherit', 'inherit'],
    });
    child.on('error', (error) => {
      console.error(error.message);
      resolve(1);
    });
    stopStep = () => child.kill('SIGTERM');
    child.on('close', (code) => resolve(code ?? 1));
  });
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
