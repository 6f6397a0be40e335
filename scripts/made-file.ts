import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';

const root = path.join(import.meta.dirname, '..');

/**
 * Writes a file that is made from the code or the database. With `--check` among the arguments of the
 * process it compares instead: a difference is said and ends the process with 1.
 * @param file from the root of the repository
 * @param source what it is made from, as the sentence of a difference names it
 * @param command that makes it
 */
export function keepMade(
  file: string,
  made: string,
  { source, command }: Record<'source' | 'command', string>,
) {
  const where = path.join(root, file);
  if (process.argv.includes('--check')) {
    if (existsSync(where) && readFileSync(where, 'utf8') === made) return;
    console.error(`${file} is not what ${source}. Run \`${command}\`.`);
    process.exitCode = 1;
  } else {
    mkdirSync(path.dirname(where), { recursive: true });
    writeFileSync(where, made);
    console.log(`Wrote ${file}`);
  }
}
