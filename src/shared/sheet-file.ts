import { aside } from './aside.ts';
import { decodeCsv, refuseSheet } from './sheet-text.rules.ts';
import { type SheetText, textOfWorkbook, tooLargeToRead } from './workbook.ts';

/** The content type of a workbook (XLSX). */
export const xlsxType = 'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet';

const saveAs = 'In the spreadsheet choose Save as, Excel workbook (.xlsx) or CSV UTF-8, and give that file.';

/** Reading less takes less time than the start of a thread. */
const longText = 64 * 1024;

/**
 * The text of a file with a sheet, CSV or XLSX, whatever its name and type say: what it is, its beginning tells.
 * @throws Problem `invalid` for other files, with what would be right
 */
export async function readSheetFile(bytes: Buffer): Promise<SheetText> {
  const start = bytes.subarray(0, 512).toString('latin1');
  if (start.startsWith('PK\u0003\u0004'))
    return aside(new URL('./workbook.ts', import.meta.url), { textOfWorkbook }, [bytes], tooLargeToRead);
  const what = kindByBeginning(start, bytes);
  if (what) throw refuseSheet(`This is ${what}. ${saveAs}`);
  return { text: decodeCsv(bytes), sheetsNotRead: [] };
}

function kindByBeginning(start: string, bytes: Buffer): string | undefined {
  if (start.startsWith('\u00d0\u00cf\u0011\u00e0'))
    return bytes.includes(Buffer.from('EncryptedPackage', 'utf16le'))
      ? 'a workbook with a password. Take the password off'
      : 'an old Excel file (.xls)';
  if (start.startsWith('%PDF')) return 'a PDF';
  const plain = start.replace(/^\u00ef\u00bb\u00bf/, '').trimStart();
  return /^<(!doctype|html|table|\?xml)/i.test(plain)
    ? 'a web page or XML, whatever its name says'
    : undefined;
}

/**
 * Reads the text of a sheet by a function of a module of rules: a long one in a thread of its own, so that no list stops
 * the requests of others.
 * @param module where the function is
 * @throws Problem of the function
 */
export async function readAside<Rest extends unknown[], Given>(
  module: URL,
  named: { [name: string]: (text: string, ...rest: Rest) => Given },
  ...args: [text: string, ...rest: Rest]
): Promise<Awaited<Given>> {
  if (args[0].length > longText) return aside(module, named, args, tooLongToRead);
  return await Object.values(named)[0]!(...args);
}

const tooLongToRead = () =>
  refuseSheet('This list takes too long to read. Split it and give one part after the other.');
