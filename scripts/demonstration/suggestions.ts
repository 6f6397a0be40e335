import { changeDraft, publishDraft, startDraft } from '../../src/referrals/tree.commands.ts';
import { treeTag } from '../../src/referrals/tree.queries.ts';
import type { Tree, TreeChange } from '../../src/referrals/tree.schemas.ts';
import type { Context } from '../../src/shared/actor.ts';
import type { Deps } from '../../src/shared/deps.ts';

/** What the scheme learnt within its first months: who cannot pay for data is told of the library too. */
export async function suggestTheLibrary(deps: Deps, manager: Context): Promise<void> {
  const draft = await draftOf(deps, manager, (rules) => [
    ...rules,
    {
      when: { barriersAny: ['money'], internetAtHome: ['limited', 'no'] },
      offer: 'access_point',
      why: 'Data costs more than they have: the library has Wi-Fi that costs nothing.',
    },
  ]);
  await publishDraft(deps, seen(manager, draft), draft.version, {
    note: 'Three people ran out of data in the second week. The library is near.',
  });
}

/** What is thought about, and not published: only whoever has no private space at all is sent elsewhere. */
export async function thinkAboutPrivateSpace(deps: Deps, manager: Context): Promise<void> {
  await draftOf(deps, manager, (rules) =>
    rules.map((rule) =>
      rule.when.privateSpace ? { ...rule, when: { ...rule.when, privateSpace: ['no'] } } : rule,
    ),
  );
}

async function draftOf(
  deps: Deps,
  manager: Context,
  change: (rules: Tree['rules']) => TreeChange['rules'],
): Promise<Tree> {
  const started = await startDraft(deps, manager);
  return changeDraft(deps, seen(manager, started), started.version, change);
}

const seen = (manager: Context, tree: Tree): Context => ({ ...manager, ifMatch: treeTag(tree) });
