import { notThere } from '../../messages/renderings/rendering.rules.ts';
import type { FieldError } from '../../shared/problem.ts';
import type { NewLoan } from './loan.schemas.ts';

type Shown = NewLoan['agreement'];

/** In which language and format an agreement was shown; the English original where nothing is said. */
export const shownIn = ({ language = 'en', format = 'standard' }: Shown) => ({ language, format });

/**
 * What stands against accepting an agreement in the words that were shown: there are none, or newer ones.
 * @param found the words in use in that language and format; null where there are none
 */
export function wordsErrors(agreement: Shown, found: { version: number } | null): FieldError[] {
  const { language, format } = shownIn(agreement);
  if (language === 'en' && format === 'standard') return [];
  if (!found)
    return [{ pointer: '/agreement/language', message: notThere('agreement', { language, format }) }];
  if (!agreement.rendering || agreement.rendering === found.version) return [];
  return [
    {
      pointer: '/agreement/rendering',
      message: `Version ${found.version} of these words is in use. Read that one, then issue.`,
    },
  ];
}
