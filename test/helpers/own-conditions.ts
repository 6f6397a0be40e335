import pg from 'pg';

type Ask = (asked: unknown, ...rest: unknown[]) => unknown;

/**
 * Takes away the conditions by which queries show a clinic or a supporter their own (`own` of src/shared/asker.ts),
 * from now on in this process: what is left is what the database itself holds.
 * @returns how many statements have gone without, so far
 */
export function takeAwayOwnConditions(): { taken(): number } {
  const prototype = pg.Client.prototype as unknown as { query: Ask };
  const { query } = prototype;
  const mark = '/* own */ (';
  let taken = 0;
  prototype.query = function (this: unknown, asked, ...rest) {
    const { text, name } = (asked ?? {}) as { text?: string; name?: string };
    if (!text?.includes(mark)) return query.call(this, asked, ...rest);
    taken++;
    const without = { ...(asked as object), text: text.replaceAll(mark, `${mark}true or `) };
    return query.call(this, name ? { ...without, name: `any ${name}`.slice(0, 63) } : without, ...rest);
  };
  return { taken: () => taken };
}
