// The frame of the admin pages: a title, the pages as links, the content.
import { Link, useNavigate } from "@tanstack/react-router";
import type { ReactNode } from "react";
import { IconButton } from "#web/kit/Button.tsx";
import { t } from "#web/state/words.ts";
import "#web/kit/admin.css";

const pages = ["agents", "brands", "channels", "topics", "fields"] as const;

export const AdminPage = ({
  title,
  action,
  children,
}: {
  readonly title: string;
  readonly action?: ReactNode;
  readonly children: ReactNode;
}) => {
  const navigate = useNavigate();
  return (
    <div className="page">
      <header className="page-head">
        <IconButton icon="back" label={t("kit.backToDesk")} onPress={() => void navigate({ to: "/desk" })} />
        <h1>{title}</h1>
        {action}
      </header>
      <nav className="admin-nav" aria-label={t("admin.pages")}>
        {pages.map((page) => (
          <Link key={page} to={`/admin/${page}`} activeProps={{ "data-active": true }}>
            {t(`admin.${page}`)}
          </Link>
        ))}
      </nav>
      <div className="page-body">{children}</div>
    </div>
  );
};
