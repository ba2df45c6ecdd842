import { describe, expect, it } from "vitest";
import type { StepType } from "@/shared/api/types";
import { begin, change, redo, undo } from "./history";
import { addStep, connect, copySteps, freeId, pasteSteps, portsOf, removeParts, renameStep, toDefinition, toDraft, partUpTo, upstreamOf } from "./model";

const noop: StepType = { type: "noop", label: "Nothing", description: "", category: "flow", icon: "box", effect: "none", config_schema: { type: "object" }, input_ports: ["in"], output_ports: ["out", "error"], example: {} };
const chain = toDraft({ nodes: [{ id: "a", type: "noop", position: { x: 0, y: 0 } }, { id: "b", type: "noop", position: { x: 300, y: 0 }, data: { config: { text: "{{ a.x }} and {{ab.x}}" }, custom: 1 } }], edges: [{ id: "e", source: "a", target: "b" }], meta: { keep: true } });

describe("draft", () => {
  it("keeps what it does not know", () => {
    const saved = toDefinition(chain);
    expect(saved.meta).toEqual({ keep: true });
    expect((saved.nodes as never[])[1]).toMatchObject({ data: { custom: 1, config: { text: "{{ a.x }} and {{ab.x}}" } } });
    expect(toDefinition(toDraft(saved))).toEqual(saved);
  });

  it("gives each new step a name of its own", () => {
    const once = addStep(chain, noop, { x: 0, y: 0 });
    const twice = addStep(once.draft, noop, { x: 0, y: 0 });
    expect([once.id, twice.id]).toEqual(["noop", "noop_2"]);
    expect(freeId("a b!", new Set())).toBe("a_b_");
  });

  it("joins no step to itself, twice, or in a circle", () => {
    expect(connect(chain, "a", "a", null)).toBeNull();
    expect(connect(chain, "a", "b", "out")).toBeNull();
    expect(connect(chain, "b", "a", null)).toBeNull();
    expect(connect(chain, "a", "b", "error")?.edges).toHaveLength(2);
  });

  it("takes the edges of a removed step away with it", () => expect(removeParts(chain, new Set(["a"]), new Set()).edges).toEqual([]));

  it("follows a new name in edges and templates, and only there", () => {
    const renamed = renameStep(chain, "a", "first")!;
    expect(renamed.edges[0]).toMatchObject({ source: "first" });
    expect(renamed.nodes[1]!.config.text).toBe("{{ first.x }} and {{ab.x}}");
    expect(renameStep(chain, "a", "b")).toBeNull();
    expect(renameStep(chain, "a", "no good")).toBeNull();
  });

  it("pastes what was copied under free names, with the edges among it", () => {
    const pasted = pasteSteps(chain, copySteps(chain, new Set(["a", "b"])))!;
    expect(pasted.ids).toEqual(["a_2", "b_2"]);
    expect(pasted.draft.edges[1]).toMatchObject({ source: "a_2", target: "b_2" });
    expect(pasteSteps(chain, "hello")).toBeNull();
    expect(pasteSteps(chain, "{}")).toBeNull();
  });

  it("knows the ports that a config makes", () => {
    const node = chain.nodes[0]!;
    expect(portsOf(node, noop)).toEqual(["out"]);
    expect(portsOf({ ...node, data: { on_error: "branch" } }, noop)).toEqual(["out", "error"]);
    expect(portsOf({ ...node, type: "condition" }, undefined)).toEqual(["true", "false"]);
    expect(portsOf({ ...node, type: "condition", config: { mode: "switch", cases: [{ port: "x" }] } }, undefined)).toEqual(["x", "default"]);
  });

  it("finds all that leads to a step", () => {
    const longer = connect(addStep(chain, noop, { x: 0, y: 0 }).draft, "b", "noop", null)!;
    expect(upstreamOf(longer, "noop").sort()).toEqual(["a", "b"]);
    expect(partUpTo(longer, "b").nodes.map((node) => node.id)).toEqual(["a", "b"]);
    expect(partUpTo(longer, "b").edges).toHaveLength(1);
  });
});

describe("history", () => {
  it("goes back and forth, and forgets the future after a change", () => {
    let state = change(change(begin(1), 2), 3);
    state = undo(undo(state));
    expect(state.now).toBe(1);
    expect(redo(state).now).toBe(2);
    expect(redo(change(state, 9)).now).toBe(9);
    expect(undo(begin(1)).now).toBe(1);
  });

  it("undoes a row of changes of one thing as one", () => {
    const state = change(change(change(begin("a"), "ab", "name"), "abc", "name"), "z", "other");
    expect(undo(state).now).toBe("abc");
    expect(undo(undo(state)).now).toBe("a");
  });
});
