import Type, { type Static } from 'typebox';

/** The address of a list. */
export const listPath = Type.String({ pattern: '^/[a-z][a-z0-9/-]*$', maxLength: 100 });

export const NewView = Type.Object({
  list: listPath,
  name: Type.String({ minLength: 1, maxLength: 40 }),
  query: Type.String({ minLength: 1, maxLength: 500 }),
});
export type NewView = Static<typeof NewView>;
