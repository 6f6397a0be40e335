import loadHighs from 'highs';

/** What an attacker knows: numbers of people by name, each between two bounds, and sums that lie between two bounds. */
export type Known = {
  cells: Map<string, [least: number, most: number]>;
  sums: { of: [weight: number, cell: string][]; least: number; most: number }[];
};

// Its types take the loader for CommonJS, which Node never loads here.
const highs = await (loadHighs as unknown as typeof loadHighs.default)();
const optimal = 7;

/** More than any scheme of a test has: what may be of any size is no more than this. */
export const anyNumber = 100_000;

/**
 * What is known of some cells when all that is known is put together: the least and the most that each can be, by
 * linear programming, in whole people.
 * @throws Error where what is known contradicts itself, which is a fault of the test
 */
export function attack({ cells, sums }: Known, wanted: string[]): Map<string, [number, number]> {
  const names = [...cells.keys()];
  const column = new Map(names.map((name, index) => [name, index]));
  const rows = sums.flatMap(({ of, least, most }) => {
    const terms = of.map(
      ([weight, cell]) => `${weight < 0 ? '-' : '+'} ${Math.abs(weight)} x${column.get(cell)}`,
    );
    const sum = terms.join(' ');
    return [`${sum} >= ${least}`, `${sum} <= ${most}`];
  });
  const text = [
    'Minimize',
    'obj: 0 x0',
    'Subject To',
    ...rows.map((row, index) => `r${index}: ${row}`),
    'Bounds',
    ...names.map((name, index) => `${cells.get(name)![0]} <= x${index} <= ${cells.get(name)![1]}`),
    'End',
  ].join('\n');
  const model = highs.createModel({ format: 'lp', data: text });
  try {
    model.options.set({ output_flag: false });
    const solve = (index: number, direction: 1 | -1): number => {
      model.changeColCost(index, direction);
      model.run();
      if (model.getModelStatus() !== optimal) throw new Error(`no answer: ${model.getModelStatus()}`);
      const value = model.getObjectiveValue();
      model.changeColCost(index, 0);
      return direction * value + 0;
    };
    return new Map(
      wanted.map((name) => {
        const index = model.getColByName(`x${column.get(name)}`);
        return [name, [Math.ceil(solve(index, 1) - 1e-6), Math.floor(solve(index, -1) + 1e-6)]];
      }),
    );
  } finally {
    model.dispose();
  }
}
