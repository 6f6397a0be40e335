/** What a printed control code does at the bench, in words. */
export const controls = {
  pass: { code: 'LW+PASS', text: 'Everything that is open passed', hint: 'With the details last used' },
  next: { code: 'LW+NEXT', text: 'Leave it, next device', hint: 'Nothing is recorded' },
  undo: { code: 'LW+UNDO', text: 'Take back', hint: 'What was just recorded at this bench' },
  fail: { code: 'LW+FAIL', text: 'Something failed', hint: 'Opens the part where it is said' },
} as const;
export type Control = keyof typeof controls;

/** The control that a scan is, whatever a keyboard makes of its plus; undefined for anything else. */
export function readControl(code: string): Control | undefined {
  const [, name] = /^LW[^A-Z0-9]?(PASS|NEXT|UNDO|FAIL)$/i.exec(code.trim()) ?? [];
  return name?.toLowerCase() as Control | undefined;
}
