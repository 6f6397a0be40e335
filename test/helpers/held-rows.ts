import { Ajv, type ValidateFunction } from 'ajv';
import type { RowsHeard } from '../../src/shared/dialect.ts';
import type { Row } from '../../src/shared/rows.ts';
import { labelOf } from '../../src/shared/statements.ts';

const ajv = new Ajv({
  strict: false,
  validateFormats: false,
  validateSchema: false,
  logger: false,
  code: { optimize: false },
});
const known = new WeakMap<Row, ValidateFunction>();

/**
 * Holds each row to the columns that its statement names: no other column, no other kind of value, no null unless
 * it says so. Where none is named, it matters only whether there is a row.
 */
export const holdRows: RowsHeard = ({ name, row }, rows) => {
  if (!row || !rows.length || !Object.keys(row).length) return;
  const holds = known.get(row) ?? compiled(row);
  for (const one of rows)
    if (!holds(one))
      throw new Error(
        `${labelOf(name!)} gave a row that it does not describe: ${holds
          .errors!.map(
            ({ instancePath, message, params }) => `${instancePath} ${message} ${JSON.stringify(params)}`,
          )
          .join('; ')}`,
      );
};

function compiled(row: Row): ValidateFunction {
  const holds = ajv.compile({
    type: 'object',
    properties: row,
    required: Object.keys(row).filter((column) => !('~optional' in row[column]!)),
    additionalProperties: false,
  });
  known.set(row, holds);
  return holds;
}
