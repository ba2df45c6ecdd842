import type { Json, JsonObject } from "../api/types";
import { object } from "../graph/definition";
import { text } from "../text";

/** How a value is edited. */
export type Kind = "choice" | "boolean" | "number" | "text" | "long" | "object" | "pairs" | "list" | "file" | "json";

export interface Hints {
  widget?: string;
  placeholder?: string;
  group?: string;
  visible_if?: Record<string, Json[]>;
}

export function hintsOf(schema: JsonObject): Hints {
  return (object(schema["x-ui"]) ?? {}) as Hints;
}

export function typesOf(schema: JsonObject): string[] {
  const { type } = schema;
  return Array.isArray(type) ? type.map(String) : typeof type === "string" ? [type] : [];
}

export function kindOf(schema: JsonObject): Kind {
  const hints = hintsOf(schema);
  const types = typesOf(schema).filter((type) => type !== "null");
  if (fileOf(schema)) return "file";
  if (hints.widget === "json" || hints.widget === "workflow") return "json";
  if (hints.widget === "key_value") return "pairs";
  if (Array.isArray(schema.enum)) return "choice";
  if (hints.widget === "markdown" || hints.widget === "textarea" || hints.widget === "code" || hints.widget === "sql") return "long";
  if (types.includes("string")) return Number(schema.maxLength) > 300 ? "long" : "text";
  if (types.length !== 1) return types.every((type) => type === "number" || type === "integer") && types.length > 0 ? "number" : "json";
  switch (types[0]) {
    case "boolean":
      return "boolean";
    case "number":
    case "integer":
      return "number";
    case "object":
      return object(schema.properties) ? "object" : "pairs";
    case "array": {
      const items = object(schema.items);
      return items && ["text", "number", "choice", "object"].includes(kindOf(items)) ? "list" : "json";
    }
    default:
      return "json";
  }
}

/** How a file becomes the text that stands for it. */
export interface FileWish {
  as: "base64" | "data-url" | "text";
  /** Kinds of files to choose from, such as "text/csv"; empty for any. */
  accept: string;
}

/** For a text that is a file's content, by JSON Schema's own words or by `x-ui`. */
export function fileOf(schema: JsonObject): FileWish | null {
  if (!typesOf(schema).includes("string")) return null;
  const accept = typeof schema.contentMediaType === "string" ? schema.contentMediaType : "";
  if (schema.format === "data-url") return { as: "data-url", accept };
  if (schema.contentEncoding === "base64" || schema.format === "byte" || schema.format === "binary") return { as: "base64", accept };
  return hintsOf(schema).widget === "file" ? { as: "text", accept } : null;
}

/** A value that nobody should read over a shoulder. */
export function isSecret(schema: JsonObject): boolean {
  return schema.format === "password" || schema.writeOnly === true || hintsOf(schema).widget === "secret";
}

export const MASK = "••••••••";

/** The value with what its schema calls secret hidden. */
export function masked(schema: JsonObject | null, value: Json): Json {
  if (!schema || value === null) return value;
  if (isSecret(schema)) return MASK;
  if (Array.isArray(value)) return value.map((item) => masked(object(schema.items), item));
  const members = object(value);
  if (!members) return value;
  const properties = object(schema.properties);
  return Object.fromEntries(Object.entries(members).map(([name, member]) => [name, masked(object(properties?.[name]), member)]));
}

/** Names of an object's members in the order of the schema, the required first in their places. */
export function propertiesOf(schema: JsonObject): [string, JsonObject][] {
  return Object.entries(object(schema.properties) ?? {}).map(([name, value]) => [name, object(value) ?? {}]);
}

export function isRequired(schema: JsonObject, name: string): boolean {
  return Array.isArray(schema.required) && schema.required.includes(name);
}

/** Whether a member is asked for, given what its neighbours are now. */
export function isVisible(property: JsonObject, parent: JsonObject, siblings: JsonObject): boolean {
  const { visible_if: condition, widget } = hintsOf(property);
  if (widget === "hidden") return false;
  if (!condition) return true;
  return Object.entries(condition).every(([name, allowed]) => {
    const sibling = object(object(parent.properties)?.[name]);
    const value = siblings[name] ?? sibling?.default ?? null;
    return allowed.includes(value);
  });
}

/** A value to begin with: what the schema says is usual, and nothing it does not. */
export function defaultsOf(schema: JsonObject): Json {
  if ("default" in schema) return structuredClone(schema.default ?? null);
  if (!object(schema.properties)) return kindOf(schema) === "list" ? [] : null;
  const value: JsonObject = {};
  for (const [name, property] of propertiesOf(schema)) {
    const usual = "default" in property ? structuredClone(property.default ?? null) : object(property.properties) && isRequired(schema, name) ? defaultsOf(property) : undefined;
    if (usual !== undefined && usual !== null) value[name] = usual;
  }
  return value;
}

/** What people call a member. */
export function titleOf(schema: JsonObject, name: string): string {
  if (typeof schema.title === "string") return schema.title;
  const words = name.replaceAll(/[_-]+/g, " ");
  return words.charAt(0).toUpperCase() + words.slice(1);
}

/** Paths of required members that have no value, as the server names them. */
export function missing(schema: JsonObject, value: Json, path = ""): Record<string, string[]> {
  const found: Record<string, string[]> = {};
  const members = object(value) ?? {};
  for (const [name, property] of propertiesOf(schema)) {
    const at = path ? `${path}.${name}` : name;
    const member = members[name];
    if (isRequired(schema, name) && (member === undefined || member === null || member === "") && !typesOf(property).includes("null")) found[at] = [text.form.required];
    else if (object(member)) Object.assign(found, missing(property, member ?? null, at));
  }
  return found;
}

/** Text that stands for a value to be found when the step runs. */
export function isTemplate(value: Json | undefined): value is string {
  return typeof value === "string" && value.includes("{{");
}

/** The value with a member set, or taken away when there is nothing to say. */
export function withMember(value: JsonObject, name: string, member: Json | undefined): JsonObject {
  const { [name]: _, ...rest } = value;
  if (member === undefined || member === "") return rest;
  // The place among the others stays, so that JSON views do not jump.
  return name in value ? { ...value, [name]: member } : { ...rest, [name]: member };
}
