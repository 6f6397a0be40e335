import { by, type Chapter, met, notOurs } from './answer.ts';

const typed = by('drift/statements', 'what asks the database does so by its name');
const keepsAway = by('drift/safe-code', 'the code keeps away from …');
const markup = by('drift/safe-code', 'a template takes as markup only what a template made');

/** What goes into another language: markup, statements, addresses, files. */
export const v01: Chapter = {
  name: 'What goes into another language',
  answers: {
    '1.1.1': met(
      'Bodies and queries are decoded once by the framework, cleaned of what nobody sees, and only then held to the schema of the route. An address that cannot be decoded is refused.',
      'src/shared/http.ts',
      'src/shared/seen.ts',
      by('shared/values', 'text is what people see'),
      by('shared/http', 'what is not JSON, too large, of another type or nowhere'),
    ),
    '1.1.2': met(
      'Text is kept as it was given and escaped where it goes out: by the templates, by the driver of the database as parameters, by the writers of CSV and workbooks.',
      'src/web/pages.ts',
      'src/shared/csv.ts',
      'src/shared/xlsx.ts',
      by('devices/export', 'what goes out as a file comes in again as it was, in either form'),
    ),
    '1.2.1': met(
      'Nunjucks escapes every value of a page, drawings of labels escape theirs, and headers are made of ids and words of the code.',
      'src/web/pages.ts',
      by(
        'pages/referrals',
        'one referral: likely doubles, a contact proposal, who looked, and what a role may not do',
      ),
      by('labels/label', 'make and model are escaped, shortened and kept within the label'),
      markup,
    ),
    '1.2.2': met(
      'Addresses are made of ids and of parts that are encoded. Where someone is led after signing in is a path of this site; the web address of a scheme and of a webhook is http or https.',
      'src/access/access.rules.ts',
      'src/scheme/scheme.rules.ts',
      by('access/access', 'after signing in one lands on a path of this site and nowhere else'),
      by(
        'webhooks/webhook',
        'addresses: https, no private network, no credentials; a host that is allowed may be inside',
      ),
    ),
    '1.2.3': met(
      'No script is made of data: what scripts need stands in escaped attributes of the page, and JSON is written by the serialiser.',
      'src/web/layout.njk',
      by('shared/answers', 'every answer, whatever it is, says how a browser has to take it'),
      markup,
    ),
    '1.2.4': met(
      'Statements go by the builder or by templates whose values are parameters. Text of a statement is never made of what came in.',
      'src/shared/statements.ts',
      typed,
      keepsAway,
      by('shared/fuzz', 'no body, however odd, makes a 500, and each refusal of a body names its field'),
    ),
    '1.2.5': met(
      'Only the database of the demonstration is started as a program, with fixed arguments; what runs a scheme starts none.',
      'src/embedded/processes.ts',
      keepsAway,
    ),
    '1.2.6': notOurs('No LDAP directory is asked.'),
    '1.2.7': notOurs('No XPath is used.'),
    '1.2.8': notOurs('No LaTeX is used.'),
    '1.2.9': met(
      'Two files make a pattern of text, and that text is written in the code.',
      'src/shared/postal-address.ts',
      'src/shared/workbook-cells.rules.ts',
      keepsAway,
    ),
    '1.3.1': notOurs('Nobody types markup: there is no editor for it, and text is shown as text.'),
    '1.3.2': met(
      'No text is run. Pages with the scan box let WebAssembly of our own be compiled, which runs no text.',
      'src/web/security-headers.ts',
      keepsAway,
    ),
    '1.3.3': met(
      'Each text has a longest length and is one line or several; control characters and what nobody sees are refused or taken out before it goes on.',
      'src/shared/schemas.ts',
      'src/shared/seen.ts',
      by('shared/values', 'lines and texts have no control characters'),
      by('shared/values', 'email addresses'),
      by('drift/bodies', 'each text that comes in is one of several, of a form, or no longer than it may be'),
    ),
    '1.3.4': met(
      'SVG is refused wherever a picture comes in.',
      'src/lending/attachments/attachment.rules.ts',
      'src/scheme/scheme.rules.ts',
      by(
        'lending/attachments',
        'what is no picture is refused in words, and nothing of the same request is kept',
      ),
      by('scheme/scheme', 'a picture is what its bytes say'),
    ),
    '1.3.5': met(
      'Texts of messages take only the fields that are named, put in as text. A formula that came in with a spreadsheet goes out as plain text.',
      'src/messages/template.rules.ts',
      by('devices/export', 'a formula that came in with a spreadsheet goes out as plain text'),
      by(
        'messages/template',
        'rule 12: a discreet text with a revealing word is refused with the word; only what may be named is named',
      ),
    ),
    '1.3.6': met(
      'The one address that a user gives, that of a webhook, is https without credentials; its name is resolved once, no private address is called, and the connection goes to what was checked.',
      'src/referrals/webhooks/webhook-request.ts',
      by(
        'webhooks/webhook',
        'addresses: https, no private network, no credentials; a host that is allowed may be inside',
      ),
      keepsAway,
    ),
    '1.3.7': met(
      'Templates are files of the repository. What is put into texts of messages is replaced by name, by no engine of templates.',
      'src/web/pages.ts',
      'src/messages/template.rules.ts',
      markup,
    ),
    '1.3.8': notOurs('There is no Java, and no JNDI.'),
    '1.3.9': notOurs('There is no memcache.'),
    '1.3.10': notOurs('JavaScript has no format strings that read memory, and none is made of what came in.'),
    '1.3.11': met(
      'Addresses are held to one form, subjects and names to one line without control characters, and Nodemailer writes the headers.',
      'src/messages/smtp.channel.ts',
      'src/shared/email.ts',
      by('shared/values', 'email addresses'),
      by('shared/values', 'lines and texts have no control characters'),
    ),
    '1.4.1': notOurs(
      'JavaScript manages its memory. Pictures are decoded by libvips, in the formats that are let through alone.',
    ),
    '1.4.2': met(
      'Every number of a body or a query has its least and its most; JavaScript’s do not overflow.',
      'src/shared/validation.ts',
      by('shared/fuzz', 'no body, however odd, makes a 500, and each refusal of a body names its field'),
      by('shared/fuzz', 'no query, however odd, makes a 500'),
      by('drift/bodies', 'each number that comes in has its least and its most'),
    ),
    '1.4.3': notOurs(
      'JavaScript frees memory by itself. Connections and threads are ended when their work is.',
    ),
    '1.5.1': met(
      'Of XML only workbooks are read. Their reader knows the entities of XML alone: what a file defines for itself stands for nothing, and nothing is fetched.',
      'src/shared/workbook.ts',
      by('shared/workbook', 'what a workbook defines for itself stands for nothing'),
      by('shared/workbook', 'a workbook that would take too much is refused'),
    ),
    '1.5.2': met(
      'What comes in is JSON, forms, CSV and workbooks, each held to a schema that knows its fields. `__proto__` is refused; sealed values are opened only when the seal is ours.',
      'src/shared/http.ts',
      'src/shared/seal.ts',
      by('shared/http', 'what is not JSON, too large, of another type or nowhere'),
      by('shared/http', 'bad bodies: the field is named, what would be right is said, nothing is coerced'),
    ),
  },
};
