import { Ajv, type ErrorObject } from 'ajv';
import addFormats from 'ajv-formats';
import { Temporal } from 'temporal-polyfill';
import { readEmail } from './email.ts';
import { uuid } from './ids.ts';
import { languageTag } from './language.ts';
import type { FieldError } from './problem.ts';
import { faultOf } from './reading.ts';
import { lineFault, textFault } from './seen.ts';

/** A civil date that the database can hold and that is not a slip of the keyboard. */
export function isDate(text: string): boolean {
  try {
    const date = /^\d{4}-\d{2}-\d{2}$/.test(text) && Temporal.PlainDate.from(text);
    return !!date && date.year >= 1900 && date.year <= 2199;
  } catch {
    return false;
  }
}

/** How text is written, by what a schema says of its lines: what is wrong with it, or null. */
const writing: Record<string, (text: string) => string | null> = { one: lineFault, many: textFault };

function createAjv(coerceTypes: boolean): Ajv {
  const ajv = new Ajv({
    allErrors: true,
    coerceTypes: coerceTypes ? 'array' : false,
    removeAdditional: false,
    useDefaults: true,
    strict: false,
    verbose: true,
    discriminator: true,
  });
  addFormats.default(ajv, ['date-time', 'time', 'password']);
  ajv.addFormat('uuid', uuid);
  ajv.addFormat('date', isDate);
  ajv.addFormat('language', (text) => languageTag(text) !== null);
  ajv.addFormat('email', (text) => faultOf(readEmail(text)) === null);
  ajv.addKeyword({
    keyword: 'x-lines',
    type: 'string',
    validate: (lines: string, text: string) => writing[lines]?.(text) == null,
  });
  ajv.addKeyword({
    keyword: 'x-any-of',
    type: 'object',
    validate: (names: string[], value: Record<string, unknown>) => names.some((name) => value[name]),
  });
  return ajv;
}

/** Bodies are taken as they are; only query strings, parameters and headers are text that stands for something else. */
export const strict = createAjv(false);
export const coercing = createAjv(true);

const formats: Record<string, string> = {
  date: 'Give a real date as YYYY-MM-DD.',
  uuid: 'Give an id as Lendwell gave it.',
  language: 'Give a language as its tag, like bn or pt-BR.',
  'date-time': 'Give a date and time with its zone, like 2026-11-23T09:30:00Z.',
};

/** The first fault that Ajv found of each field, in words that say what would be right; the pointer leads to the field itself. */
export function fieldErrors(errors: ErrorObject[]): FieldError[] {
  const found = new Map<string, FieldError>();
  for (const error of errors) {
    const fault = faultIn(error);
    if (!found.has(fault.pointer)) found.set(fault.pointer, fault);
  }
  return [...found.values()];
}

function faultIn(error: ErrorObject): FieldError {
  const { keyword, params, instancePath, parentSchema } = error;
  const own = (parentSchema as { errorMessage?: string } | undefined)?.errorMessage;
  switch (keyword) {
    case 'required':
      return { pointer: `${instancePath}/${params.missingProperty}`, message: 'This is needed.' };
    case 'additionalProperties':
      return {
        pointer: `${instancePath}/${pointerPart(params.additionalProperty)}`,
        message: 'There is no field of this name.',
      };
    case 'enum':
      return { pointer: instancePath, message: own ?? `Give one of ${params.allowedValues.join(', ')}.` };
    case 'const':
      return {
        pointer: instancePath,
        message: own ?? `This has to be ${JSON.stringify(params.allowedValue)}.`,
      };
    case 'format':
      return {
        pointer: instancePath,
        message:
          (params.format === 'email' && faultOf(readEmail(String(error.data)))) ||
          (own ?? formats[params.format] ?? `Give a ${params.format}.`),
      };
    case 'x-any-of': {
      const [first] = error.schema as [string];
      return { pointer: `${instancePath}/${first}`, message: own ?? 'This is needed.' };
    }
    case 'x-lines':
      return {
        pointer: instancePath,
        message: writing[error.schema as string]?.(String(error.data)) ?? '',
      };
    case 'type':
      return { pointer: instancePath, message: `This has to be ${[params.type].flat().join(' or ')}.` };
    case 'minLength':
      return {
        pointer: instancePath,
        message:
          own ?? (params.limit === 1 ? 'This is needed.' : `Give at least ${params.limit} characters.`),
      };
    case 'maxLength':
      return { pointer: instancePath, message: `Give at most ${params.limit} characters.` };
    case 'minItems':
      return {
        pointer: instancePath,
        message: params.limit === 1 ? 'Give at least one.' : `Give at least ${params.limit}.`,
      };
    case 'maxItems':
      return { pointer: instancePath, message: `Give at most ${params.limit}.` };
    case 'uniqueItems':
      return { pointer: instancePath, message: 'Give each only once.' };
    case 'minimum':
    case 'maximum':
      return {
        pointer: instancePath,
        message: `Give a number ${keyword === 'minimum' ? 'from' : 'up to'} ${params.limit}.`,
      };
    case 'pattern':
      return {
        pointer: instancePath,
        message: own ?? (params.pattern === '\\S' ? 'This is needed.' : 'This is not in the right form.'),
      };
    case 'discriminator': {
      const forms = (parentSchema as { oneOf: { properties: Record<string, { const: string }> }[] }).oneOf;
      const known = forms.map(({ properties }) => properties[params.tag]!.const);
      return { pointer: `${instancePath}/${params.tag}`, message: `Give one of ${known.join(', ')}.` };
    }
    case 'anyOf':
    case 'oneOf':
      return { pointer: instancePath, message: own ?? 'This is none of the forms allowed here.' };
    default:
      return { pointer: instancePath, message: own ?? `This is not right: ${error.message}.` };
  }
}

/** A name as a part of a JSON pointer. */
export const pointerPart = (name: string) => name.replaceAll('~', '~0').replaceAll('/', '~1');
