import { Worker } from 'node:worker_threads';
import { Problem, type ProblemType } from './problem.ts';
import { fromPieces, inTurns } from './turns.ts';

/** What a thread is given: a module, the function of it to call, and with what. */
export type AsideTask = { module: string; name: string; args: unknown[] };

/** What a thread answers with: what the function gave, or why it refused. */
export type AsideAnswer =
  | { given: unknown; lists: Record<string, Uint8Array[]> }
  | { refused: { type: ProblemType; extra: ConstructorParameters<typeof Problem>[1] } }
  | { failed: string };

/** More at once would take the cores from those who wait for a page. */
const mostAtOnce = 2;
const limits = { milliseconds: 30_000, megabytes: 512 };

const waiting: (() => void)[] = [];
let running = 0;

/**
 * Calls a function in a thread of its own, so that long work stops nobody else's request. Few run at once, the others
 * wait their turn.
 * @param module of the function, which with its imports may have no connections of its own
 * @param args values that can be copied (structured clone), as what it gives has to be; of an object that it gives, the
 * lists come in pieces
 * @param tooMuch the refusal when it takes more than 30 s or 512 MB; its thread is ended
 * @throws whatever Problem the function throws
 */
export async function aside<Args extends unknown[], Given>(
  module: URL,
  named: { [name: string]: (...args: Args) => Given },
  args: Args,
  tooMuch: () => Problem,
): Promise<Awaited<Given>> {
  if (running >= mostAtOnce) await new Promise<void>((resolve) => waiting.push(resolve));
  else running++;
  try {
    const name = Object.keys(named)[0]!;
    const { given, lists } = await inThread({ module: module.href, name, args }, tooMuch);
    for (const [field, pieces] of Object.entries(lists))
      (given as Record<string, unknown>)[field] = await inTurns(fromPieces(pieces));
    return given as Awaited<Given>;
  } finally {
    const next = waiting.shift();
    if (next) next();
    else running--;
  }
}

function inThread(
  task: AsideTask,
  tooMuch: () => Problem,
): Promise<Extract<AsideAnswer, { given: unknown }>> {
  return new Promise((resolve, reject) => {
    const worker = new Worker(new URL('./aside.thread.ts', import.meta.url), {
      workerData: task,
      resourceLimits: { maxOldGenerationSizeMb: limits.megabytes },
    });
    const tooLong = setTimeout(() => end(() => reject(tooMuch())), limits.milliseconds);
    const end = (settle: () => void) => {
      clearTimeout(tooLong);
      settle();
      void worker.terminate();
    };
    worker.on('message', (answer: AsideAnswer) =>
      end(() => {
        if ('given' in answer) resolve(answer);
        else if ('refused' in answer) reject(new Problem(answer.refused.type, answer.refused.extra));
        else reject(new Error(answer.failed));
      }),
    );
    worker.on('error', (error: Error & { code?: string }) =>
      end(() => reject(error.code === 'ERR_WORKER_OUT_OF_MEMORY' ? tooMuch() : error)),
    );
    worker.on('exit', () => end(() => reject(new Error('A thread ended without an answer'))));
  });
}
