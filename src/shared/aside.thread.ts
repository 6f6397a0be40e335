import { parentPort, workerData } from 'node:worker_threads';
import type { AsideAnswer, AsideTask } from './aside.ts';
import { Problem } from './problem.ts';

// What a thread of `aside` runs.

async function answer({ module, name, args }: AsideTask): Promise<AsideAnswer> {
  try {
    const functions = (await import(module)) as Record<string, (...args: unknown[]) => unknown>;
    return { given: await functions[name]!(...args) };
  } catch (error) {
    if (!(error instanceof Problem)) return { failed: String((error as Error).stack ?? error) };
    const { type, detail, errors, extra } = error;
    return { refused: { type, extra: { ...extra, ...(detail && { detail }), ...(errors && { errors }) } } };
  }
}

parentPort!.postMessage(await answer(workerData as AsideTask));
