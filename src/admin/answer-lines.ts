const byText: Record<string, string> = { stop: 'They texted STOP', yes: 'They texted YES' };
const byLink: Record<string, string> = {
  confirm: 'They said that the time is right',
  move: 'They asked for another time',
  ring: 'They asked to be rung',
  lost: 'They said that something is lost',
  run_out: 'They said that something has run out',
  stop: 'They asked us to stop writing to them there',
};

/** What someone said to us, in a line: by the link in a message, or by a text. */
export const answerLine = ({ way, kind }: Record<string, unknown>): string =>
  (way === 'link' ? byLink : byText)[String(kind)] ?? 'They sent a text';
