import type { Random } from '../demonstration/random.ts';
import type { Json } from './document.ts';

/** Of each kind so many values are kept; the oldest go. */
const most = 300;
/** Names under which ids stand in answers, for the kinds that addresses call otherwise. */
const alike: Record<string, string> = {
  clinic: 'organisation',
  donor: 'organisation',
  supporter: 'staff',
  item: 'loanItem',
  dropInPeople: 'dropInPerson',
  people: 'dropInPerson',
  key: 'apiKey',
  stockLocation: 'location',
  terms: 'loanTerm',
  outcome: 'followUpOutcome',
  movement: 'accessoryMovement',
  line: 'kitLine',
};
/** Names of values that one answer has and another request wants. */
const wanted =
  /^(assetTag|reference|serialNumber|iccid|imei|etag|code|codes|next|name|kind|day|date|version)$/;
/** States in which most can still be done with a thing. */
const underWay =
  / (ready|waiting|open|active|planned|confirmed|received|asked|accepted|reserved|due_back|in_preparation|suspended|held|failed|on_loan|)$/;
const isId = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;

export type Known = ReturnType<typeof createKnown>;

/** What is known to exist: ids by their kind and values by their name, gathered from answers in the order in which they came. */
export function createKnown() {
  const ids = new Map<string, string[]>();
  const values = new Map<string, string[]>();
  /** Ids and labels stand under their kind and state, so that what is rare is asked about as often as what is common. */
  const kinds = new Map<string, Set<string>>();
  const tags = new Map<string, string[]>();
  const stateOf = new Map<string, string>();
  const parents = new Map<string, string>();
  /** What was found within a thing, by that and its kind. */
  const parts = new Map<string, string[]>();

  function keep(kept: Map<string, string[]>, name: string, value: string): void {
    const list = kept.get(name) ?? [];
    if (list.includes(value)) return;
    list.push(value);
    if (list.length > most) list.shift();
    kept.set(name, list);
  }

  /** Keeps an id under its state, and no longer under the one before. */
  function place(id: string, kind: string, state: string): void {
    const before = stateOf.get(id);
    if (before !== undefined && before !== state) {
      const list = ids.get(before) ?? [];
      if (list.includes(id)) list.splice(list.indexOf(id), 1);
    }
    stateOf.set(id, state);
    keep(ids, state, id);
    kinds.set(kind, (kinds.get(kind) ?? new Set()).add(state));
  }

  function walk(value: Json, kind: string, parent: string | undefined): void {
    if (Array.isArray(value)) for (const one of value) walk(one, kind, parent);
    if (typeof value !== 'object' || value === null || Array.isArray(value)) return;
    const { id, status } = value;
    const state = `${kind} ${typeof status === 'string' ? status : ''}`;
    if (typeof id === 'string' && isId.test(id)) {
      // What is only named somewhere, as whose it is, does not say in which state it is.
      if (typeof status === 'string' || !stateOf.has(id)) place(id, kind, state);
      if (parent && parent !== id) {
        parents.set(id, parent);
        keep(parts, `${parent} ${kind}`, id);
      }
    }
    const within = typeof id === 'string' && isId.test(id) ? id : parent;
    for (const [name, part] of Object.entries(value)) {
      if (typeof part === 'string') {
        if (name !== 'id' && isId.test(part)) {
          const other = kindOf(name.replace(/Id$/, ''));
          if (!stateOf.has(part)) place(part, other, `${other} `);
        } else if (wanted.test(name) && part.length < 100) {
          keep(values, name, part);
          keep(values, `${kind}.${name}`, part);
          if (name === 'assetTag' && typeof status === 'string') keep(tags, state, part);
        }
      } else walk(part, name === 'items' && !('id' in value) ? kind : kindOf(name), within);
    }
  }

  return {
    /** Gathers from the answer to an address such as `/api/v1/loans/{id}/attachments`, whose own id may be given. */
    gather(path: string, answer: Json, parent?: string): void {
      const last = path.split('/').findLast((part) => part && !part.startsWith('{')) ?? '';
      walk(answer, kindOf(last), parent);
    },
    /** An id of a kind such as `loan`, mostly one within a thing where that is given; of any kind where none of it is known. */
    idOf(kind: string, random: Random, within?: string): string {
      const own = kindOf(kind);
      const near = within && parts.get(`${within} ${own}`);
      if (near && random.chance(0.7)) return random.pick(near);
      const filled = [...(kinds.get(own) ?? [])].filter((state) => ids.get(state)?.length);
      const likely = filled.filter((state) => underWay.test(state));
      const states = likely.length && random.chance(0.6) ? likely : filled;
      return states.length ? random.pick(ids.get(random.pick(states))!) : this.anyId(random);
    },
    /** Any id that exists. */
    anyId(random: Random): string {
      const lists = [...ids.values()].filter((list) => list.length);
      return lists.length ? random.pick(random.pick(lists)) : '0193594e-6c00-7a4b-9f0e-2f4b7a1c5d3e';
    },
    /** A value that something has under a name, such as an asset tag. */
    valueOf(name: string, random: Random): string | undefined {
      if (name !== 'assetTag' || !tags.size) {
        const list = values.get(name);
        return list && random.pick(list);
      }
      const likely = [...tags.keys()].filter((state) => underWay.test(state));
      return random.pick(
        tags.get(random.pick(likely.length && random.chance(0.6) ? likely : [...tags.keys()]))!,
      );
    },
    /** To what something belongs, where it was found in a list of that. */
    parentOf: (id: string): string | undefined => parents.get(id),
  };
}

/** The kind that a part of an address, or the name of a value, speaks of: `follow-ups` and `followUps` are `followUp`. */
function kindOf(name: string): string {
  const camel = name.replaceAll(/-(\w)/g, (_, letter: string) => letter.toUpperCase());
  const one = camel.endsWith('ies')
    ? `${camel.slice(0, -3)}y`
    : camel.replace(/(batch)es$/, '$1').replace(/s$/, '');
  return alike[one] ?? alike[camel] ?? one;
}
