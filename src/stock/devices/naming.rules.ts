import { readAssetTag } from '../../shared/codes.ts';
import type { FieldError } from '../../shared/problem.ts';

/** A device as a request names it: by one of the two. */
export type NamedDevice = { assetTag?: string | undefined; deviceId?: string | undefined };
/** The same once it is read; the tag as it is written. */
export type DeviceName = { tag: string | null; id: string | null };

/**
 * Reads the name of a device in a request.
 * @param at where it stands, as a JSON pointer; left out, the body itself
 */
export function readDeviceName(
  { assetTag, deviceId }: NamedDevice,
  at = '',
): { name: DeviceName; errors: FieldError[] } {
  const name = { tag: assetTag ? readAssetTag(assetTag) : null, id: deviceId ?? null };
  if (!assetTag === !deviceId)
    return { name, errors: [{ pointer: at || '/assetTag', message: 'Give the asset tag or the deviceId.' }] };
  if (!assetTag || name.tag) return { name, errors: [] };
  const message = 'This is not an asset tag: LW- and six characters, the last of which checks the others.';
  return { name, errors: [{ pointer: `${at}/assetTag`, message }] };
}

/** What to say when there is no device of this name. */
export function noSuchDevice({ tag }: DeviceName): FieldError {
  return tag
    ? { pointer: '/assetTag', message: `There is no device with the tag ${tag}.` }
    : { pointer: '/deviceId', message: 'There is no device of this id.' };
}
