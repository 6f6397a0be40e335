import { defineEvents } from '../shared/event-definitions.ts';
import { inWords } from '../shared/formats.ts';
import { oneOf } from '../shared/schemas.ts';
import { called } from '../shared/sentences.ts';
import { type TaskKind, taskKinds } from './task.rules.ts';

const kind = oneOf(Object.keys(taskKinds) as TaskKind[]);

/** What happens to what staff are asked to do. */
export const taskEvents = defineEvents({
  'task.created': { values: { kind }, line: (v) => `Task for staff${called(what(v))}` },
  'task.completed': { values: { kind }, line: (v) => `Task done${called(what(v))}` },
  'task.reopened': { values: { kind }, line: (v) => `Task opened again${called(what(v))}` },
});

function what({ kind }: { kind?: TaskKind }): string {
  return (kind && taskKinds[kind]?.what) ?? inWords(kind);
}
