/** The query of an address as names with one text or several; links within the page may also give numbers and booleans. */
export type Search = Record<string, string | number | boolean | string[] | undefined>;

export function parseSearch(text: string): Search {
  const search: Search = {};
  for (const [name, value] of new URLSearchParams(text)) {
    const known = search[name];
    search[name] = known === undefined ? value : Array.isArray(known) ? [...known, value] : [String(known), value];
  }
  return search;
}

/** What is absent or empty stays out, so that an address says only what differs from the usual. */
export function stringifySearch(search: Record<string, unknown>): string {
  const query = new URLSearchParams();
  for (const [name, value] of Object.entries(search)) {
    if (value === undefined || value === null || value === "" || value === false) continue;
    if (Array.isArray(value)) for (const item of value) query.append(name, String(item));
    else query.set(name, String(value));
  }
  const text = query.toString();
  return text ? `?${text}` : "";
}

export function one(search: Search, name: string): string | undefined {
  const value = search[name];
  const first = Array.isArray(value) ? value[0] : value;
  const text = typeof first === "number" || typeof first === "boolean" ? String(first) : first;
  return typeof text === "string" && text !== "" ? text : undefined;
}

export function many(search: Search, name: string): string[] | undefined {
  const value = search[name];
  const list = value === undefined ? [] : Array.isArray(value) ? value : [value];
  const texts = list.filter((item): item is string => typeof item === "string" && item !== "");
  return texts.length > 0 ? texts : undefined;
}

export function choice<T extends string>(search: Search, name: string, allowed: readonly T[]): T | undefined {
  const value = one(search, name);
  return allowed.find((item) => item === value);
}

export function whole(search: Search, name: string): number | undefined {
  const value = one(search, name);
  return value !== undefined && /^\d{1,9}$/.test(value) ? Number(value) : undefined;
}

/** An address within this site, or nothing: not `//elsewhere.example`, nor a scheme of its own. */
export function localAddress(text: string | undefined): string | undefined {
  return text && /^\/(?![/\\])/.test(text) && !/[\u0000-\u001f]/.test(text) ? text : undefined;
}
