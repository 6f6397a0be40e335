/** A BCP 47 tag as such tags are written, `pt-BR` for `PT-br`; null for what cannot be one. */
export function languageTag(text: string): string | null {
  try {
    return Intl.getCanonicalLocales(text)[0] ?? null;
  } catch {
    return null;
  }
}
