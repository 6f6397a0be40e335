import fc from 'fast-check';
import { sql } from 'kysely';
import t from 'tap';
import {
  codeKey,
  isCutTag,
  readAssetTag,
  readIccid,
  readImei,
  readReferences,
  readScannedImei,
  serialKeys,
} from '../../src/shared/codes.ts';
import { codeOf } from '../../src/shared/ids.ts';
import { testDatabase } from '../helpers/database.ts';

const { db } = await testDatabase(t);
const code = codeOf(7);
const tag = `LW-${code}`;

t.test('an asset tag is read with any dash or space or none, with its letters or without', async (t) => {
  const head = code.slice(0, 3);
  const tail = code.slice(3);
  for (const typed of [
    tag,
    tag.toLowerCase(),
    `LW ${code}`,
    `LW${code}`,
    `LW–${code}`,
    `LW—${code}`,
    `LW\u2011${code}`,
    `LW\u2212${code}`,
    `LW - ${head} ${tail}`,
    `ＬＷ－${code}`,
    `lw.${code}`,
    `lw_${code}`,
    `LW/${code}`,
    code,
    `${head} ${tail}`,
    `${head}-${tail}`.toLowerCase(),
    `*${tag}*`,
    `]C1${tag}`,
    `]Q3${tag}\r\n`,
    `\u200b${tag}\ufeff`,
    `LW-${code.replaceAll('0', 'O').replaceAll('1', 'l')}`,
  ])
    t.equal(readAssetTag(typed), tag, JSON.stringify(typed));
  for (const typed of [
    '',
    'LW',
    `${tag}${tag}`,
    `LX-${code}`,
    `LW-${code.slice(0, 5)}`,
    'hello',
    '352099001761481',
  ])
    t.equal(readAssetTag(typed), null, typed);
  t.ok(isCutTag(`${tag}${tag}`), 'two labels run together');
  t.ok(isCutTag(tag.slice(0, 6)), 'a part of a label');
  t.notOk(isCutTag(tag));
});

t.test('a reference is read by its letter, or as each that it may be', async (t) => {
  t.same(readReferences(`l ${code}`), [`L-${code}`]);
  t.same(readReferences(`R–${code}`), [`R-${code}`]);
  t.same(readReferences(`s${code}`), [`S-${code}`]);
  t.same(
    readReferences(code),
    ['L', 'R', 'I', 'D', 'S'].map((letter) => `${letter}-${code}`),
  );
  t.same(readReferences(tag), []);
  t.same(readReferences('L-123456'), []);
});

t.test('an IMEI is read as boxes and screens show it', async (t) => {
  const imei = '352099001761481';
  for (const typed of [
    imei,
    '35 209900 176148 1',
    '35-209900-176148-1',
    '35.209900/176148 1',
    `IMEI: ${imei}`,
    `IMEI1 ${imei}`,
    `imei no. ${imei}`,
    `]C1${imei}`,
  ])
    t.equal(readImei(typed), imei, typed);
  for (const typed of ['35 209900 176148', `${imei}03`, `${imei.slice(0, 14)}03`, imei])
    t.equal(readScannedImei(typed), imei, `scanned ${typed}`);
  for (const typed of ['35209900176148', '3.52099E+14', 'IMEI', '']) t.equal(readImei(typed), null, typed);
});

t.test('an ICCID is read however it is spaced, and with what pads it', async (t) => {
  for (const typed of [
    '8944 1160 5979 9816 99F',
    '89-441160-5979981699',
    'ICCID: 894411605979981699f',
    '894411605979981699',
  ])
    t.equal(readIccid(typed), '894411605979981699', typed);
  for (const typed of ['12', '8944', '', 'F']) t.equal(readIccid(typed), null, typed);
});

t.test('a serial number is one however it is spaced, and without what makers put before it', async (t) => {
  t.same(serialKeys('h1sp 0001'), ['H1SP0001']);
  t.same(serialKeys('H1SP-0001'), ['H1SP0001']);
  t.same(serialKeys('SDMPXK0AB123'), ['SDMPXK0AB123', 'DMPXK0AB123']);
  t.same(serialKeys('S/N: R52T30ABC'), ['SNR52T30ABC', 'R52T30ABC', 'NR52T30ABC']);
  t.same(serialKeys(' - '), []);
});

t.test('the database compares codes as the code does', async (t) => {
  const texts = [
    ...fc.sample(fc.string({ unit: 'binary', maxLength: 30 }), { numRuns: 2000, seed: 7 }),
    ...fc.sample(fc.string({ unit: 'grapheme', maxLength: 30 }), { numRuns: 1000, seed: 7 }),
    'ＬＷ－7',
    'a\u00adb',
    'ß-Ł 1',
    '½',
    'ﬁ-1',
    'Ⅷ',
  ].filter((text) => !text.includes('\0') && text.isWellFormed());
  const { rows } = await sql<{ text: string; key: string }>`
    select text, code_key(text) as key from unnest(${texts}::text[]) text`.execute(db);
  t.equal(rows.length, texts.length);
  const differing = rows
    .filter(({ text, key }) => key !== codeKey(text))
    .map(({ text, key }) => [text, key, codeKey(text)]);
  t.same(differing, []);
});
