export const MOST_ZOOM = 64;

/** What a scrolling frame shows of a track that stands behind a fixed column of names. Lengths in pixels. */
export interface Shown {
  /** How many frames wide names and track are together. */
  zoom: number;
  /** How far the track is scrolled to the left. */
  scroll: number;
}

export interface Frame {
  width: number;
  names: number;
}

export function trackOf(frame: Frame, zoom: number): number {
  return Math.max(1, zoom * frame.width - frame.names);
}

/** Shows just the stretch between two places of the track, each from 0 at its left end to 1 at its right. */
export function showStretch(frame: Frame, from: number, to: number): Shown {
  const track = (frame.width - frame.names) / Math.max(to - from, 1e-6);
  const zoom = limit((track + frame.names) / frame.width);
  return { zoom, scroll: from * trackOf(frame, zoom) };
}

/** Shows more or less, so that what is under the pointer stays there. */
export function zoomAround(frame: Frame, { zoom, scroll }: Shown, factor: number, pointer: number): Shown {
  const next = limit(zoom * factor);
  const place = (scroll + pointer - frame.names) / trackOf(frame, zoom);
  return { zoom: next, scroll: Math.max(0, place * trackOf(frame, next) - (pointer - frame.names)) };
}

function limit(zoom: number): number {
  return Math.min(MOST_ZOOM, Math.max(1, zoom));
}
