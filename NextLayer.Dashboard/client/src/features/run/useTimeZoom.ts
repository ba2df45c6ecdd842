import { useEffect, useLayoutEffect, useRef, useState, type PointerEvent } from "react";
import { showStretch, trackOf, zoomAround, type Frame } from "./zoom";

const WHEEL = 1.25;
/** A shorter way of the pointer is a click. */
const LEAST_DRAG = 6;

interface Stretch {
  from: number;
  to: number;
}

/**
 * How much of the time a timeline shows: by buttons, by Ctrl and the wheel around the pointer, or by drawing across the
 * stretch that should fill it. Fingers scroll instead.
 */
export function useTimeZoom() {
  const [frame, setFrame] = useState<HTMLDivElement | null>(null);
  const axis = useRef<HTMLSpanElement>(null);
  const [zoom, setZoom] = useState(1);
  const [brush, setBrush] = useState<Stretch | null>(null);
  const scroll = useRef<number | null>(null);
  const begun = useRef<number | null>(null);

  const measure = (): Frame => ({ width: frame?.clientWidth ?? 1, names: axis.current?.offsetLeft ?? 0 });
  const show = ({ zoom: next, scroll: to }: { zoom: number; scroll: number }) => {
    scroll.current = to;
    setZoom(next);
  };
  const zoomBy = (factor: number, pointer = measure().names) => {
    if (frame) show(zoomAround(measure(), { zoom, scroll: frame.scrollLeft }, factor, pointer));
  };

  useLayoutEffect(() => {
    if (frame && scroll.current !== null) frame.scrollLeft = scroll.current;
    scroll.current = null;
  }, [frame, zoom]);

  // Only a listener that is not passive keeps the browser from enlarging the whole page.
  const wheel = useRef<(event: WheelEvent) => void>(() => {});
  wheel.current = (event) => {
    if (!event.ctrlKey || !frame) return;
    event.preventDefault();
    zoomBy(event.deltaY < 0 ? WHEEL : 1 / WHEEL, event.clientX - frame.getBoundingClientRect().left);
  };
  useEffect(() => {
    const listen = (event: WheelEvent) => wheel.current(event);
    frame?.addEventListener("wheel", listen, { passive: false });
    return () => frame?.removeEventListener("wheel", listen);
  }, [frame]);

  // Beside the names, and not on a scroll bar.
  const isInTrack = (event: PointerEvent) => {
    if (!frame) return false;
    const { left, top } = frame.getBoundingClientRect();
    return event.clientX - left > measure().names && event.clientX - left < frame.clientWidth && event.clientY - top < frame.clientHeight;
  };
  const placeOf = (event: PointerEvent) => {
    const { names } = measure();
    const track = trackOf(measure(), zoom);
    return Math.min(1, Math.max(0, (frame!.scrollLeft + event.clientX - frame!.getBoundingClientRect().left - names) / track));
  };
  const end = () => {
    begun.current = null;
    setBrush(null);
  };
  const handlers = {
    onPointerDown: (event: PointerEvent) => {
      if (event.pointerType === "touch" || event.button !== 0 || !isInTrack(event)) return;
      begun.current = placeOf(event);
      frame!.setPointerCapture(event.pointerId);
    },
    onPointerMove: (event: PointerEvent) => {
      if (begun.current === null) return;
      const now = placeOf(event);
      setBrush({ from: Math.min(begun.current, now), to: Math.max(begun.current, now) });
    },
    onPointerUp: () => {
      if (brush && (brush.to - brush.from) * trackOf(measure(), zoom) >= LEAST_DRAG) show(showStretch(measure(), brush.from, brush.to));
      end();
    },
    onPointerCancel: end,
    onDoubleClick: () => show({ zoom: 1, scroll: 0 }),
  };
  return { zoom, zoomBy, brush, frame, setFrame, axis, handlers };
}
