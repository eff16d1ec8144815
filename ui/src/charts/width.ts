import { type RefObject, useEffect, useRef, useState } from "react";

/** Follow how wide an element is, for drawings that are laid out by number. */
export function useWidth(usual = 480): [RefObject<HTMLDivElement | null>, number] {
  const box = useRef<HTMLDivElement>(null);
  const [width, setWidth] = useState(usual);
  useEffect(() => {
    const element = box.current;
    if (!element) return;
    setWidth(element.clientWidth);
    const watched = new ResizeObserver(() => setWidth(element.clientWidth));
    watched.observe(element);
    return () => watched.disconnect();
  }, []);
  return [box, width];
}
