import Type from 'typebox';
import type { Deps } from '../shared/deps.ts';
import type { App } from '../shared/http.ts';
import { Problem } from '../shared/problem.ts';
import { oneOf } from '../shared/schemas.ts';
import { besideTheOther, versionToSend } from '../web/edit-conflict.ts';
import { type Form, fields, type Typed } from '../web/forms.ts';
import { formPage, submit } from '../web/submit.ts';
import { barriers } from './referral.rules.ts';
import { changeDraft, publishDraft, throwDraftAway } from './tree.commands.ts';
import { getTree, listTrees, treeTag } from './tree.queries.ts';
import {
  connections,
  deviceUses,
  offers,
  offerWords,
  type Rule,
  spaces,
  useWords,
  yesWords,
} from './tree.rules.ts';
import { mostRules, NewRule, type Tree, TreePublishing, treeParams, treeRuleParams } from './tree.schemas.ts';
import { treeView } from './tree.view.ts';
import { ruleChanges } from './tree-faults.rules.ts';

const words = {
  offer: 'Choose what is suggested',
  why: 'Enter why, as officers read it',
  note: 'Say what changed and why',
};
const choices = {
  barriers,
  uses: deviceUses.map((value) => ({ value, text: useWords[value] })),
  connections: connections.map((value) => ({ value, text: yesWords[value] })),
  spaces: spaces.map((value) => ({ value, text: yesWords[value] })),
  offers: offers.map((value) => ({ value, text: offerWords[value] })),
};
type Told = Parameters<typeof changeDraft> extends [unknown, ...infer Rest] ? Rest : never;
const Moving = Type.Object({ to: oneOf(['up', 'down']) });

/** /settings/suggestions/:version of a draft: its rules one by one, then published or thrown away. */
export function draftPages(app: App, deps: Deps): void {
  const action = 'suggestions.change';
  const ofRule = { action, params: treeRuleParams } as const;
  const ofDraft = { action, params: treeParams } as const;
  const onTree = {
    view: 'referrals/views/tree.njk',
    // Where the draft is gone, what is suggested without it.
    show: async (sent: Form, { params }: { params: { version: number } }) =>
      treeView(deps.db, (await statusOf(params.version)) && params.version, besideTheOther(sent, {})),
  };
  const ruleView = 'referrals/views/tree-rule.njk';
  const home = (version: number) => `/settings/suggestions/${version}`;
  const seen = <C>(ctx: C, typed: Typed) => ({ ...ctx, ifMatch: String(typed.version ?? '') });

  formPage(app, '/settings/suggestions/:version/rules/new', {
    ...ofDraft,
    view: ruleView,
    async show(sent, { params }) {
      const draft = await draftOf(params.version, sent);
      if (!draft) return { ...choices, ...gone(params.version) };
      const form = besideTheOther(sent, {});
      return { ...choices, draft, form, version: versionToSend(sent, treeTag(draft)) };
    },
    async take({ version, ...typed }, { ctx, params }) {
      const made = readRule(typed);
      await atItsField(() =>
        change(seen(ctx, { version: version ?? '' }), params.version, (rules) => {
          if (rules.length >= mostRules)
            throw new Problem('tree-change-refused', {
              detail: `A version has ${mostRules} rules at most. Remove one first.`,
            });
          return [...rules, made];
        }),
      );
      return { href: home(params.version), text: 'The rule is added, at the end.' };
    },
  });

  formPage(app, '/settings/suggestions/:version/rules/:ruleId', {
    ...ofRule,
    view: ruleView,
    async show(sent, { params }) {
      const draft = await draftOf(params.version, sent);
      if (!draft) return { ...choices, ...gone(params.version) };
      const rule = draft.rules.find(({ id }) => id === params.ruleId);
      // Someone took it out meanwhile: what was typed can be added anew.
      if (!rule && sent)
        return { ...choices, draft, form: besideTheOther(sent, {}), version: treeTag(draft) };
      if (!rule) throw new Problem('not-found');
      const form = besideTheOther(sent, typedOf(rule));
      const number = draft.rules.indexOf(rule) + 1;
      return { ...choices, draft, rule, number, form, version: versionToSend(form, treeTag(draft)) };
    },
    async take({ version, ...typed }, { ctx, params }) {
      const made = readRule(typed);
      await atItsField(() =>
        change(seen(ctx, { version: version ?? '' }), params.version, (rules) => {
          const { id } = ruleOf(rules, params.ruleId);
          return rules.map((rule) => (rule.id === id ? { ...made, id } : rule));
        }),
      );
      return { href: home(params.version), text: 'The rule is changed.' };
    },
  });

  submit(app, '/settings/suggestions/:version/rules/:ruleId/move', {
    ...ofRule,
    ...onTree,
    async take({ version, ...typed }, { ctx, params }) {
      const { to } = fields(Moving, typed);
      await change(seen(ctx, { version: version ?? '' }), params.version, (rules) => {
        const place = rules.indexOf(ruleOf(rules, params.ruleId));
        const others = rules.toSpliced(place, 1);
        return others.toSpliced(Math.max(0, to === 'up' ? place - 1 : place + 1), 0, rules[place]!);
      });
      return { href: home(params.version), text: `The rule is moved ${to}.` };
    },
  });

  submit(app, '/settings/suggestions/:version/rules/:ruleId/remove', {
    ...ofRule,
    ...onTree,
    async take(typed, { ctx, params }) {
      await change(seen(ctx, typed), params.version, (rules) =>
        rules.toSpliced(rules.indexOf(ruleOf(rules, params.ruleId)), 1),
      );
      return { href: home(params.version), text: 'The rule is removed.' };
    },
  });

  formPage(app, '/settings/suggestions/:version/publish', {
    ...ofDraft,
    view: 'referrals/views/tree-publish.njk',
    async show(sent, { params }) {
      const [draft, newest] = await Promise.all([draftOf(params.version, sent), getTree(deps.db)]);
      if (!draft) return gone(params.version);
      const form = besideTheOther(sent, {});
      return {
        draft,
        newest,
        changes: ruleChanges(newest.rules, draft.rules),
        form,
        version: versionToSend(sent, treeTag(draft)),
      };
    },
    async take({ version, ...typed }, { ctx, params }) {
      const input = fields(TreePublishing, typed, words);
      await orGone(
        params.version,
        publishDraft(deps, seen(ctx, { version: version ?? '' }), params.version, input),
      );
      return {
        href: '/settings/suggestions',
        text: `Version ${params.version} is published. It is suggested by it from now on; assessments before keep what they had.`,
      };
    },
  });

  submit(app, '/settings/suggestions/:version/throw-away', {
    ...ofDraft,
    ...onTree,
    async take(typed, { ctx, params }) {
      await orGone(params.version, throwDraftAway(deps, seen(ctx, typed), params.version));
      return {
        href: '/settings/suggestions',
        text: 'The draft is thrown away. What is suggested is as before.',
      };
    },
  });

  /**
   * The draft that a page is of. Undefined where a form was sent that comes too late, since it was published or thrown
   * away meanwhile: what was typed is shown all the same.
   * @throws Problem `not-found`, also for a version that is published: it has no forms
   */
  async function draftOf(version: number, sent: Form | undefined): Promise<Tree | undefined> {
    if (sent && (await statusOf(version)) !== 'draft') return undefined;
    const tree = await getTree(deps.db, version);
    if (tree.status !== 'draft') throw new Problem('not-found');
    return tree;
  }

  /** Undefined where there is no such version. */
  async function statusOf(version: number) {
    return (await listTrees(deps.db)).find((one) => one.version === version)?.status;
  }

  const change = (...[ctx, version, made]: Told) => orGone(version, changeDraft(deps, ctx, version, made));

  /** @throws Problem `tree-change-refused` in the place of `not-found` where the draft was thrown away meanwhile */
  async function orGone(version: number, changed: Promise<unknown>): Promise<void> {
    try {
      await changed;
    } catch (error) {
      if (!(error instanceof Problem && error.type === 'not-found') || (await statusOf(version))) throw error;
      throw new Problem('tree-change-refused', {
        detail: `Version ${version} was thrown away meanwhile. Start a draft to change what is suggested.`,
      });
    }
  }
}

/** What a page has in the place of its draft. */
const gone = (version: number) => ({ draft: { version }, gone: true, version: '' });

/** @throws Problem `not-found` */
function ruleOf(rules: Rule[], id: string): Rule {
  const rule = rules.find((one) => one.id === id);
  if (!rule) throw new Problem('not-found');
  return rule;
}

function readRule(typed: Typed) {
  const { when = {}, offer, why } = fields(NewRule, typed, words);
  return { when, offer, why };
}

/** The faults of a version’s rules as those of the form of one of them. */
async function atItsField(change: () => Promise<unknown>): Promise<void> {
  try {
    await change();
  } catch (error) {
    if (!(error instanceof Problem && error.errors)) throw error;
    const errors = error.errors.map(({ pointer, message }) => ({
      pointer: pointer.replace(/^\/rules\/\d+/, ''),
      message,
    }));
    throw new Problem('invalid', { errors });
  }
}

/** A rule as its form begins with it. */
function typedOf({ when, offer, why }: Rule): Typed {
  const { prefersNotDigital, ...lists } = when;
  const named = Object.entries(lists).flatMap(([name, list]): [string, string[]][] =>
    list ? [[`when.${name}`, list]] : [],
  );
  const asked = prefersNotDigital === undefined ? '' : prefersNotDigital ? 'yes' : 'no';
  return { ...Object.fromEntries(named), 'when.prefersNotDigital': asked, offer, why };
}
