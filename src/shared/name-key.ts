import anyAscii from 'any-ascii';

const alphabets =
  /[\p{Script=Latin}\p{Script=Greek}\p{Script=Cyrillic}\p{Script=Armenian}\p{Script=Georgian}\p{Script=Hebrew}\p{Script=Arabic}]/u;

/**
 * A name as it is compared: its letters and digits in plain Latin lower case. Case, accents, letters that do not
 * split (ł, ø, ß), apostrophes, hyphens, spaces, what nobody sees and forms of a script make no difference.
 * Letters of scripts that are no alphabets stay as they are. The database's `name_key` gives the same.
 */
export function nameKey(name: string): string {
  const letters = name.normalize('NFKD').replaceAll(/[^\p{Lu}\p{Ll}\p{Lt}\p{Lo}\p{N}]/gu, '');
  return Array.from(letters, (letter) => (alphabets.test(letter) ? inLatin(letter) : letter)).join('');
}

const inLatin = (letter: string) =>
  anyAscii(letter)
    .toLowerCase()
    .replaceAll(/[^a-z0-9]/g, '');
