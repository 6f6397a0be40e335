import { setImmediate as nextTurn } from 'node:timers/promises';
import { deserialize, serialize } from 'node:v8';

/** So long others wait at most before a step of long work lets them have their turn, in milliseconds. */
const turnMilliseconds = 10;
/** So many things go from one thread to another in one piece. */
const pieceSize = 200;

/**
 * Goes through the steps of long work; between them it lets others have their turn, so that nobody else's request waits
 * for all of it. What makes the steps is a generator, which need not know of this.
 */
export async function inTurns<Given>(steps: Generator<void, Given>): Promise<Given> {
  let since = performance.now();
  for (;;) {
    const step = steps.next();
    if (step.done) return step.value;
    if (performance.now() - since < turnMilliseconds) continue;
    await nextTurn();
    since = performance.now();
  }
}

/** A list in pieces, to be handed from one thread to another. To take all of it at once would hold up whoever takes it. */
export function inPieces(list: unknown[]): Uint8Array[] {
  const pieces: Uint8Array[] = [];
  for (let at = 0; at < list.length; at += pieceSize) pieces.push(serialize(list.slice(at, at + pieceSize)));
  return pieces;
}

/** The list that was handed over in pieces. */
export function* fromPieces(pieces: Uint8Array[]): Generator<void, unknown[]> {
  const list: unknown[] = [];
  for (const piece of pieces) {
    list.push(...deserialize(piece));
    yield;
  }
  return list;
}

/** Parts of a list, in its order, of so many things at most. */
export function slicesOf<Item>(list: Item[], size: number): Item[][] {
  return Array.from({ length: Math.ceil(list.length / size) }, (_, place) =>
    list.slice(place * size, (place + 1) * size),
  );
}
