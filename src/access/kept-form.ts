import type { FastifyRequest } from 'fastify';
import type { Deps } from '../shared/deps.ts';
import { seal, unseal } from '../shared/seal.ts';
import { keyedHash } from './tokens.ts';

/** A form that came too late to be taken: where it goes, and its fields in their order. */
export type KeptForm = { url: string; fields: [string, string][] };
/** The same, sealed for the member of staff whose it is. */
type SealedForm = KeptForm & { staffId: string };

/** The page that asks for the password carries the form, so a larger one is not kept; in bytes. */
const mostKept = 500_000;

/** The form of a request; undefined when it brought none. */
export function formIn({ url, body, uploads, routeOptions }: FastifyRequest): KeptForm | undefined {
  // What someone sends of themselves are passwords and codes: they are typed again.
  if (routeOptions.config.action === 'session.own') return undefined;
  if (typeof body !== 'object' || body === null) return undefined;
  const fields = Object.entries(body)
    .filter(([name]) => name !== '_csrf')
    .flatMap(([name, value]) => [value].flat().map((one): [string, string] => [name, String(one)]));
  // Files are not kept. Whoever sends the form once more is told for which fields.
  return { url, fields: [...fields, ...uploads.map(({ field }): [string, string] => ['letGo', field])] };
}

/** The form of a session that has ended, sealed for whoever signs in; undefined when there is none to keep. */
export function sealForm(deps: Deps, request: FastifyRequest): string | undefined {
  const form = request.formOf && formIn(request);
  if (!form) return undefined;
  const sealed = seal(keyOf(deps), { ...form, staffId: request.formOf! } satisfies SealedForm);
  return sealed.length > mostKept ? undefined : sealed.toString('base64url');
}

/** Whether a sealed form is from us, whoever it is of. */
export function isKeptForm(deps: Deps, sealed: string): boolean {
  try {
    return unseal(keyOf(deps), Buffer.from(sealed, 'base64url')) !== undefined;
  } catch {
    return false;
  }
}

/** What was sealed for someone who has signed in again; undefined when it is another's, or not from us. */
export function unsealForm(deps: Deps, sealed: unknown, staffId: string): KeptForm | undefined {
  if (typeof sealed !== 'string' || !sealed) return undefined;
  try {
    const form = unseal(keyOf(deps), Buffer.from(sealed, 'base64url')) as SealedForm;
    return form.staffId === staffId ? form : undefined;
  } catch {
    return undefined;
  }
}

const keyOf = ({ key }: Deps) => keyedHash(key, 'kept-form', '');
