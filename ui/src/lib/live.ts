/** What the server tells as it happens: server-sent events, gone on with after the last one. */

import type { QueryClient } from "@tanstack/react-query";
import { useSyncExternalStore } from "react";
import { address } from "@/lib/api";

export interface Told {
  id: string;
  event: string; // degradation, diagnosis, plan, outcome, task, ...
  data: unknown;
}

type State = "connecting" | "live" | "lost";

const SILENT_MS = 20_000; // the server says something each 15 s
const AGAIN_MS = [500, 1_000, 2_000, 5_000];

class Live {
  state: State = "connecting";
  lastId = "";
  private heardMs = 0;
  private tries = 0;
  private stop: AbortController | null = null;
  private readonly watchers = new Set<() => void>();
  private readonly listeners = new Set<(told: Told) => void>();
  private readonly known: string[] = []; // ids of late: a repeat is dropped

  watch = (watcher: () => void): (() => void) => {
    this.watchers.add(watcher);
    return () => this.watchers.delete(watcher);
  };

  listen(listener: (told: Told) => void): () => void {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }

  start(): void {
    if (this.stop) return;
    void this.run();
    setInterval(() => {
      if (this.state === "live" && Date.now() - this.heardMs > SILENT_MS) this.stop?.abort();
    }, 2_000);
    addEventListener("offline", () => this.stop?.abort());
    addEventListener("online", () => this.stop?.abort());
  }

  private async run(): Promise<void> {
    for (;;) {
      this.stop = new AbortController();
      try {
        await this.read(this.stop.signal);
      } catch {
        // told by the state
      }
      this.say("lost");
      const wait = AGAIN_MS[Math.min(this.tries++, AGAIN_MS.length - 1)];
      await new Promise((done) => setTimeout(done, wait));
    }
  }

  private async read(signal: AbortSignal): Promise<void> {
    const headers: Record<string, string> = { Accept: "text/event-stream" };
    if (this.lastId) headers["Last-Event-ID"] = this.lastId;
    const found = await fetch(address("events/stream"), { headers, signal, cache: "no-store" });
    if (!found.ok || !found.body) throw new Error(String(found.status));
    this.tries = 0;
    this.heardMs = Date.now();
    this.say("live");
    const reader = found.body.pipeThrough(new TextDecoderStream()).getReader();
    let text = "";
    for (;;) {
      const { done, value } = await reader.read();
      if (done) return;
      this.heardMs = Date.now();
      text += value;
      const parts = text.split("\n\n");
      text = parts.pop() ?? "";
      for (const part of parts) this.take(part);
    }
  }

  private take(part: string): void {
    const told = { id: "", event: "message", data: "" };
    for (const line of part.split("\n")) {
      const [name, ...rest] = line.split(":");
      const value = rest.join(":").replace(/^ /, "");
      if (name === "id") told.id = value;
      if (name === "event") told.event = value;
      if (name === "data") told.data += value;
    }
    if (!told.data) return;
    if (told.id) {
      if (this.known.includes(told.id)) return;
      this.known.push(told.id);
      if (this.known.length > 500) this.known.shift();
      this.lastId = told.id;
    }
    const event: Told = { id: told.id, event: told.event, data: JSON.parse(told.data) };
    for (const listener of this.listeners) listener(event);
  }

  private say(state: State): void {
    if (state === this.state) return;
    this.state = state;
    for (const watcher of this.watchers) watcher();
  }
}

export const live = new Live();

export function useLive(): State {
  return useSyncExternalStore(live.watch, () => live.state);
}

/** Let what is told make the queries anew that it may have changed: several at once, once. */
export function refreshWith(client: QueryClient): void {
  let due: ReturnType<typeof setTimeout> | undefined;
  const names = new Set<string>();
  live.listen((told) => {
    names.add(told.event);
    due ??= setTimeout(() => {
      due = undefined;
      names.clear();
      void client.invalidateQueries({ predicate: ({ meta }) => meta?.live === true });
    }, 250);
  });
}
