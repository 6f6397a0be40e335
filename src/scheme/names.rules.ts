/** Which of these names a text says, in whatever case. */
export const namedIn = (text: string, names: string[]): string[] =>
  names.filter((name) => text.toLowerCase().includes(name.toLowerCase()));
