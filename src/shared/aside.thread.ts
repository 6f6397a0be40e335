import { parentPort, workerData } from 'node:worker_threads';
import type { AsideAnswer, AsideTask } from './aside.ts';
import { Problem } from './problem.ts';
import { inPieces } from './turns.ts';

// What a thread of `aside` runs.

async function answer({ module, name, args }: AsideTask): Promise<AsideAnswer> {
  try {
    const functions = (await import(module)) as Record<string, (...args: unknown[]) => unknown>;
    return packed(await functions[name]!(...args));
  } catch (error) {
    if (!(error instanceof Problem)) return { failed: String((error as Error).stack ?? error) };
    const { type, detail, errors, extra } = error;
    return { refused: { type, extra: { ...extra, ...(detail && { detail }), ...(errors && { errors }) } } };
  }
}

/** What a function gave, with the lists among its fields in pieces. */
function packed(given: unknown): AsideAnswer {
  if (typeof given !== 'object' || given === null) return { given, lists: {} };
  const lists = Object.fromEntries(
    Object.entries(given).flatMap(([field, list]) => (Array.isArray(list) ? [[field, inPieces(list)]] : [])),
  );
  return {
    given: { ...given, ...Object.fromEntries(Object.keys(lists).map((field) => [field, []])) },
    lists,
  };
}

parentPort!.postMessage(await answer(workerData as AsideTask));
