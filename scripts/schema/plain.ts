/** The longest line that is written where it can be broken. */
const width = 110;

/** What the migrations write for the types that PostgreSQL spells out. */
const shortTypes: Record<string, string> = {
  integer: 'int',
  'timestamp with time zone': 'timestamptz',
  'time without time zone': 'time',
  'character varying': 'varchar',
};

/** SQL with its types as the migrations name them. */
export function plainTypes(sql: string): string {
  return sql.replaceAll(
    new RegExp(`\\b(${Object.keys(shortTypes).join('|')})\\b`, 'g'),
    (type) => shortTypes[type]!,
  );
}

/**
 * SQL as PostgreSQL prints it, in the words of a person: lower case, `in (…)` for what may be one of several,
 * no cast of a text to a text, no name of the one schema. Strings and quoted names stay as they are.
 */
export function plainSql(printed: string): string {
  const kept: string[] = [];
  // Strings and quoted names are set aside while the rest is rewritten.
  const outside = printed.replaceAll(/'(?:[^']|'')*'|"(?:[^"]|"")*"/g, (text) => `«${kept.push(text) - 1}»`);
  return outside
    .replaceAll(/»::text\b(?!\[)/g, '»')
    .replaceAll(/= ANY \(ARRAY\[([^\]]*)\]\)/g, 'in ($1)')
    .replaceAll(/<> ALL \(ARRAY\[([^\]]*)\]\)/g, 'not in ($1)')
    .replaceAll(/\bpublic\./g, '')
    .replaceAll(/ USING btree\b/g, '')
    .replaceAll(/\b[A-Z]+\b/g, (word) => word.toLowerCase())
    .replaceAll(/«(\d+)»/g, (_, at) => kept[Number(at)]!);
}

/** A default without the cast that its column says already. */
export function plainDefault(printed: string): string {
  return plainSql(printed.replace(/^('(?:[^']|'')*')::[\w .[\]"]+$/, '$1'));
}

/** Where a long line may be broken: after a comma, or before a word that begins a part. */
const joints =
  /(?<=,) | (?=check \(|referencing |for each |when \(|execute |where |references |deferrable |and |or (?!update|delete|truncate))/g;

/** A line as several where it is too long and can be broken, the further ones behind `indent`. */
export function broken(line: string, indent: string): string {
  if (line.length <= width) return line;
  const at = [...line.matchAll(joints)].findLast(({ index }) => index <= width)?.index ?? 0;
  if (at <= indent.length) return line;
  return `${line.slice(0, at)}\n${broken(`${indent}${line.slice(at + 1)}`, indent)}`;
}

/** A comment as lines of SQL comment, at most as long as a line may be. */
export function commentLines(comment: string | null, indent = ''): string[] {
  if (!comment) return [];
  const lines = [''];
  for (const word of comment.split(/\s+/)) {
    const last = lines.at(-1)!;
    if (last && indent.length + 3 + last.length + 1 + word.length > width) lines.push(word);
    else lines[lines.length - 1] = last ? `${last} ${word}` : word;
  }
  return lines.map((line) => `${indent}-- ${line}`);
}

/** The text of a function's body from the left margin, as far as its lines allow. */
export function fromTheMargin(body: string): string {
  const lines = body.split('\n');
  const indents = lines.slice(1).flatMap((line) => (line.trim() ? [/^ */.exec(line)![0].length] : []));
  const margin = indents.length ? Math.min(...indents) : 0;
  return lines
    .map((line, at) => (at ? line.slice(Math.min(margin, line.length)) : line).trimEnd())
    .join('\n');
}
