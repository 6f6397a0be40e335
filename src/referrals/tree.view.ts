import type { Reader } from '../shared/database.ts';
import { type Form, newForm } from '../web/forms.ts';
import { getTree, listTrees, treeTag } from './tree.queries.ts';
import { conditionLines, offerWords } from './tree.rules.ts';
import type { Tree } from './tree.schemas.ts';
import { offersWithoutRule } from './tree-faults.rules.ts';

/** What the page of a version needs; without a number, of the newest that is published. */
export async function treeView(db: Reader, version?: number, form: Form = newForm()) {
  const [tree, versions] = await Promise.all([getTree(db, version), listTrees(db)]);
  return {
    form,
    tree,
    versions,
    newest: versions.find(({ status }) => status === 'published')!.version,
    draft: versions.find(({ status }) => status === 'draft'),
    lines: ruleLines(tree),
    unled: offersWithoutRule(tree.rules).map((offer) => offerWords[offer]),
    version: treeTag(tree),
  };
}

/** The rules of a version as its table tells them. */
export const ruleLines = ({ rules }: Tree) =>
  rules.map(({ id, when, offer, why }) => ({
    id,
    when: conditionLines(when),
    offer: offerWords[offer],
    why,
  }));
