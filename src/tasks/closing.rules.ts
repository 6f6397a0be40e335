import type { FieldError } from '../shared/problem.ts';
import { ruleOf, type TaskKind } from './task.rules.ts';

/** What was said when a task is closed by hand. */
type Completion = {
  done?: string | undefined;
  spokeTo?: string | undefined;
  spokeOn?: string | undefined;
  spokeAt?: string | undefined;
  agreed?: string | undefined;
};

/** What is missing or too much in how a task of a kind is closed. */
export function completionErrors(kind: TaskKind, said: Completion): FieldError[] {
  const { bySpeaking, closesWhen } = ruleOf(kind);
  if (!bySpeaking)
    return said.done
      ? []
      : [
          {
            pointer: '/done',
            message: closesWhen
              ? `Say why it is closed by hand. It closes by itself when ${closesWhen}.`
              : 'Say in a few words what was done.',
          },
        ];
  const wanted = {
    spokeTo: 'Say whom you spoke to.',
    spokeOn: 'Give the day on which you spoke.',
    spokeAt: 'Give the time at which you spoke, such as 14:30.',
    agreed: 'Say what they will do.',
  };
  return Object.entries(wanted).flatMap(([name, message]) =>
    said[name as keyof typeof wanted] ? [] : [{ pointer: `/${name}`, message }],
  );
}
