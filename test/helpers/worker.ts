import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import path from 'node:path';
import type { Test } from 'tap';

/** Where the modules that tests have compiled are kept; a worker of theirs starts in half the time with it. */
const { NODE_COMPILE_CACHE } = process.env;
const compiled = NODE_COMPILE_CACHE ? { NODE_COMPILE_CACHE } : {};

/**
 * Starts a worker in a process of its own, to be killed.
 * @param settings its whole environment
 * @param at the instant at which its clock begins to run
 */
export async function startWorkerProcess(
  t: Pick<Test, 'teardown'>,
  settings: Record<string, string>,
  at: string,
): Promise<ChildProcess> {
  const script = path.join(import.meta.dirname, 'worker-process.ts');
  const child = spawn(process.execPath, [script], {
    env: { LOG_LEVEL: 'silent', ...settings, ...compiled, CLOCK_STARTS: at },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  t.teardown(() => child.kill('SIGKILL'));
  await once(child.stdout!, 'data');
  return child;
}

/** Ends a process and waits until it has ended; one that ended by itself is not waited for. */
export async function endProcess(child: ChildProcess, signal: NodeJS.Signals): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const ended = once(child, 'exit');
  child.kill(signal);
  await ended;
}
