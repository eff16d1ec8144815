/** Keys like Grafana's: one key, or one after another; never while somebody writes. */

import { useEffect } from "react";

export interface Key {
  keys: string; // "g h", "?", "j"
  does: string; // said in the list of keys
  run: () => void;
}

const PAUSE_MS = 1_200; // between the keys of a sequence
const bound = new Map<symbol, Key[]>();

export function boundKeys(): Key[] {
  return [...bound.values()].flat();
}

/** Bind keys while a component stands; what was bound later goes first. */
export function useKeys(keys: Key[]): void {
  useEffect(() => {
    const name = Symbol("keys");
    bound.set(name, keys);
    return () => void bound.delete(name);
  }, [keys]);
}

function isWriting(target: EventTarget | null): boolean {
  return (
    target instanceof HTMLElement &&
    (target.isContentEditable || ["INPUT", "TEXTAREA", "SELECT"].includes(target.tagName))
  );
}

let before = "";
let timer: ReturnType<typeof setTimeout> | undefined;

export function listenToKeys(): () => void {
  const onKey = (event: KeyboardEvent) => {
    if (event.ctrlKey || event.metaKey || event.altKey || isWriting(event.target)) return;
    if (document.querySelector('[role="dialog"]')) return;
    const pressed = event.key === "ArrowLeft" ? "left" : event.key === "ArrowRight" ? "right" : event.key;
    if (pressed.length > 1 && pressed !== "left" && pressed !== "right") return;
    const text = before ? `${before} ${pressed}` : pressed;
    const all = boundKeys().reverse();
    clearTimeout(timer);
    before = "";
    const found = all.find((each) => each.keys === text) ?? all.find((each) => each.keys === pressed);
    if (found) {
      event.preventDefault();
      found.run();
      return;
    }
    if (all.some((each) => each.keys.startsWith(`${pressed} `))) {
      before = pressed;
      timer = setTimeout(() => {
        before = "";
      }, PAUSE_MS);
    }
  };
  addEventListener("keydown", onKey);
  return () => removeEventListener("keydown", onKey);
}
