import type { FieldError } from '../../shared/problem.ts';
import type { Accessory } from '../../stock/accessories/accessory.schemas.ts';
import type { Scanned, ScannedDevice, Verdict } from '../../stock/devices/scan.rules.ts';
import { fillKit, lineName, lineWords } from '../../stock/kits/kit.rules.ts';
import type { Kit } from '../../stock/kits/kit.schemas.ts';
import type { Typed } from '../../web/forms.ts';
import { placesWith } from './issue-kit.rules.ts';

/** A scanned thing of the kit with its verdict; `label` is its asset tag, or what was scanned. */
export type ScannedLine = Scanned & { label: string; verdict: Verdict };
/** `part`: the line of the chosen kit that it fills, in words, or that it goes beside it. */
export type ShownLine = ScannedLine & { part?: string };

/** Why a line of accessories goes without when there is none to take. */
const noStock = 'None in stock';

const one = (typed: Typed, name: string) => String(typed[name] ?? '').trim();
const several = (typed: Typed, name: string) => [typed[name] ?? []].flat();

/**
 * What the issue page shows of the kit: its lines with what fills them, the accessories to tick, and
 * what goes beside it. The ticks are of a kit: another choice begins with what is in its lines and in stock.
 * @param typed `kitId`; `kitFor`, the kit that the ticks are of; `accessory` and `quantity.<id>`; `stockLocationId`; `gap.<line>`
 */
export function kitForm(kits: Kit[], accessories: Accessory[], scanned: ScannedLine[], typed: Typed) {
  const kit = kits.find(({ id }) => id === one(typed, 'kitId'));
  const wants = new Map(
    kit?.lines.flatMap(({ accessory, quantity }) => (accessory ? [[accessory.id, quantity]] : [])),
  );
  const { places, place } = placeToTakeFrom(accessories, wants, one(typed, 'stockLocationId'));
  const isNew = Boolean(kit) && one(typed, 'kitFor') !== kit!.id;
  const ticks = several(typed, 'accessory');

  const choices = accessories
    .map((accessory) => {
      const { id, kind, stock } = accessory;
      const there = stock.find(({ location }) => location.id === place?.id)?.quantity ?? 0;
      const wanted = wants.get(id) ?? 0;
      const start = Math.max(1, Math.min(wanted || 1, there));
      const quantity = isNew ? String(start) : one(typed, `quantity.${id}`) || String(start);
      const ticked = isNew ? wanted > 0 && there > 0 : ticks.includes(id);
      return { id, kind, there, ofKit: wanted > 0, ticked, quantity };
    })
    .filter(({ there, ofKit, ticked }) => there > 0 || ofKit || ticked);
  const taken = choices
    .filter(({ ticked }) => ticked)
    .map(({ id, kind, there, quantity }) => ({
      id,
      kind,
      there,
      quantity: /^\d{1,4}$/.test(quantity) ? Number(quantity) : 0,
    }));

  const ready = scanned.flatMap(({ device, verdict }) => (device && verdict.ok ? device : []));
  const { filled, extra } = fillKit(kit?.lines ?? [], ready, taken);
  const gapsGiven = Object.keys(typed).some((name) => name.startsWith('gap.'));
  const lines = filled.map((line) => {
    const choice = choices.find(({ id }) => id === line.accessory?.id);
    const given = typed[`gap.${line.line}`];
    const reason = given === undefined && choice?.there === 0 ? noStock : one(typed, `gap.${line.line}`);
    return {
      ...line,
      name: lineName(line),
      words: lineWords(line),
      tags: line.devices.map(({ assetTag }) => assetTag),
      choice,
      reason: line.missing ? reason : '',
      asked: line.missing > 0 && gapsGiven,
    };
  });
  const partOf = (device: ScannedDevice) => {
    const line = lines.find(({ devices }) => devices.some(({ id }) => id === device.id));
    return line ? `Fills the line ${line.name}.` : 'Not part of the kit, added beside it.';
  };
  return {
    kit,
    kits,
    places,
    place,
    lines,
    beside: choices.filter(({ ofKit }) => !ofKit),
    taken,
    extra: extra.accessories,
    scanned: scanned.map(
      (line): ShownLine =>
        kit && line.device && line.verdict.ok ? { ...line, part: partOf(line.device) } : line,
    ),
  };
}
export type KitForm = ReturnType<typeof kitForm>;

/** The place the accessories come from: as chosen, or the one that has the most of what the kit wants. */
function placeToTakeFrom(accessories: Accessory[], wants: Map<string, number>, chosen: string) {
  const places = [
    ...new Map(
      accessories.flatMap(({ stock }) =>
        stock.flatMap(({ location, quantity }) => (quantity > 0 ? [[location.id, location] as const] : [])),
      ),
    ).values(),
  ].sort((a, b) => a.name.localeCompare(b.name));
  const wanted = accessories.flatMap((accessory) => {
    const quantity = wants.get(accessory.id);
    return quantity ? { ...accessory, quantity } : [];
  });
  const linesAt = (id: string) =>
    wanted.filter((want) => placesWith([want]).some((at) => at.id === id)).length;
  const best = places.toSorted((a, b) => linesAt(b.id) - linesAt(a.id))[0];
  return { places, place: places.find(({ id }) => id === chosen) ?? best };
}

/** What of the accessories and the lines of the kit has to be mended before the terms. */
export function kitFormFaults({ lines, taken, place }: KitForm): FieldError[] {
  const counts = taken.flatMap(({ id, kind, quantity, there }) => {
    const pointer = `/quantity.${id}`;
    if (quantity < 1) return [{ pointer, message: `${kind}: enter a number from 1.` }];
    return quantity > there
      ? [
          {
            pointer,
            message: `${kind}: there ${there === 1 ? 'is' : 'are'} ${there || 'none'}${place ? ` at ${place.name}` : ''}.`,
          },
        ]
      : [];
  });
  const gaps = lines.flatMap(({ line, missing, reason, name, accessory }) =>
    missing && !reason
      ? [
          {
            pointer: `/gap.${line}`,
            message: `${name}: ${accessory ? 'tick it' : 'scan it'}, or say why it goes without.`,
          },
        ]
      : [],
  );
  return [...counts, ...gaps];
}

/** The kit and the accessories as the API takes them. */
export function kitOfLoan({ kit, lines, taken, place }: KitForm) {
  return {
    ...(taken.length && {
      accessories: taken.map(({ kind, quantity }) => ({ kind, quantity })),
      ...(place && { stockLocationId: place.id }),
    }),
    ...(kit && {
      kitId: kit.id,
      kitGaps: lines.flatMap(({ line, missing, reason }) => (missing && reason ? { line, reason } : [])),
    }),
  };
}
