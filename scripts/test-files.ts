import type { ChildProcess } from 'node:child_process';
import path from 'node:path';
import t from 'tap';

// node scripts/test-files.ts <jobs> <files…>   runs test files in this order, some at once, and writes TAP; scripts/test.ts calls it

const root = path.join(import.meta.dirname, '..');
const [jobs, ...files] = process.argv.slice(2);
/** Seconds after which a file is ended, and a test that sets no time of its own. */
const longest = 240;
const env = { ...process.env, TAP_TIMEOUT: String(longest) };
const running = new Set<ChildProcess>();
let ended = 0;

for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
  process.on(signal, () => {
    for (const child of running) child.kill(signal);
    // An exit of its own would let tap start the next file.
    process.kill(process.pid, 'SIGKILL');
  });
}

t.setTimeout(0);
t.jobs = Number(jobs);
for (const file of files) {
  const options = { cwd: root, env, buffered: true, timeout: longest * 1000, at: null, stack: '' };
  const run = t.spawn(process.execPath, [path.resolve(root, file)], options, file);
  run.subtest?.on('process', (child: ChildProcess) => {
    running.add(child);
    child.on('close', () => running.delete(child));
  });
  void run.then((results) => tell(file, results?.ok ?? false));
}

/** A line for a file that failed, and how far the run is: on a terminal at each file, in a log at every twentieth. */
function tell(file: string, ok: boolean): void {
  ended++;
  const { stderr } = process;
  const { isTTY } = stderr;
  if (isTTY) stderr.write('\r\x1b[K');
  if (!ok) stderr.write(`✖ ${file}\n`);
  if (isTTY && ended < files.length) stderr.write(`${ended} of ${files.length} files`);
  if (!isTTY && ended % 20 === 0) stderr.write(`${ended} of ${files.length} files\n`);
}
