/**
 * Keeps what was worked out last, so that it is not worked out anew: whoever asks for the same while it is being worked
 * out waits for it with the others. What failed is not kept.
 * @param most so many are kept, those asked for last
 * @returns a function that takes a key, which has to say all that the answer depends on, and what works it out
 */
export function keeps<Given>(most: number): (key: string, work: () => Promise<Given>) => Promise<Given> {
  const kept = new Map<string, Promise<Given>>();
  return (key, work) => {
    const given = kept.get(key) ?? work();
    kept.delete(key);
    kept.set(key, given);
    for (const oldest of kept.keys()) if (kept.size > most) kept.delete(oldest);
    given.catch(() => {
      if (kept.get(key) === given) kept.delete(key);
    });
    return given;
  };
}
