import { createHash } from 'node:crypto';
import { type FieldError, invalid, Problem, toProblem } from '../shared/problem.ts';
import { readSheetFile } from '../shared/sheet-file.ts';
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

/** What a part of the work gives; undefined where something is not right. */
export function wherePossible<T>(work: () => T): T | undefined {
  try {
    return work();
  } catch (error) {
    if (error instanceof Problem) return undefined;
    throw error;
  }
}

/** What a form brings of a sheet: its text, and the names of the other sheets of its workbook, which are not read. */
type SheetOfForm = { csv: string; sheetsNotRead: string };

/**
 * The spreadsheet that a form brings: the chosen file, or the text of its field `csv`, as it was pasted or
 * mended on the page.
 * @param sheetsNotRead of the workbook that the text comes from
 * @throws Problem `invalid` at `/file` or `/csv`
 */
export async function sheetText(
  upload: Upload | null,
  typed: Typed,
  sheetsNotRead = '',
): Promise<SheetOfForm> {
  if (!upload && typeof typed.csv === 'string' && typed.csv.trim())
    return {
      csv: withPlainBreaks(typed.csv),
      sheetsNotRead,
    };
  const refuse = (message: string) =>
    invalid({ pointer: upload || !('csv' in typed) ? '/file' : '/csv', message });
  if (!upload)
    throw refuse('csv' in typed ? 'There is no text left. Start again with the file.' : 'Choose the file');
  const { bytes, tooLarge } = upload;
  if (tooLarge) throw refuse('The file is larger than 20 MB. Split it and import one part after the other.');
  if (!bytes.length) throw refuse('The file is empty');
  const errors: FieldError[] = [];
  const read = await collect(errors, () => readSheetFile(bytes), '/file');
  if (!read) throw invalid(...errors);
  if (read.text.includes('\u0000'))
    throw refuse(
      'This is no spreadsheet. In the spreadsheet choose Save as, Excel workbook (.xlsx) or CSV UTF-8, and choose that file here.',
    );
  if (!read.text.trim()) throw refuse('The file is empty');
  return { csv: withPlainBreaks(read.text), sheetsNotRead: read.sheetsNotRead.join(', ') };
}

/** Browsers send what a text area holds with breaks of their own. */
const withPlainBreaks = (text: string) => text.replaceAll(/\r\n?/g, '\n');

/** Tells whether a text is the one whose verdicts were on the page. */
export const nameOfSheet = (csv: string) =>
  createHash('sha256').update(withPlainBreaks(csv)).digest('base64url');
