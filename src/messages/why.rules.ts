/** Why something that was told is no longer so, as anybody may read it. */
export const tellableWhys = ['they_asked', 'we_cannot', 'closed', 'ended'] as const;
export type TellableWhy = (typeof tellableWhys)[number];
export const tellableWords: Record<TellableWhy, string> = {
  they_asked: 'as you asked',
  we_cannot: 'we cannot make it then',
  closed: 'we are closed that day',
  ended: 'it is not needed any more',
};
