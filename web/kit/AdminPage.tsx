// The frame of the admin pages: a title, the pages as links, the content.
import { Link, useNavigate } from "@tanstack/react-router";
import type { ReactNode } from "react";
import { allows, type Role } from "#contract/permissions.ts";
import { IconButton } from "#web/kit/Button.tsx";
import { session } from "#web/state/session.ts";
import { useStore } from "#web/state/store.ts";
import { t } from "#web/state/words.ts";
import "#web/kit/admin.css";

const pages = [
  "agents",
  "brands",
  "channels",
  "topics",
  "fields",
  "tiers",
  "promises",
  "automation",
  "routing",
  "skills",
  "macros",
  "flows",
  "notices",
] as const;

/** Macros are everybody's; who supervises sees two pages more; an administrator all. */
const mayOpen = (page: (typeof pages)[number], role: Role): boolean => {
  if (page === "macros") return true;
  if (page === "notices") return allows(role, "notice.manage");
  return page === "skills" ? allows(role, "team.supervise") : role === "admin";
};

export const AdminPage = ({
  title,
  action,
  wide = false,
  children,
}: {
  readonly title: string;
  readonly wide?: boolean;
  readonly action?: ReactNode;
  readonly children: ReactNode;
}) => {
  const navigate = useNavigate();
  const role = useStore(session, (now) => (now.kind === "signedIn" ? now.me.agent.role : "agent"));
  return (
    <div className="page">
      <header className="page-head">
        <IconButton icon="back" label={t("kit.backToDesk")} onPress={() => void navigate({ to: "/desk" })} />
        <h1>{title}</h1>
        {action}
      </header>
      <nav className="admin-nav" aria-label={t("admin.pages")}>
        {pages
          .filter((page) => mayOpen(page, role))
          .map((page) => (
            <Link key={page} to={`/admin/${page}`} activeProps={{ "data-active": true }}>
              {t(`admin.${page}`)}
            </Link>
          ))}
      </nav>
      <div className="page-body" data-wide={wide || undefined}>
        {children}
      </div>
    </div>
  );
};
