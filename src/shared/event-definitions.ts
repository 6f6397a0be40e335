import type { Static, TObject, TProperties } from 'typebox';

/** One type of event: what the log may hold of it, and how it reads. */
export type EventDefinition<Values extends TProperties = TProperties> = {
  /** Each value by the narrowest schema there is: a word of the feature’s own, a date, an id, a count. */
  values: Values;
  /** Its sentence on a timeline. A row that was written long ago may lack any of the values. */
  line(values: Partial<Static<TObject<Values>>>): string;
};
export type EventDefinitions = Record<string, EventDefinition>;

/** The events of a feature, by their types. */
export function defineEvents<Values extends Record<string, TProperties>>(
  definitions: {
    [Type in keyof Values]: EventDefinition<Values[Type]>;
  },
): { [Type in keyof Values]: EventDefinition<Values[Type]> } {
  return definitions;
}

/** The values that each of some definitions asks for: what callers may leave out is optional. */
export type ValuesOf<Definitions> = {
  [Type in keyof Definitions]: Definitions[Type] extends EventDefinition<infer Values>
    ? Static<TObject<Values>>
    : never;
};

type Together<Lists> = Lists extends [infer First, ...infer Rest] ? First & Together<Rest> : unknown;

/**
 * Several lists of events as one.
 * @throws Error for a type that is defined twice
 */
export function allEvents<Lists extends EventDefinitions[]>(...lists: Lists): Together<Lists> {
  const types = lists.flatMap(Object.keys);
  const twice = types.filter((type, place) => types.indexOf(type) !== place);
  if (twice.length) throw new Error(`events defined twice: ${twice.join(', ')}`);
  return Object.assign({}, ...lists);
}
