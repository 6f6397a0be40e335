/** Which of these parts of two descriptions differ; null and what is not said are the same. */
export const differing = <Name extends string>(
  before: { [name in Name]?: unknown },
  after: { [name in Name]?: unknown },
  names: readonly Name[],
): Name[] =>
  names.filter((name) => JSON.stringify(before[name] ?? null) !== JSON.stringify(after[name] ?? null));
