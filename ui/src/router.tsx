import {
  createRootRoute,
  createRoute,
  createRouter,
  lazyRouteComponent,
  Navigate,
} from "@tanstack/react-router";
import { Frame } from "@/frame/frame";
import { PAGES } from "@/frame/pages";
import { useMe } from "@/lib/me";
import { parseSearch, stringifySearch } from "@/lib/view";

const root = createRootRoute({ component: Frame, notFoundComponent: Landing });

/** The first page by role; nothing is hidden by it. */
function Landing() {
  const { data } = useMe();
  if (!data) return null;
  return <Navigate to={data.landing as never} search={(was: object) => was as never} replace />;
}

const routes = PAGES.map(({ path, load }) =>
  createRoute({
    getParentRoute: () => root,
    path,
    component: lazyRouteComponent(load as never),
  }),
);
const index = createRoute({ getParentRoute: () => root, path: "/", component: Landing });

export const router = createRouter({
  routeTree: root.addChildren([index, ...routes]),
  basepath: new URL(document.baseURI).pathname,
  parseSearch: parseSearch as never,
  stringifySearch: stringifySearch as never,
  defaultPreload: "intent",
  scrollRestoration: true,
});
