import Type, { type Static, type TSchema } from 'typebox';

/** Text with something in it, at most `max` characters, on as many lines as it takes; only spaces do not count. */
export function text(max: number, options: object = {}) {
  return Type.String({ minLength: 1, maxLength: max, pattern: '\\S', 'x-lines': 'many', ...options });
}

/** The same on one line, as names, references and subjects are. */
export const line = (max: number, options: object = {}) => text(max, { 'x-lines': 'one', ...options });

/** An email address, which `readEmail` reads. */
export const email = Type.String({
  minLength: 1,
  maxLength: 320,
  format: 'email',
  description: 'One address, like name@example.com',
});

/** A phone number to ring, which `readPhoneNumber` reads. */
export const phone = line(60, { description: 'With its extension where it has one: 020 7946 0018 ext. 12' });

/** One of these words. */
export function oneOf<const T extends readonly string[]>(words: T, options: object = {}) {
  return Type.Unsafe<T[number]>({ type: 'string', enum: [...words], ...options });
}

/** A time of day. */
export const time = Type.String({
  pattern: '^([01][0-9]|2[0-3]):[0-5][0-9]$',
  errorMessage: 'Give a time as HH:MM, such as 14:30.',
  description: 'HH:MM in London',
});

export function nullable<T extends TSchema>(schema: T) {
  return Type.Union([schema, Type.Null()]);
}

/** One line of a history: who did what, when. */
export const timelineEntry = Type.Object({
  id: Type.String(),
  at: Type.String({ description: 'Instant, ISO 8601' }),
  type: Type.String(),
  actor: Type.Object({ type: oneOf(['staff', 'client', 'system']), name: Type.String() }),
  requestId: Type.String(),
  values: Type.Unsafe<Record<string, unknown>>({ type: 'object', additionalProperties: true }),
  fields: Type.Array(Type.String(), {
    description: 'Personal fields that changed; their values are not in the log',
  }),
  subjects: Type.Array(
    Type.Object({
      type: Type.String(),
      id: Type.String(),
      name: Type.Optional(
        nullable(
          Type.String({
            description: 'On a story: an asset tag, a reference or a step, by which people know it',
          }),
        ),
      ),
    }),
  ),
});
export type TimelineEntry = Static<typeof timelineEntry>;
