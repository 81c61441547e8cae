// Which address shows which screen. The only place where screens meet.
import { QueryClient } from "@tanstack/react-query";
import {
  createRootRoute,
  createRoute,
  createRouter,
  Link,
  lazyRouteComponent,
  redirect,
  type RouteComponent,
} from "@tanstack/react-router";
import { allows, type Permission } from "#contract/permissions.ts";
import { CustomerPanel } from "#web/screens/customers/CustomerPanel.tsx";
import { DeskPage } from "#web/screens/concerns/DeskPage.tsx";
import { Links } from "#web/screens/concerns/Links.tsx";
import { Presence } from "#web/shell/Presence.tsx";
import { Shell } from "#web/shell/Shell.tsx";
import { Empty, Waiting } from "#web/kit/States.tsx";
import { session } from "#web/state/session.ts";
import { t } from "#web/state/words.ts";

const WorkPage = lazyRouteComponent(() => import("#web/screens/work/WorkPage.tsx"), "WorkPage");

/** Answers that are fetched and kept for a while: customers, settings, search. Live state lives elsewhere. */
export const queries = new QueryClient({
  defaultOptions: { queries: { retry: false, staleTime: 30_000, refetchOnWindowFocus: false } },
});

const root = createRootRoute({
  component: Shell,
  notFoundComponent: () => (
    <Empty icon="search" title={t("kit.noSuchPage")}>
      <Link to="/desk">{t("kit.backToDesk")}</Link>
    </Empty>
  ),
});

/** Others go where everybody begins. */
const forThose = (permission: Permission) => () => {
  const now = session.get();
  // oxlint-disable-next-line typescript/only-throw-error -- the router's own way to redirect
  if (now.kind === "signedIn" && !allows(now.me.agent.role, permission)) throw redirect({ to: "/" });
};

const admin = (path: string, component: RouteComponent, permission: Permission = "setting.manage") =>
  createRoute({
    getParentRoute: () => root,
    path: `/admin/${path}`,
    beforeLoad: forThose(permission),
    component,
  });

const desk = createRoute({
  getParentRoute: () => root,
  path: "/desk",
  component: () => (
    <DeskPage customerPanel={(concern) => <CustomerPanel concern={concern} links={<Links concern={concern} />} />} />
  ),
});

const tree = root.addChildren([
  createRoute({
    getParentRoute: () => root,
    path: "/",
    beforeLoad: () => {
      // oxlint-disable-next-line typescript/only-throw-error -- the router's own way to redirect
      throw redirect({ to: "/desk" });
    },
  }),
  desk.addChildren([
    createRoute({ getParentRoute: () => desk, path: "/" }),
    createRoute({ getParentRoute: () => desk, path: "$view" }),
    createRoute({
      getParentRoute: () => desk,
      path: "$view/$number",
      // Where a hit of the search leads: the words to mark, and the message that was found.
      validateSearch: (found): { readonly find?: string; readonly message?: string } => ({
        ...(typeof found["find"] === "string" || typeof found["find"] === "number" ? { find: `${found["find"]}` } : {}),
        ...(typeof found["message"] === "string" ? { message: found["message"] } : {}),
      }),
    }),
  ]),
  createRoute({
    getParentRoute: () => root,
    path: "/search",
    validateSearch: (found): { readonly q: string } => ({
      // The router reads "?q=4711" as a number.
      q: typeof found["q"] === "string" || typeof found["q"] === "number" ? `${found["q"]}` : "",
    }),
    component: lazyRouteComponent(() => import("#web/screens/search/SearchPage.tsx"), "SearchPage"),
  }),
  createRoute({
    getParentRoute: () => root,
    path: "/new",
    component: lazyRouteComponent(() => import("#web/screens/concerns/NewConcern.tsx"), "NewConcern"),
  }),
  createRoute({
    getParentRoute: () => root,
    path: "/work",
    component: () => <WorkPage presence={<Presence menu={false} />} />,
  }),
  createRoute({
    getParentRoute: () => root,
    path: "/set-aside",
    component: lazyRouteComponent(() => import("#web/screens/concerns/SetAside.tsx"), "SetAside"),
  }),
  createRoute({
    getParentRoute: () => root,
    path: "/preferences",
    component: lazyRouteComponent(() => import("#web/screens/agents/PreferencesPage.tsx"), "PreferencesPage"),
  }),
  createRoute({
    getParentRoute: () => root,
    path: "/postbox",
    component: lazyRouteComponent(() => import("#web/screens/postbox/PostBox.tsx"), "PostBox"),
  }),
  createRoute({
    getParentRoute: () => root,
    path: "/floor",
    beforeLoad: forThose("team.supervise"),
    component: lazyRouteComponent(() => import("#web/screens/floor/FloorPage.tsx"), "FloorPage"),
  }),
  admin(
    "agents",
    lazyRouteComponent(() => import("#web/screens/agents/AdminAgents.tsx"), "AdminAgents"),
  ),
  admin(
    "brands",
    lazyRouteComponent(() => import("#web/screens/brands/AdminBrands.tsx"), "AdminBrands"),
  ),
  admin(
    "channels",
    lazyRouteComponent(() => import("#web/screens/brands/AdminChannels.tsx"), "AdminChannels"),
  ),
  admin(
    "topics",
    lazyRouteComponent(() => import("#web/screens/brands/AdminTopics.tsx"), "AdminTopics"),
  ),
  admin(
    "fields",
    lazyRouteComponent(() => import("#web/screens/fields/AdminFields.tsx"), "AdminFields"),
  ),
  admin(
    "tiers",
    lazyRouteComponent(() => import("#web/screens/customers/AdminTiers.tsx"), "AdminTiers"),
  ),
  admin(
    "promises",
    lazyRouteComponent(() => import("#web/screens/promises/AdminPromises.tsx"), "AdminPromises"),
  ),
  admin(
    "automation",
    lazyRouteComponent(() => import("#web/screens/automation/AdminAutomation.tsx"), "AdminAutomation"),
  ),
  admin(
    "macros",
    lazyRouteComponent(() => import("#web/screens/automation/AdminMacros.tsx"), "AdminMacros"),
    "concern.change",
  ),
  admin(
    "routing",
    lazyRouteComponent(() => import("#web/screens/routing/AdminRouting.tsx"), "AdminRouting"),
  ),
  admin(
    "skills",
    lazyRouteComponent(() => import("#web/screens/routing/AdminSkills.tsx"), "AdminSkills"),
    "team.supervise",
  ),
  admin(
    "flows",
    lazyRouteComponent(() => import("#web/screens/flows/AdminFlows.tsx"), "AdminFlows"),
    "flow.manage",
  ),
  admin(
    "flows/$flow",
    lazyRouteComponent(() => import("#web/screens/flows/FlowPage.tsx"), "FlowPage"),
    "flow.manage",
  ),
  admin(
    "flow-services",
    lazyRouteComponent(() => import("#web/screens/flows/AdminServices.tsx"), "AdminServices"),
  ),
  admin(
    "notices",
    lazyRouteComponent(() => import("#web/screens/notices/AdminNotices.tsx"), "AdminNotices"),
    "notice.manage",
  ),
]);

export const router = createRouter({ routeTree: tree, defaultPendingComponent: Waiting, defaultPendingMs: 200 });
