export type Json = string | number | boolean | null | Json[] | { [name: string]: Json };

/** Every place within a body, the outer ones first: what holds it, and its name there. */
export function placesIn(body: Json): [Record<string, Json>, string][] {
  const places: [Record<string, Json>, string][] = [];
  const walk = (value: Json) => {
    if (typeof value !== 'object' || value === null) return;
    for (const name of Object.keys(value)) {
      places.push([value as Record<string, Json>, name]);
      walk((value as Record<string, Json>)[name]!);
    }
  };
  walk(body);
  return places;
}
