import { describe, expect, it } from "vitest";
import { showStretch, trackOf, zoomAround } from "./zoom";

const frame = { width: 1000, names: 200 };

describe("showStretch", () => {
  it("fills the frame with the stretch", () => {
    const { zoom, scroll } = showStretch(frame, 0.25, 0.5);
    const track = trackOf(frame, zoom);
    expect(track * 0.25).toBeCloseTo(800);
    expect(scroll).toBeCloseTo(track * 0.25);
  });

  it("shows all of it for the whole, and no more than the limit for a point", () => {
    expect(showStretch(frame, 0, 1)).toEqual({ zoom: 1, scroll: 0 });
    expect(showStretch(frame, 0.5, 0.5).zoom).toBe(64);
  });
});

describe("zoomAround", () => {
  it("keeps what is under the pointer there", () => {
    const before = { zoom: 2, scroll: 300 };
    const place = (300 + 650 - 200) / trackOf(frame, 2);
    const after = zoomAround(frame, before, 1.5, 650);
    expect(after.zoom).toBe(3);
    expect((after.scroll + 650 - 200) / trackOf(frame, 3)).toBeCloseTo(place);
  });

  it("comes back to the whole", () => {
    expect(zoomAround(frame, { zoom: 1.1, scroll: 50 }, 0.5, 900)).toEqual({ zoom: 1, scroll: 0 });
  });
});
