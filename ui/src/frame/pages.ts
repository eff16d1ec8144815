/** The pages: address, name, key after `g`. Pages that come later are one more line. */

import type { ComponentType } from "react";

type Load = () => Promise<{ default: ComponentType }>;

export interface Page {
  path: string;
  name: string; // of its text
  key: string; // pressed after g
  icon: string;
  load: Load;
  isHidden?: boolean; // reached by links only
}

export const PAGES: Page[] = [
  { path: "/overview", name: "nav.overview", key: "h", icon: "◎", load: () => import("@/pages/overview") },
  { path: "/services", name: "nav.services", key: "s", icon: "▤", load: () => import("@/pages/services") },
  {
    path: "/services/$service",
    name: "nav.services",
    key: "",
    icon: "",
    load: () => import("@/pages/service"),
    isHidden: true,
  },
  { path: "/subjects", name: "nav.subjects", key: "u", icon: "◉", load: () => import("@/pages/subjects") },
  {
    path: "/subjects/$subject",
    name: "nav.subjects",
    key: "",
    icon: "",
    load: () => import("@/pages/subject"),
    isHidden: true,
  },
  { path: "/incidents", name: "nav.incidents", key: "i", icon: "△", load: () => import("@/pages/incidents") },
  {
    path: "/incidents/$incident",
    name: "nav.incidents",
    key: "",
    icon: "",
    load: () => import("@/pages/incident"),
    isHidden: true,
  },
  { path: "/works", name: "nav.works", key: "w", icon: "▦", load: () => import("@/pages/works") },
  { path: "/domains", name: "nav.domains", key: "d", icon: "⬡", load: () => import("@/pages/domains") },
  { path: "/health", name: "nav.health", key: "e", icon: "♡", load: () => import("@/pages/health") },
];
