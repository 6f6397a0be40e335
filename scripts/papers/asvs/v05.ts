import { by, type Chapter, met, notMet } from './answer.ts';

const pictures = by(
  'lending/attachments',
  'what is no picture is refused in words, and nothing of the same request is kept',
);
const pdf = by('lending/attachments', 'a PDF is kept as it came and given out to be saved, never shown');

/** Files. */
export const v05: Chapter = {
  name: 'Files',
  answers: {
    '5.1.1': met(
      'SECURITY.md has each place where files come in, with kinds, sizes also unpacked, and what is done with them.',
      'SECURITY.md',
      by('drift/papers', 'each link and each file that a paper names leads somewhere'),
    ),
    '5.2.1': met(
      'Files are bounded in number and size, read past their bound only as far as the token of their form, and worked on few at a time.',
      'src/shared/uploads.ts',
      'src/shared/aside.ts',
      by('shared/upload-limits', '…: an upload of 60 MB is refused when little of it is read'),
      by('shared/upload-limits', 'with its token a form is read, and a field that is too large is refused'),
      pictures,
    ),
    '5.2.2': notMet(
      'Content is checked, the ending of a name is not: names are neither looked at, kept nor used. Pictures are written anew; of a PDF its first and last bytes are looked at.',
      'Nothing. A file is served by what its content is, under a name of our own.',
    ),
    '5.2.3': met(
      'Of a workbook at most 32 MiB are unpacked, all its files together, and its cells are counted first; a directory that lies is found.',
      'src/shared/workbook.ts',
      'src/shared/zip.ts',
      by('shared/workbook', 'a workbook that would take too much is refused'),
    ),
    '5.3.1': met(
      'Files are rows of the database, and nothing that came in is run.',
      'src/lending/attachments/attachment.queries.ts',
      pdf,
    ),
    '5.3.2': met(
      'No path of a file is made of what came in: assets are found below two folders, by names without a folder.',
      'src/web/assets.ts',
      by('admin/pages', 'pages without scripts, roles and bad addresses'),
    ),
    '5.4.1': met(
      'The name of a file that goes out is made of its kind and id, or of the list and the day.',
      'src/lending/attachments/attachment.view.ts',
      'src/shared/table-file.ts',
      pdf,
      by('admin/list-file', 'each list is a file with its filters, and who took it is in the log'),
    ),
    '5.4.2': met(
      'Such a name has letters, digits and dashes of ours alone. Emails have no files.',
      'src/shared/table-file.ts',
      pdf,
    ),
    '5.4.3': notMet(
      'Nothing is scanned for malware. Pictures are decoded and written anew, so that none comes out as it went in; a PDF is kept as it came.',
      'Scan on the machines of staff, who save PDFs before they open them; keep the preview of PDFs to the browser.',
    ),
  },
};
