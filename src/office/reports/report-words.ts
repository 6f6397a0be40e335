import { count, inWords } from '../../shared/formats.ts';
import { type Column, hidden, type Row, tooFew } from './report.rules.ts';

const months = 'Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec'.split(' ');

/** A value of a report as people read it: `Nov 2026`, `1,204`, `48%`, `21 days`, and what is hidden as `*`. */
export function sayValue(column: Column, value: Row[string]): string {
  if (value === null || value === undefined) return '–';
  if (value === hidden || value === tooFew) return value;
  if (column.kind === 'month')
    return `${months[Number(String(value).slice(5, 7)) - 1]} ${String(value).slice(0, 4)}`;
  if (column.kind === 'label' && column.words) return column.words(String(value));
  if (column.kind === 'label')
    return /^[a-z_]+$/.test(String(value)) ? inWords(String(value)) : String(value);
  if (column.kind === 'each' || (column.kind === 'number' && column.unit === 'pounds'))
    return `£${Number(value).toLocaleString('en-GB')}`;
  if (column.kind === 'share') return `${value}%`;
  if (column.kind === 'typical' && column.unit === 'days') return count(Number(value), 'day');
  if (column.kind === 'typical' && column.unit) return `${value} ${column.unit}`;
  return Number(value).toLocaleString('en-GB');
}
