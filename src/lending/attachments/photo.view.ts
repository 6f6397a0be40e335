import { type FieldError, invalid } from '../../shared/problem.ts';
import type { Upload } from '../../shared/uploads.ts';
import type { Typed } from '../../web/forms.ts';
import { collect } from '../../web/sheet-form.ts';
import type { ReadyFile } from './file.commands.ts';
import { readPhotos } from './photo.commands.ts';

/**
 * What a form says, and the photos that came with it by their fields. What is wrong with either is told at once, and
 * so is that photos were let go of while someone signed in again.
 * @param read reads the form's own fields
 * @throws Problem `invalid` with the faults of all fields, `busy`
 */
export async function withPhotos<T>(
  typed: Typed,
  uploads: Upload[],
  read: () => T,
): Promise<[T, Map<string, ReadyFile[]>]> {
  const errors: FieldError[] = [];
  const said = await collect(errors, read);
  const photos = await collect(errors, () => readPhotos(uploads));
  for (const field of [typed.letGo ?? []].flat())
    errors.push({
      pointer: `/${field}`,
      message: 'Choose the photos again. They were not kept while you signed in',
    });
  if (errors.length || !said || !photos) throw invalid(...errors);
  return [said, photos];
}

/** The fields whose photos a browser lets go of when the form is shown again. */
export const letGoOf = (uploads: Upload[]): string[] => [...new Set(uploads.map(({ field }) => field))];
