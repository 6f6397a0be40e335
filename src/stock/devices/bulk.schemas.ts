import Type, { type Static } from 'typebox';
import { strictObject } from '../../shared/http.ts';
import { line, nullable, oneOf } from '../../shared/schemas.ts';
import { bulkVerdicts } from './stock.rules.ts';

/** The most devices that one bulk change names. */
export const mostLines = 200;

/** Devices by their labels or ids. */
export const BulkItems = Type.Array(
  strictObject({
    assetTag: Type.Optional(line(20)),
    deviceId: Type.Optional(Type.String({ format: 'uuid' })),
  }),
  { minItems: 1, maxItems: mostLines },
);
export type BulkItems = Static<typeof BulkItems>;

export const BulkQuery = Type.Object(
  {
    partial: Type.Boolean({
      default: false,
      description: 'Change what can be and leave out the rest; otherwise all or none',
    }),
  },
  { additionalProperties: false },
);

export const BulkLine = Type.Object({
  line: Type.Integer({ description: 'Its place in the request, from 1' }),
  verdict: oneOf(bulkVerdicts, {
    description: 'unchanged: it was so already. twice: an earlier line names the same device',
  }),
  text: Type.String({ description: 'The verdict in a sentence' }),
  assetTag: nullable(Type.String()),
  deviceId: nullable(Type.String()),
});
export type BulkLine = Static<typeof BulkLine>;
