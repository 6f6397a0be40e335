import type { Context } from '../shared/actor.ts';
import { command } from '../shared/command.ts';
import type { Deps } from '../shared/deps.ts';
import { requireMatch } from '../shared/etag.ts';
import { callerOf, recordEvent } from '../shared/events.ts';
import { newId } from '../shared/ids.ts';
import { Problem } from '../shared/problem.ts';
import { run } from '../shared/statements.ts';
import type { Work } from '../shared/work.ts';
import { getTree, listTrees, treeTag } from './tree.queries.ts';
import type { Rule } from './tree.rules.ts';
import { longestWhy, type Tree, type TreeChange, type TreePublishing } from './tree.schemas.ts';
import { ruleFaults, sameRules, tidied } from './tree-faults.rules.ts';

/**
 * Starts a draft that says what the newest published version says.
 * @throws Problem `tree-change-refused` while there is a draft
 */
export async function startDraft(deps: Deps, ctx: Context): Promise<Tree> {
  return command(deps, ctx, async (work) => {
    const newest = await getTree(work.trx);
    await lockTree(work, newest.version);
    const draft = (await listTrees(work.trx)).find(({ status }) => status === 'draft');
    if (draft)
      throw new Problem('tree-change-refused', {
        detail: `Version ${draft.version} is a draft already. Go on with it, or throw it away first.`,
      });
    const { at, ctx: by } = work;
    await run(work.trx, 'tree.start')`
      insert into suggestion_tree (version, status, rules, made_by, made_at, changed_by, changed_at)
      select version + 1, 'draft', rules, ${by.actor.name}, ${at}, ${by.actor.name}, ${at} from suggestion_tree
      where status = 'published' order by version desc limit 1`;
    const made = (await listTrees(work.trx))[0]!;
    await recordEvent(work, {
      type: 'suggestion_tree.started',
      subjects: callerOf(ctx),
      values: { treeVersion: made.version },
    });
    return getTree(work.trx, made.version);
  });
}

/**
 * Changes the rules of a draft.
 * @param change the rules that there are made into those that there should be; one without an id is new
 * @throws Problem `not-found`, `tree-change-refused` once it is published, `if-match-required`, `changed-meanwhile`, `invalid`
 */
export async function changeDraft(
  deps: Deps,
  ctx: Context,
  version: number,
  change: (rules: Rule[]) => TreeChange['rules'],
): Promise<Tree> {
  return command(deps, ctx, async (work) => {
    const draft = await lockDraft(work, version);
    const asked = change(draft.rules);
    const rules = asked.map(
      ({ id = newId(), when, offer, why }): Rule => ({
        id,
        when: tidied(when),
        offer,
        why: asSentence(why),
      }),
    );
    const errors = [...ruleFaults(rules), ...strangerFaults(asked, draft.rules)];
    if (errors.length) throw new Problem('invalid', { errors });
    await run(work.trx, 'tree.change')`
      update suggestion_tree set rules = ${JSON.stringify(rules)}::jsonb, changed_by = ${ctx.actor.name}, changed_at = ${work.at} where version = ${version}`;
    await recordEvent(work, {
      type: 'suggestion_tree.changed',
      subjects: callerOf(ctx),
      values: { treeVersion: version, lines: rules.length },
    });
    return getTree(work.trx, version);
  });
}

/**
 * Publishes a draft: from then on assessments are suggested by it. Those before keep what they were suggested.
 * @throws Problem `not-found`, `tree-change-refused` once it is published or when it says what the version before says, `if-match-required`, `changed-meanwhile`
 */
export async function publishDraft(
  deps: Deps,
  ctx: Context,
  version: number,
  { note }: TreePublishing,
): Promise<Tree> {
  return command(deps, ctx, async (work) => {
    const draft = await lockDraft(work, version);
    const newest = await getTree(work.trx);
    if (sameRules(newest.rules, draft.rules))
      throw new Problem('tree-change-refused', {
        detail: `It says the same as version ${newest.version}. Change a rule first, or throw the draft away.`,
      });
    await run(work.trx, 'tree.publish')`
      update suggestion_tree set status = 'published', published_by = ${ctx.actor.name}, published_at = ${work.at}, note = ${note.trim()} where version = ${version}`;
    await recordEvent(work, {
      type: 'suggestion_tree.published',
      subjects: callerOf(ctx),
      values: { treeVersion: version, lines: draft.rules.length },
      fields: ['note'],
    });
    return getTree(work.trx, version);
  });
}

/**
 * Throws a draft away. Its number is that of the next draft.
 * @throws Problem `not-found`, `tree-change-refused` once it is published, `if-match-required`, `changed-meanwhile`
 */
export async function throwDraftAway(
  deps: Deps,
  ctx: Context,
  version: number,
): Promise<{ version: number }> {
  return command(deps, ctx, async (work) => {
    await lockDraft(work, version);
    await run(
      work.trx,
      'tree.throw-away',
      work.trx.deleteFrom('suggestion_tree').where('version', '=', version),
    );
    await recordEvent(work, {
      type: 'suggestion_tree.thrown_away',
      subjects: callerOf(ctx),
      values: { treeVersion: version },
    });
    return { version };
  });
}

const strangerFaults = (asked: TreeChange['rules'], rules: Rule[]) =>
  asked.flatMap(({ id }, place) =>
    id && !rules.some((rule) => rule.id === id)
      ? [
          {
            pointer: `/rules/${place}/id`,
            message: 'The draft has no rule of this id. Leave it out for a new rule.',
          },
        ]
      : [],
  );

const lockTree = ({ trx }: Work, version: number) =>
  run(trx, 'tree.lock', trx.selectFrom('suggestion_tree').where('version', '=', version).forNoKeyUpdate());

/** The draft as it was seen, until the command ends. */
async function lockDraft(work: Work, version: number): Promise<Tree> {
  await lockTree(work, version);
  const draft = await getTree(work.trx, version);
  if (draft.status !== 'draft')
    throw new Problem('tree-change-refused', {
      detail: `Version ${version} is published, and stays as it is. Start a draft to change what is suggested.`,
    });
  requireMatch(work.ctx.ifMatch, treeTag(draft));
  return draft;
}

/** The reasons for one offer are read one behind the other: a full stop is set where there is room for one. */
function asSentence(why: string): string {
  const said = why.trim();
  return /[.!?…]$/.test(said) || [...said].length >= longestWhy ? said : `${said}.`;
}
