import { createHash } from 'node:crypto';
import { type FieldError, invalid, toProblem } from '../shared/problem.ts';
import { decodeCsv } from '../shared/sheet-text.rules.ts';
import type { Upload } from '../shared/uploads.ts';
import type { Typed } from './forms.ts';

/** Does a part of the work; its faults are put with the others, so that all are shown at once. */
export async function collect<T>(
  errors: FieldError[],
  work: () => T | Promise<T>,
  pointer?: string,
): Promise<T | undefined> {
  try {
    return await work();
  } catch (error) {
    const problem = toProblem(error);
    if (!problem.errors) throw error;
    errors.push(...problem.errors.map((fault) => ({ ...fault, pointer: pointer ?? fault.pointer })));
    return undefined;
  }
}

const saveAs = 'In the spreadsheet choose Save as, CSV UTF-8, and choose that file here.';

/**
 * The spreadsheet of a form: the chosen file, or the text of its field `csv`, as it was pasted or
 * mended on the page.
 * @throws Problem `invalid` at `/file` or `/csv`
 */
export function sheetText(upload: Upload | null, typed: Typed): string {
  if (!upload && typeof typed.csv === 'string' && typed.csv.trim()) return withPlainBreaks(typed.csv);
  const refuse = (message: string) =>
    invalid({ pointer: upload || !('csv' in typed) ? '/file' : '/csv', message });
  if (!upload)
    throw refuse('csv' in typed ? 'There is no text left. Start again with the file.' : 'Choose the file');
  const { bytes, tooLarge } = upload;
  if (tooLarge) throw refuse('The file is larger than 20 MB. Split it and import one part after the other.');
  if (!bytes.length) throw refuse('The file is empty');
  const start = bytes.subarray(0, 4).toString('latin1');
  if (start === 'PK\u0003\u0004' || start === '\u00d0\u00cf\u0011\u00e0')
    throw refuse(`This is a workbook, not a CSV file. ${saveAs}`);
  const csv = decodeCsv(bytes);
  if (csv.includes('\u0000')) throw refuse(`This is not a CSV file. ${saveAs}`);
  if (!csv.trim()) throw refuse('The file is empty');
  return withPlainBreaks(csv);
}

/** Browsers send what a text area holds with breaks of their own. */
const withPlainBreaks = (text: string) => text.replaceAll(/\r\n?/g, '\n');

/** Tells whether a text is the one whose verdicts were on the page. */
export const nameOfSheet = (csv: string) => createHash('sha256').update(csv).digest('base64url');
